"""Examples for the documentation."""

BUYER_ID = "0199a000-0000-7000-8000-0000000000b1"
SELLER_ID = "0199a000-0000-7000-8000-0000000000a1"
ORDER_ID = "0199a000-0000-7000-8000-000000000e01"
PAYMENT_ID = "0199a000-0000-7000-8000-000000000901"
WALLET_ID = "0199a000-0000-7000-8000-000000000911"
BANK_ACCOUNT_ID = "0199a000-0000-7000-8000-000000000921"
AT = "2026-11-22T12:01:30Z"

PAYMENT = {
    "id": PAYMENT_ID,
    "order_id": ORDER_ID,
    "user_id": BUYER_ID,
    "seller_id": SELLER_ID,
    "amount": "126.00",
    "currency": "EUR",
    "payment_method": "card",
    "payment_provider": "sandbox",
    "status": "COMPLETED",
    "provider_transaction_id": "pay_5kZ0",
    "escrow_status": "IN_ESCROW",
    "payment_details": {},
    "must_settle_before": "2027-02-20T12:00:00Z",
    "created_at": "2026-11-22T12:00:00Z",
    "updated_at": AT,
}
COMMISSION_PREVIEW = {
    "amount": "120.00",
    "currency": "EUR",
    "category": "Electronics > Cameras",
    "seller_level": "T2",
    "commission": "9.30",
    "tax": "1.77",
    "buyer_fee": "0.00",
    "buyer_pays": "120.00",
    "you_get": "108.93",
    "lines": [
        {"text": "7.5 % of 120.00 EUR", "amount": "9.00"},
        {"text": "a fixed part", "amount": "0.30"},
        {"text": "19 % tax on the commission (DE)", "amount": "1.77"},
    ],
    "rule": {
        "id": "0199a000-0000-7000-8000-000000000931",
        "name": "Cameras",
        "conditions": ["category Electronics > Cameras", "sales in EUR"],
        "valid_until": None,
    },
}
TIMELINE = {
    "results": [
        {"at": AT, "type": "FundsHeld", "text": "126.00 EUR put into escrow.", "by": "provider"}
    ]
}
WALLETS = {
    "results": [
        {
            "id": WALLET_ID,
            "user_id": SELLER_ID,
            "currency": "EUR",
            "is_active": True,
            "balance": "113.40",
            "available": "108.00",
            "pending": "54.00",
            "reserved": "0.00",
            "on_hold": "5.40",
            "owed": "0.00",
            "holds": [{"reason": "RESERVE", "amount": "5.40", "available_at": AT}],
            "created_at": AT,
            "updated_at": AT,
        }
    ]
}
TRANSACTION = {
    "id": "0199a000-0000-7000-8000-000000000931",
    "wallet_id": WALLET_ID,
    "payment_id": PAYMENT_ID,
    "type": "ESCROW_RELEASE",
    "amount": "113.40",
    "wallet_change": "113.40",
    "currency": "EUR",
    "status": "COMPLETED",
    "notes": "Sale completed",
    "created_at": AT,
    "updated_at": AT,
}
BANK_ACCOUNT = {
    "id": BANK_ACCOUNT_ID,
    "number_kind": "IBAN",
    "masked_number": "•••• 3000",
    "currency": "EUR",
    "bank_name": "",
    "bank_code": "",
    "is_default": True,
    "is_blocked": False,
    "usable_from_at": "2026-11-25T12:01:30Z",
    "created_at": AT,
}
NEW_BANK_ACCOUNT = {
    "account_holder": "Holder of the account",
    "iban": "DE89 3704 0044 0532 0130 00",
    "currency": "EUR",
}
WITHDRAWAL = {
    "id": "0199a000-0000-7000-8000-000000000941",
    "bank_account_id": BANK_ACCOUNT_ID,
    "masked_number": "•••• 3000",
    "amount": "50.00",
    "currency": "EUR",
    "status": "REQUESTED",
    "failure_code": "",
    "awaits_approval": False,
    "created_at": AT,
    "updated_at": AT,
}
NEW_WITHDRAWAL = {"amount": "50.00", "currency": "EUR", "bank_account_id": BANK_ACCOUNT_ID}
WEBHOOK = {
    "id": "evt_7Qm2",
    "type": "payment.succeeded",
    "created_at": AT,
    "data": {"object": {"id": "pay_5kZ0", "status": "succeeded"}},
}
TOP_UP_ID = "0199a000-0000-7000-8000-000000000951"
NEW_TOP_UP = {
    "amount": "50.00",
    "currency": "EUR",
    "payment_method": "card",
    "return_url": "https://shop.example/wallet",
}
TOP_UP = {
    "id": TOP_UP_ID,
    "wallet_id": WALLET_ID,
    "amount": "50.00",
    "currency": "EUR",
    "payment_method": "card",
    "payment_provider": "sandbox",
    "status": "PENDING",
    "failure_code": "",
    "next_action": {"type": "redirect", "url": "https://provider.example/pay/pay_5kZ1"},
    "created_at": AT,
    "updated_at": AT,
}
PAYOUT_SCHEDULE = {
    "currency": "EUR",
    "interval": "WEEKLY",
    "weekday": "FRIDAY",
    "next_run_at": "2026-11-27T06:00:00Z",
    "last_run": {
        "run_on": "2026-11-20",
        "outcome": "SKIPPED",
        "code": "withdrawal_too_small",
        "note": "0.40 EUR can be withdrawn; the smallest withdrawal is 5.00 EUR.",
        "withdrawal_id": None,
    },
}
NEW_PAYOUT_SCHEDULE = {"currency": "EUR", "interval": "WEEKLY", "weekday": "FRIDAY"}
