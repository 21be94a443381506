"""What the OpenAPI document says of the API as a whole: its first page, its tags, its names."""

from typing import Any

DESCRIPTION = """\
The backend of an escrow marketplace: the buyer's money waits with the platform until the goods are
right, then the seller is paid, less the commission.

**Signing in.** `POST /api/v1/auth/sign-in/` answers an `access_token`; send it as
`Authorization: Bearer …`. It lasts minutes; `POST /api/v1/auth/refresh/` swaps the `refresh_token`
for a fresh pair, once.

**Requests** are JSON in UTF-8. A member or a filter that an operation does not know is refused by
its name, never dropped.

**Money** is a decimal string with the places of its currency, with `currency` (ISO 4217) beside it:
`"price": "12.50", "currency": "EUR"`.

**Times** are UTC in ISO 8601 and end in `_at`. **Ids** are UUIDs.

**Lists** that can grow are paged: `{"next", "previous", "results"}`. Follow `next` until it is
`null`; `page_size` takes up to 100.

**Once only.** Where an operation creates or moves money it needs an `Idempotency-Key`. The same
request with the same key again answers what it answered first, with `Idempotent-Replayed: true`.

**No lost updates.** What can change has a version, in its `ETag`. Send it back as `If-Match`, and
a change that somebody else made in between is answered 412 instead of being overwritten.

**Errors** are problem documents (RFC 9457, `application/problem+json`). Decide by `code`: it is
stable, and [explained](/docs/problems/). What is not yours is answered like what is not there: 404.

Every answer carries `X-Request-ID`; quote it to support.
"""

TAGS = [
    {"name": "auth", "description": "Signing up, signing in, passwords."},
    {"name": "users", "description": "One's account and profile, and the public cards of others."},
    {
        "name": "privacy",
        "description": "What is known of one: a file of it, consents, and being forgotten.",
    },
    {
        "name": "verification",
        "description": "Proving who one is: what to hand in, how far it is, and which limits it "
        "lifts. What was stated and shown is never answered.",
    },
    {"name": "categories", "description": "The tree that the catalogue is sorted into."},
    {"name": "products", "description": "The public catalogue, and a seller's own listings."},
    {
        "name": "orders",
        "description": "A sale from the basket to its end: placed, paid, accepted, shipped, "
        "delivered, confirmed. `available_actions` of an order says what you can do now.",
    },
    {"name": "shipping", "description": "Shipping methods, and where a parcel is."},
    {"name": "payments", "description": "The payment of an order, from the provider to escrow."},
    {"name": "wallet", "description": "What a user has earned, and how it gets to their bank."},
    {
        "name": "audit",
        "description": "What staff did to people and to their money, for auditors: a chain in "
        "which nothing can be changed unnoticed.",
    },
    {
        "name": "webhooks",
        "description": "For payment providers and carriers; signed, and no concern of a client.",
    },
]

ENUM_NAMES: dict[str, Any] = {
    "FactorEnum": "marketplace.users.models.step_up.Factor",
    "SignInFactorEnum": ["totp", "passkey", "recovery_code"],
    "UserTypeEnum": "marketplace.users.models.UserType",
    "SignUpTypeEnum": ["BUYER", "SELLER"],
    "RoleEnum": ["BUYER", "SELLER", "ADMIN"],
    "OrderStatusEnum": "marketplace.orders.transitions.OrderStatus",
    "ProductStatusEnum": "marketplace.products.models.ProductStatus",
    "PaymentStatusEnum": "marketplace.payments.models.PaymentStatus",
    "TransactionTypeEnum": "marketplace.payments.models.TransactionType",
    "TimelinePartyEnum": ["buyer", "seller", "platform", "provider"],
    "NextActionTypeEnum": ["redirect", "none"],
    "ScanKindEnum": ["IN_TRANSIT", "DELIVERED"],
    "VerificationStatusEnum": ["UNVERIFIED", "PENDING", "VERIFIED"],
    "VerificationLevelEnum": ["T0", "T1", "T2", "T3"],
    "VerificationStepEnum": ["T1", "T2", "T3"],
    "VerificationCaseStatusEnum": [
        "DRAFT",
        "SUBMITTED",
        "IN_REVIEW",
        "MORE_REQUESTED",
        "APPROVED",
        "REJECTED",
        "EXPIRED",
        "WITHDRAWN",
    ],
    "DocumentKindEnum": [
        "IDENTITY_FRONT",
        "IDENTITY_BACK",
        "SELFIE",
        "PROOF_OF_ADDRESS",
        "BUSINESS_REGISTRATION",
        "BANK_STATEMENT",
    ],
    "ShipmentStatusEnum": ["CREATED", "IN_TRANSIT", "DELIVERED"],
}

SETTINGS: dict[str, Any] = {
    "TITLE": "Fairhold",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1.0.0",
    "LICENSE": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
    "OAS_VERSION": "3.1.0",
    # Relative: the copy of the platform that the document was read from.
    "SERVERS": [{"url": "/", "description": "This server"}],
    "TAGS": TAGS,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
}
