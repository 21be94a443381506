"""The deliverer: claims due webhooks, sends them, and settles what is due.

One thread talks to the database and never to the network; a few threads talk to the network and
never to the database. So no lock is ever held while a receiver thinks. Several deliverers may run;
`FOR UPDATE SKIP LOCKED` keeps them apart. Killed at any point, the claim runs out and the webhook
is sent again: at least once.
"""

import http.client
import logging
import queue
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from sandbox.config import Config
from sandbox.provider.services.settle_due import find_due, settle
from sandbox.webhooks.signing import HEADER, sign

logger = logging.getLogger("sandbox.deliver")

RETRY_DELAYS_SECONDS = (
    *(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
    *(5 * 60, 15 * 60, 30 * 60, 60 * 60, 3 * 60 * 60, 6 * 60 * 60),
)
GIVE_UP_AFTER = timedelta(days=3)
BATCH = 50
_ANSWER_BYTES = 4096

_CLAIM = """
    WITH due AS (
        SELECT id FROM webhooks_webhookdelivery
         WHERE status = 'pending' AND next_attempt_at <= statement_timestamp() AND channel = ANY(%s)
         ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED),
    claimed AS (
        UPDATE webhooks_webhookdelivery AS delivery
           SET attempts = attempts + 1, held_subject_id = NULL,
               next_attempt_at = statement_timestamp() + make_interval(secs => %s)
          FROM due WHERE delivery.id = due.id
        RETURNING delivery.id, delivery.event_id, delivery.attempts, delivery.forged),
    tried AS (
        INSERT INTO webhooks_webhookattempt (delivery_id, number, started_at, error)
        SELECT id, attempts, clock_timestamp(), '' FROM claimed)
    SELECT claimed.id, claimed.attempts, claimed.forged, event.id, event.channel,
           event.subject_id, event.body, event.created_at
      FROM claimed JOIN webhooks_webhookevent AS event ON event.id = claimed.event_id
     ORDER BY event.id
"""
_RECORD = """
    WITH result AS (
        SELECT * FROM unnest(%s::bigint[], %s::int[], %s::bool[], %s::smallint[], %s::text[],
                             %s::timestamptz[], %s::timestamptz[])
            AS r(delivery_id, number, delivered, answer, error, finished_at, retry_at)),
    attempt AS (
        UPDATE webhooks_webhookattempt AS attempt
           SET finished_at = result.finished_at, response_status = result.answer,
               error = result.error
          FROM result
         WHERE attempt.delivery_id = result.delivery_id AND attempt.number = result.number)
    UPDATE webhooks_webhookdelivery AS delivery
       SET status = CASE WHEN result.delivered THEN 'delivered'
                         WHEN result.retry_at IS NULL THEN 'abandoned' ELSE 'pending' END,
           delivered_at = CASE WHEN result.delivered THEN result.finished_at END,
           next_attempt_at = COALESCE(result.retry_at, delivery.next_attempt_at)
      FROM result
     WHERE delivery.id = result.delivery_id AND delivery.status = 'pending'
       -- A failure of an attempt whose claim ran out must not disturb the newer attempt.
       AND (result.delivered OR delivery.attempts = result.number)
"""
_LET_GO = """
    UPDATE webhooks_webhookdelivery AS held
       SET next_attempt_at = clock_timestamp(), held_subject_id = NULL
      FROM unnest(%s::text[], %s::text[]) AS arrived(subject_id, event_id)
     WHERE held.status = 'pending' AND held.held_subject_id = arrived.subject_id
       AND held.event_id < arrived.event_id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One webhook to send now."""

    delivery_id: int
    number: int
    forged: bool
    event_id: str
    channel: str
    subject_id: str
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    claim: Claim
    answer: int | None
    error: str
    finished_at: datetime

    @property
    def delivered(self) -> bool:
        """Any 2xx; a redirect is a failure and is never followed."""
        return self.answer is not None and 200 <= self.answer < 300

    def retry_at(self) -> datetime | None:
        """When to try again, or None when three days of trying are over."""
        if self.finished_at - self.claim.created_at > GIVE_UP_AFTER:
            return None
        last = len(RETRY_DELAYS_SECONDS) - 1
        delay = RETRY_DELAYS_SECONDS[min(self.claim.number - 1, last)]
        return self.finished_at + timedelta(seconds=delay * random.uniform(0.9, 1.1))  # noqa: S311


class Sender:
    """Sends webhooks over kept connections; safe in many threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._local = threading.local()

    def send(self, claim: Claim) -> Result:
        """One attempt; never raises."""
        answer, error = None, ""
        try:
            answer, error = self._post(claim)
        except (OSError, http.client.HTTPException) as problem:
            error = f"{type(problem).__name__}: {problem}"[:300]
        except Exception as problem:  # a bug here must not lose the webhook: it is retried
            logger.exception("sending %s", claim.event_id)
            error = f"{type(problem).__name__}"[:300]
        return Result(claim, answer, error.replace("\0", ""), datetime.now(UTC))

    def _post(self, claim: Claim) -> tuple[int, str]:
        url, secrets = self._config.webhook_target(claim.channel)
        body = claim.body.encode()
        signing = ("forged-" + secrets[0],) if claim.forged else secrets
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "sandbox-provider/1",
            HEADER: sign(body, signing, int(time.time())),
        }
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = self._kept()
        link = kept.pop(url, None)
        if link is not None:
            try:
                return self._exchange(link, url, path, body, headers)
            except (http.client.RemoteDisconnected, ConnectionError):
                # The receiver closed an idle connection: ordinary, so a fresh one is tried.
                link.close()
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        timeout = self._config.webhook_timeout_seconds
        fresh = kind(parts.hostname or "", parts.port, timeout=timeout)
        return self._exchange(fresh, url, path, body, headers)

    def _exchange(
        self,
        link: http.client.HTTPConnection,
        url: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
    ) -> tuple[int, str]:
        reusable = False
        try:
            link.request("POST", path, body, headers)
            response = link.getresponse()
            text = response.read(_ANSWER_BYTES)
            reusable = response.isclosed() and not response.will_close
        finally:
            if reusable:
                self._kept()[url] = link
            else:
                link.close()
        if 200 <= response.status < 300:
            return response.status, ""
        return response.status, text[:300].decode("utf-8", "replace").replace("\0", "")

    def _kept(self) -> dict[str, http.client.HTTPConnection]:
        if not hasattr(self._local, "kept"):
            self._local.kept = {}
        kept: dict[str, http.client.HTTPConnection] = self._local.kept
        return kept


class Deliverer:
    """The loop; `stop` may be called from a signal handler."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._channels = [
            channel for channel in ("provider", "carrier") if config.webhook_target(channel)[0]
        ]
        # Longer than any attempt can take, even with one reconnect.
        self._lease_seconds = 2 * config.webhook_timeout_seconds + 5
        self._sender = Sender(config)
        # Not SimpleQueue: in Python 3.11 its `get` waits without end when a signal interrupts it
        # and its time is up before it looks at the clock again.
        self._results: queue.Queue[Result] = queue.Queue()
        self._unrecorded: list[Result] = []
        self._in_flight = 0
        self._stopping = False

    def stop(self, *_: object) -> None:
        """Claim nothing more; what is on its way is finished and recorded."""
        self._stopping = True

    def run(self) -> None:
        """Run until stopped. A database that goes away is waited for."""
        failures = 0
        with ThreadPoolExecutor(self._config.webhook_parallel, "send") as pool:
            while not self._stopping or self._in_flight or self._unrecorded:
                try:
                    worked = self._turn(pool)
                    failures = 0
                except (OperationalError, InterfaceError) as error:
                    connection.close()
                    failures += 1
                    if self._stopping and failures > 5:
                        return  # the claims run out, and another deliverer takes over
                    logger.warning("the database does not answer: %s", error)
                    time.sleep(min(0.2 * failures, 1))
                    continue
                if not worked:
                    self._wait()

    def _turn(self, pool: ThreadPoolExecutor) -> bool:
        worked = self._record()
        if self._stopping:
            return worked
        due = find_due(BATCH)
        for kind, thing_id in due:
            try:
                settle(kind, thing_id)
            except (OperationalError, InterfaceError):
                raise
            except Exception:  # one broken row must not stop the others; it is tried again
                logger.exception("settling %s", thing_id)
                time.sleep(0.2)
        free = self._config.webhook_parallel - self._in_flight
        claims = self._claim(free) if free > 0 else []
        for claim in claims:
            self._in_flight += 1
            pool.submit(self._send, claim)
        return worked or bool(due) or bool(claims)

    def _send(self, claim: Claim) -> None:
        self._results.put(self._sender.send(claim))

    def _wait(self) -> None:
        try:
            self._take(self._results.get(timeout=self._config.poll_seconds))
        except queue.Empty:
            return

    def _take(self, result: Result) -> None:
        self._in_flight -= 1
        self._unrecorded.append(result)

    def _claim(self, limit: int) -> list[Claim]:
        if not self._channels:
            return []
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [self._channels, limit, self._lease_seconds])
            return [Claim(*row) for row in cursor.fetchall()]

    def _record(self) -> bool:
        while not self._results.empty():
            self._take(self._results.get())
        if not self._unrecorded:
            return False
        results = self._unrecorded
        rows = [
            (
                result.claim.delivery_id,
                result.claim.number,
                result.delivered,
                result.answer,
                result.error,
                result.finished_at,
                None if result.delivered else result.retry_at(),
            )
            for result in results
        ]
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, [list(column) for column in zip(*rows, strict=True)])
            arrived = [result.claim for result in results if result.delivered]
            if arrived:
                subjects = [claim.subject_id for claim in arrived]
                cursor.execute(_LET_GO, [subjects, [claim.event_id for claim in arrived]])
        # Kept until the database has them: forgotten results would only mean sending twice.
        self._unrecorded = []
        return True


def run_deliverer() -> int:
    """Run one deliverer in this process until SIGTERM or SIGINT."""
    deliverer = Deliverer(settings.SANDBOX)
    signal.signal(signal.SIGTERM, deliverer.stop)
    signal.signal(signal.SIGINT, deliverer.stop)
    logger.info("delivering to %s", settings.SANDBOX.webhook_url or "nobody (no address set)")
    deliverer.run()
    return 0
