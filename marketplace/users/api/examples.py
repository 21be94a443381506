"""Examples for the documentation."""

EMAIL = "buyer@example.com"
PASSWORD = "a quiet harbour at dawn"  # noqa: S105
KEY = "MQ:1vMs0x:b1Qb0pKc0Yw0"
USER_ID = "0199a000-0000-7000-8000-0000000000b1"
CREATED_AT = "2026-11-22T09:30:00Z"

SIGN_UP = {
    "email": EMAIL,
    "password": PASSWORD,
    "first_name": "Buyer",
    "last_name": "of lamps",
    "phone_number": "+254712345678",
    "user_type": "BUYER",
}
SIGN_IN = {"email": EMAIL, "password": PASSWORD}
NEW_PASSWORD = "two herons over the bay"  # noqa: S105
USER = {
    "id": USER_ID,
    "email": EMAIL,
    "phone_number": "+254712345678",
    "is_phone_verified": True,
    "first_name": "Buyer",
    "last_name": "of lamps",
    "profile_picture": "",
    "user_type": "BUYER",
    "roles": ["BUYER"],
    "verification_status": "UNVERIFIED",
    "created_at": CREATED_AT,
    "updated_at": CREATED_AT,
}
USER_CHANGES = {"phone_number": "+254 712 345678", "last_name": "of baskets"}
TOKENS = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.…",
    "refresh_token": "eyJhbGciOiJIUzI1NiJ9.…",
    "token_type": "Bearer",
    "expires_in": 900,
    "user": USER,
}
FLOW_TOKEN = "8Jm2xq3wT0bW7n1cVfYhD5kRz9LsPgUeAo4iXyQtB6E"  # noqa: S105
FLOW = {"flow_token": FLOW_TOKEN, "expires_in": 600}
SESSION = {
    "id": "0199a000-0000-7000-8000-0000000000b3",
    "device": "Firefox on Android",
    "ip_address": "203.0.113.7",
    "created_at": CREATED_AT,
    "refreshed_at": "2026-11-23T08:00:00Z",
    "expires_at": "2026-12-22T09:30:00Z",
    "is_current": True,
}
SHOWN_DOCUMENT = {
    "id": "0199a000-0000-7000-8000-0000000000b3",
    "kind": "IDENTITY_FRONT",
    "level": "T2",
    "status": "APPROVED",
    "created_at": CREATED_AT,
}
PROFILE = {
    "id": "0199a000-0000-7000-8000-0000000000b2",
    "user_id": USER_ID,
    "bio": "Baskets from Kisumu.",
    "address": {
        "line1": "12 Lake Road",
        "city": "Kisumu",
        "country": "KE",
    },
    "id_verification_documents": [SHOWN_DOCUMENT],
    "rating": "4.80",
    "total_reviews": 31,
    "is_featured": False,
    "social_links": {"instagram": "https://instagram.com/kisumu.baskets"},
    "version": 3,
    "created_at": CREATED_AT,
    "updated_at": CREATED_AT,
}
ADDRESS_ENTRY = {
    "label": "Workshop",
    "recipient": "Basket weaver",
    "line1": "12 Lake Road",
    "line2": "",
    "city": "Kisumu",
    "region": "",
    "postal_code": "40100",
    "country": "KE",
    "phone": "+254712345678",
    "is_default": True,
}
ADDRESS_KEPT = {
    "id": "0199a000-0000-7000-8000-0000000000b3",
    **ADDRESS_ENTRY,
    "created_at": CREATED_AT,
    "updated_at": CREATED_AT,
}
PROFILE_CHANGES = {
    "bio": "Baskets from Kisumu.",
    "address": {"line1": "12 Lake Road", "city": "Kisumu", "country": "KE"},
    "social_links": {"instagram": "https://instagram.com/kisumu.baskets"},
}
SELLER = {
    "id": USER_ID,
    "display_name": "Basket weaver",
    "picture_url": "",
    "bio": "Baskets from Kisumu.",
    "social_links": {"instagram": "https://instagram.com/kisumu.baskets"},
    "is_verified": True,
    "verification_level": "T2",
    "is_featured": False,
    "member_since": CREATED_AT,
    "completed_sales": 128,
    "dispute_rate": "0.8",
    "called_off_rate": "1.5",
    "typical_hours_to_ship": 20,
    "rating": "4.80",
    "total_reviews": 31,
    "page_url": f"https://market.example.com/sellers/{USER_ID}/",
}
PUBLIC_CARD = {
    "id": USER_ID,
    "display_name": "Basket weaver",
    "profile_picture_url": "",
    "bio": "Baskets from Kisumu.",
    "social_links": {"instagram": "https://instagram.com/kisumu.baskets"},
    "is_seller": True,
    "is_featured": False,
    "verification_status": "VERIFIED",
    "rating": "4.80",
    "total_reviews": 31,
    "member_since": CREATED_AT,
}

REDIRECT_URI = "https://shop.example.com/sign-in/callback"
FLOW_TOKEN = "sY6cX1mVfC0V4pWq5b4m3n2k1J8h7g6f5d4s3a2Z1x0"  # noqa: S105
SOCIAL_PROVIDER = {"id": "google", "name": "Google", "token": "id_token"}
SOCIAL_DEPARTURE = {
    "flow_token": FLOW_TOKEN,
    "expires_in": 600,
    "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth?client_id=…&state=…",
}
SOCIAL_NONCE = {"flow_token": FLOW_TOKEN, "expires_in": 600, "nonce": "n-0S6_WzA2Mj"}
SOCIAL_CALLBACK = {
    "flow_token": FLOW_TOKEN,
    "state": "af0ifjsldkj",
    "code": "SplxlOBeZQQYbYS6WxSbIA",
    "iss": "https://accounts.google.com",
}
SOCIAL_TOKEN = {"flow_token": FLOW_TOKEN, "id_token": "eyJhbGciOiJSUzI1NiJ9.…"}
CONNECTED_PROVIDER = {
    "provider": "google",
    "name": "Google",
    "identity": "b…@gmail.com",
    "connected_at": CREATED_AT,
    "used_at": CREATED_AT,
}
