"""The test suite."""

from marketplace.config.settings.base import *

SECRET_KEY = "test-only-not-a-secret-0123456789abcdefghijklmnopq"
SANDBOX_API_KEY = "test-sandbox-key"
SANDBOX_WEBHOOK_SECRETS = ["test-webhook-secret"]
SANDBOX_CARRIER_SECRETS = ["test-carrier-secret"]
# Nothing is collected for tests; WhiteNoise would warn of the missing folder.
STATIC_ROOT = None
PASSWORD_HASHERS = ["marketplace.config.settings.test_hashers.FastArgon2PasswordHasher"]
# Tests of the limits set their own.
ACCOUNT_RATE_LIMITS = False
