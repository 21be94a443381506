"""Identifiers: UUIDv7 (RFC 9562), so that new rows land at the end of every index."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    return UUID(bytes=uuid_utils.uuid7().bytes)
