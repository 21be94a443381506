"""The test suite."""

from marketplace.config.settings.base import *

SECRET_KEY = "test-only-not-a-secret-0123456789abcdefghijklmnopq"
SANDBOX_API_KEY = "test-sandbox-key"
SANDBOX_WEBHOOK_SECRETS = ["test-webhook-secret"]
SANDBOX_CARRIER_SECRETS = ["test-carrier-secret"]
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
# Tests of the limits make their own.
TRADING_LIMITS = []
# Nothing is collected for tests; WhiteNoise would warn of the missing folder.
STATIC_ROOT = None
PASSWORD_HASHERS = ["marketplace.config.settings.test_hashers.FastArgon2PasswordHasher"]
# Tests of the limits set their own.
ACCOUNT_RATE_LIMITS = False
SMS_PER_DAY = 10**6
SOCIAL_DISCOVERY_SECONDS = 0
# Tests of the desk's second factor require it.
ADMIN_SECOND_FACTOR = "offered"
