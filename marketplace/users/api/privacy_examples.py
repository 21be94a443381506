"""Examples for the documentation."""

OUTLOOK = {
    "obstacles": [{"code": "money_in_wallet", "detail": "Withdraw what is in the wallet first."}],
    "cooling_off_days": 14,
}
ERASURE = {
    "id": "0199a000-0000-7000-8000-0000000000e1",
    "requested_at": "2026-11-22T09:30:00Z",
    "due_at": "2026-12-06T09:30:00Z",
}
EXPORT = {
    "id": "0199a000-0000-7000-8000-0000000000e2",
    "state": "READY",
    "done": 14,
    "total": 14,
    "size_bytes": 48213,
    "requested_at": "2026-11-22T09:30:00Z",
    "ready_at": "2026-11-22T09:30:04Z",
    "expires_at": "2026-11-29T09:30:04Z",
}
CONSENTS = {
    "given": [
        {
            "document": "TERMS",
            "version": "2026-11",
            "is_given": True,
            "source": "SIGN_UP",
            "recorded_at": "2026-11-22T09:30:00Z",
        }
    ],
    "outstanding": [
        {
            "document": "PRIVACY",
            "version": "2026-12",
            "url": "https://shop.example/privacy/2026-12",
            "is_required": True,
        }
    ],
}
CONSENT = {"document": "PRIVACY", "version": "2026-12", "is_given": True}
