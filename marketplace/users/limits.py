"""Attempts are counted by the database, one statement each (ADR 0068).

allauth decides what is limited and by whom (an address, an account); `install` replaces only the
place in which it counts. Its own reads a list from the cache, adds to it and writes it back under
a lock that the cache keeps: without the cache it cannot count at all, and with one cache per
process each process counts for itself. Here a row's lock makes parallel attempts wait for each
other, so that a limit of five lets five through, whatever else is up or down.

Count outside a transaction: whatever rolled back would not have been counted.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import Rate, SingleRateLimitUsage
from django.db import connection

# Judged by the database's clock after the row is locked: clock_timestamp, never the statement's
# start. The array never grows beyond the limit, since only what is allowed is added.
COUNT = """
    INSERT INTO users_attempts AS a (key_hash, tried_at, expires_at)
    VALUES (%(key)s::bytea, ARRAY[clock_timestamp()], clock_timestamp() + %(window)s::interval)
    ON CONFLICT (key_hash) DO UPDATE SET
        tried_at = array_append(
            ARRAY(SELECT t FROM unnest(a.tried_at) AS t
                  WHERE t > clock_timestamp() - %(window)s::interval ORDER BY t),
            clock_timestamp()),
        expires_at = clock_timestamp() + %(window)s::interval
    WHERE (SELECT count(*) FROM unnest(a.tried_at) AS t
           WHERE t > clock_timestamp() - %(window)s::interval) < %(amount)s::int
    RETURNING tried_at[cardinality(tried_at)]
"""
LOOK = """
    SELECT count(*) FROM users_attempts AS a, unnest(a.tried_at) AS t
    WHERE a.key_hash = %(key)s::bytea AND t > clock_timestamp() - %(window)s::interval
"""
TAKE_BACK = """
    UPDATE users_attempts SET tried_at = array_remove(tried_at, %(at)s::timestamptz)
    WHERE key_hash = %(key)s::bytea
"""
FORGET = "DELETE FROM users_attempts WHERE key_hash = %(key)s::bytea"


@dataclass
class CountedAttempt(SingleRateLimitUsage):  # type: ignore[misc]
    """One attempt that was let through, and can be taken back when it was no guess."""

    tried_at: datetime | None = None

    def rollback(self) -> None:
        if self.tried_at is not None:
            _run(TAKE_BACK, key=_hash(self.cache_key), at=self.tried_at)


def install() -> None:
    """Let allauth count here."""
    ratelimit._consume_single_rate = _consume_single_rate  # noqa: SLF001
    ratelimit.clear = _clear


def count_attempt(key: str, *, amount: int, window_seconds: float) -> datetime | None:
    """Count one attempt, unless ``amount`` were made within the window; None when it is refused."""
    if amount < 1:
        return None
    row = _run(COUNT, key=_hash(key), window=f"{window_seconds} seconds", amount=amount)
    return row[0] if row else None


def _consume_single_rate(
    request: Any,
    *,
    app: str,
    action: str,
    rate: Rate,
    key: str | None = None,
    user: Any = None,
    dry_run: bool = False,
    raise_exception: bool = False,
) -> SingleRateLimitUsage | None:
    name = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key, user=user)
    usage = CountedAttempt(cache_key=name, cache_duration=rate.duration, timestamp=0.0)
    if dry_run:
        row = _run(LOOK, key=_hash(name), window=f"{rate.duration} seconds")
        is_allowed = bool(row) and row[0] < rate.amount
    else:
        usage.tried_at = count_attempt(name, amount=rate.amount, window_seconds=rate.duration)
        is_allowed = usage.tried_at is not None
    if is_allowed:
        return usage
    if raise_exception:
        raise RateLimited
    return None


def _clear(
    request: Any,
    *,
    app: str,
    action: str,
    config: dict[str, str] | None = None,
    key: str | None = None,
    user: Any = None,
) -> None:
    for rate in ratelimit.get_rates(app=app, action=action, config=config):
        name = ratelimit.get_cache_key(
            request, app=app, action=action, rate=rate, key=key, user=user
        )
        _run(FORGET, key=_hash(name))


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _run(sql: str, **values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() if cursor.description else None
