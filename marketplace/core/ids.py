"""Identifiers: UUIDv7 (RFC 9562), so that new rows land at the end of every index."""

from datetime import datetime
from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    return UUID(bytes=uuid_utils.uuid7().bytes)


def least_id_at(moment: datetime) -> UUID:
    """Not greater than any id that is made from this moment on: the time is the first 48 bits.

    So an index of ids answers for a period, too.
    """
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=max(0, min(milliseconds, 2**48 - 1)) << 80)
