"""A developer's machine and the embedded default."""

from marketplace.config import demo_accounts
from marketplace.config.settings.base import *

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = SECRET_KEY or "local-only-not-a-secret-0123456789abcdefghijklmnop"
IS_LOCAL = True
# Tests of the whole platform withdraw far more often than a person.
STEP_UPS_PER_HOUR = 100_000
DEMO_PASSWORD: str = demo_accounts.DEMO_PASSWORD
DEMO_ACCOUNTS: list[dict[str, str]] = demo_accounts.DEMO_ACCOUNTS

# The demo's operator has no telephone at hand. Everywhere else a second factor is required.
ADMIN_SECOND_FACTOR = env.str("ADMIN_SECOND_FACTOR", default="offered")

# Nobody here waits three days to see money move. Demo and tests make policies of their own.
PAYOUT_POLICIES = [
    {
        "bank_account_wait_hours": 0,
        "held_sales_count": 0,
        "held_sales_days": 0,
        "reserve_bps": 0,
        "reserve_days": 0,
        "return_window_days": 30,
    }
]
# The demo and the benchmarks trade all day between a handful of accounts: the limits are there and
# are counted, a thousand times as wide.
TRADING_LIMITS = [
    {name: value * 1000 if isinstance(value, int) else value for name, value in row.items()}
    for row in TRADING_LIMITS
]

WHITENOISE_USE_FINDERS = True

# The outbox page shows letters, so their words stay. Everybody here shares one address.
DEV_OUTBOX = True
EMAIL_KEEP_BODIES = True
EMAIL_KEEP_DAYS = 7
ACCOUNT_RATE_LIMITS = {
    **ACCOUNT_RATE_LIMITS,
    "signup": "600/m/ip",
    "login": "1200/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    "reset_password": "100/m/ip,5/m/key",
    "resend_verification": "100/m/ip",
    "confirm_email": "10/m/key",
}
