"""Examples of second factors and step-ups for the documentation."""

MOMENT = "2026-11-22T09:30:00Z"
LATER = "2026-11-22T09:40:00Z"
ID = "0199a000-0000-7000-8000-0000000000c1"
CHALLENGE = "dGhlIGNoYWxsZW5nZSBvZiB0aGlzIGVucm9sbWVudA"

TOTP = {
    "id": "00000000-0000-0000-0000-000000000004",
    "factor": "totp",
    "name": "",
    "signs_in_alone": False,
    "created_at": MOMENT,
    "last_used_at": MOMENT,
}
PASSKEY = {
    **TOTP,
    "id": "00000000-0000-0000-0000-000000000005",
    "factor": "passkey",
    "name": "Blue key",
    "signs_in_alone": True,
}
FACTORS = {
    "has_second_factor": True,
    "totp": TOTP,
    "passkeys": [PASSKEY],
    "recovery_codes_left": 10,
}
RECOVERY_CODES = ["4821907735", "1180264459"]
TOTP_ENROLMENT = {
    "id": ID,
    "secret": "JBSWY3DPEHPK3PXP",
    "otpauth_url": ("otpauth://totp/buyer%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Fairhold"),
    "qr_svg": "<?xml version='1.0' encoding='UTF-8'?><svg …/>",
    "expires_at": LATER,
}
CONFIRM_TOTP = {"enrolment_id": ID, "code": "492039"}
PASSKEY_ENROLMENT = {
    "id": ID,
    "public_key": {
        "challenge": CHALLENGE,
        "rp": {"id": "fairhold.example", "name": "Fairhold"},
        "user": {"id": "MDE5OWEwMDA", "name": "buyer@example.com", "displayName": "buyer"},
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    },
    "expires_at": LATER,
}
CREDENTIAL = {
    "id": "hyqDz1Yc2Zr1",
    "rawId": "hyqDz1Yc2Zr1",
    "type": "public-key",
    "response": {"clientDataJSON": "eyJ0eXBlIjoi…", "attestationObject": "o2NmbXRkbm9uZQ…"},
    "clientExtensionResults": {},
}
CONFIRM_PASSKEY = {"enrolment_id": ID, "name": "Blue key", "credential": CREDENTIAL}
NEW_FACTOR = {"factor": TOTP, "recovery_codes": RECOVERY_CODES}
NEW_STEP_UP = {
    "purpose": "withdrawal",
    "details": {
        "amount": "12.50",
        "currency": "EUR",
        "bank_account_id": "0199a000-0000-7000-8000-0000000000d1",
    },
}
STEP_UP = {
    "id": ID,
    "purpose": "withdrawal",
    "factors": ["totp", "recovery_code"],
    "public_key": None,
    "expires_at": LATER,
    "confirmed_at": None,
}
ANSWER = {"factor": "totp", "code": "492039"}
FLOW_TOKEN = "Jm2sFvXnP0c1bq7W5yqk4v3mXo2hT8dLrZ9aYeUuQiE"  # noqa: S105
REQUEST_OPTIONS = {
    "challenge": CHALLENGE,
    "rpId": "fairhold.example",
    "userVerification": "required",
}
ASSERTION = {
    "id": "hyqDz1Yc2Zr1",
    "rawId": "hyqDz1Yc2Zr1",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoi…",
        "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4…",
        "signature": "MEUCIQDZ…",
        "userHandle": "MDE5OWEwMDA",
    },
    "clientExtensionResults": {},
}
