"""A developer's machine and the embedded default."""

from marketplace.config.settings.base import *

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = SECRET_KEY or "local-only-not-a-secret-0123456789abcdefghijklmnop"
IS_LOCAL = True

DEMO_PASSWORD = "demo market passphrase"
DEMO_ACCOUNTS = [
    {
        "email": f"{name}@demo.fairhold.test",
        "name": label,
        "role": role,
        "about": about,
    }
    for name, label, role, about in (
        ("buyer", "Buyer", "BUYER", "Orders in every state, some of them waiting to be confirmed"),
        ("second-buyer", "Second buyer", "BUYER", "A buyer with a cancelled and a refunded order"),
        ("third-buyer", "Third buyer", "BUYER", "A buyer with an unpaid order"),
        (
            "home-seller",
            "Home seller",
            "SELLER",
            "Sells for the home; orders to accept and to ship",
        ),
        (
            "tech-seller",
            "Tech seller",
            "SELLER",
            "Sells electronics; money in the wallet, a payout",
        ),
        ("craft-seller", "Craft seller", "SELLER", "Sells hand-made things; a draft and a review"),
        ("sport-seller", "Sport seller", "SELLER", "Sells sports gear; parcels on their way"),
        ("operator", "Operator", "ADMIN", "Signs in to the admin"),
    )
]

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
