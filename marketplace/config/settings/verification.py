"""How long verifications hold in a new database (ADR 80); an operator edits them afterwards."""

from typing import Any

import environ

env = environ.Env()
# An outside service that can verify instead of reviewers (ADR 81): sandbox, or nobody.
VERIFICATION_SERVICE: str = env.str("VERIFICATION_SERVICE", default="")
VERIFICATION_SANDBOX_SECRET: str = env.str("VERIFICATION_SANDBOX_SECRET", default="")

VERIFICATION_POLICIES: list[dict[str, Any]] = [
    {"level": "T1", "valid_days": None, "remind_days": 30, "keep_days": 90},
    {"level": "T2", "valid_days": 3 * 365, "remind_days": 30, "keep_days": 90},
    {"level": "T3", "valid_days": 365, "remind_days": 30, "keep_days": 90},
]
