"""The embedded default: the relay calls the handlers itself, in threads of its own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import attrgetter

from django.db import close_old_connections

from marketplace.core.events.delivery import Envelope, deliver


class InProcessTransport:
    """Handlers run beside the relay, on connections of their own.

    The relay's transaction only holds the batch. Events of one key run one after the other, and
    the rest of a key waits when one of its events fails.
    """

    def __init__(self, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="deliver")

    def publish(self, envelopes: Sequence[Envelope]) -> dict[object, Exception]:
        by_key = groupby(sorted(envelopes, key=attrgetter("key")), key=attrgetter("key"))
        streams = [list(stream) for _, stream in by_key]
        failures: dict[object, Exception] = {}
        for outcome in self._pool.map(_deliver_stream, streams):
            failures.update(outcome)
        return failures

    def close(self) -> None:
        self._pool.shutdown(wait=True)


def _deliver_stream(stream: Sequence[Envelope]) -> dict[object, Exception]:
    close_old_connections()
    for position, envelope in enumerate(stream):
        try:
            deliver(envelope)
        except Exception as error:  # noqa: BLE001 - whatever it is, the event must be tried again
            return {waiting.event_id: error for waiting in stream[position:]}
    return {}
