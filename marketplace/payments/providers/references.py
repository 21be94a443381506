"""When a name of ours was given: it bounds the search for a lost object at a provider."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.core import clock

TIMED_VERSION = 7
AT_MOST = timedelta(days=31)


def made_at(reference: str) -> datetime:
    """Our names are UUIDv7s: their first 48 bits are the time (RFC 9562 §5.7).

    Another name says nothing; it is taken to be a month old, the longest that a search goes back.
    """
    try:
        name = UUID(reference)
    except ValueError:
        return clock.now() - AT_MOST
    if name.version != TIMED_VERSION:
        return clock.now() - AT_MOST
    return datetime.fromtimestamp((name.int >> 80) / 1000, UTC)


def age_of(reference: str) -> timedelta:
    return clock.now() - made_at(reference)
