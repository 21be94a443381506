"""Prefixed, time-ordered identifiers, as providers give them out: `pay_0199…`."""

import uuid_utils


def new_id(prefix: str) -> str:
    """A new identifier; sorts by the time it was made."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"
