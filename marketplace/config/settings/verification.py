"""How long verifications hold in a new database (ADR 80); an operator edits them afterwards."""

from typing import Any

VERIFICATION_POLICIES: list[dict[str, Any]] = [
    {"level": "T1", "valid_days": None, "remind_days": 30, "keep_days": 90},
    {"level": "T2", "valid_days": 3 * 365, "remind_days": 30, "keep_days": 90},
    {"level": "T3", "valid_days": 365, "remind_days": 30, "keep_days": 90},
]
