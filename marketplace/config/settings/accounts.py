"""Accounts as allauth and Django keep them: rules of passwords, limits (ADR 0011, 0014, 0068)."""

from typing import Any

import environ

env = environ.Env()
# A service of breached passwords that is asked by the first five digits of a hash (ADR 0093).
# Unset: nobody is asked, the lists on disk decide alone.
BREACHED_PASSWORDS_URL: str = env.str("BREACHED_PASSWORDS_URL", default="")
BREACHED_PASSWORDS_TIMEOUT_SECONDS = 2.0

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "marketplace.users.passwords.MinimumLengthValidator"},
    {"NAME": "marketplace.users.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "marketplace.users.passwords.BreachedPasswordValidator"},
    {"NAME": "marketplace.users.passwords.PredictablePasswordValidator"},
]

SOCIAL_DISCOVERY_SECONDS = 300
"""How long a process believes a provider's discovery document."""
ACCOUNT_ADAPTER = "marketplace.users.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS: Any = {
    # A school or a carrier has many people behind one address, but not so many newcomers a day.
    "signup": "20/m/ip,500/d/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "confirm_email": "1/180s/key",
    "resend_verification": "10/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    # A code is sent. Text messages cost money, and a stranger's telephone rings.
    "request_code": "20/m/ip,3/10m/key,10/d/key",
    # A code is tried, on top of five tries per code: by whom it was sent to.
    "confirm_code": "30/m/ip,20/h/key",
    "change_address": "5/h/user",
    "social": "30/m/ip",
}
# One-time codes (ADR 0069): six digits by letter and by text.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = ACCOUNT_LOGIN_BY_CODE_FORMAT

# How many accounts a telephone number may prove in so many days. 0 accounts: as many as one likes.
PHONE_ACCOUNTS_LIMIT: int = env.int("PHONE_ACCOUNTS_LIMIT", default=3)
PHONE_ACCOUNTS_DAYS: int = env.int("PHONE_ACCOUNTS_DAYS", default=30)
# Two people are linked by a device (`users.queries.shared_traces`): how far back sign-ins count,
# how near to each other they must be, and how many people an address may have without being a
# school's or a carrier's. 0 people: no device links anybody.
SHARED_DEVICE_DAYS: int = env.int("SHARED_DEVICE_DAYS", default=30)
SHARED_DEVICE_HOURS: int = env.int("SHARED_DEVICE_HOURS", default=24)
SHARED_DEVICE_PEOPLE: int = env.int("SHARED_DEVICE_PEOPLE", default=3)
