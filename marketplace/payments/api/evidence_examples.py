"""Examples of trails, proofs and statements for the documentation."""

from marketplace.payments.api.examples import AT, ORDER_ID, PAYMENT_ID

SEAL_MARK = {"number": 812, "position": 40_117, "sealed_at": AT}
MONEY_TRAIL = {
    "payment_id": PAYMENT_ID,
    "order_id": ORDER_ID,
    "amount": "126.00",
    "currency": "EUR",
    "is_sealed": True,
    "events": [
        {
            "version": 5,
            "at": AT,
            "type": "FundsHeld",
            "text": "126.00 EUR put into escrow.",
            "by": "provider",
            "seal": SEAL_MARK,
        }
    ],
    "journals": [
        {
            "id": "0199a000-0000-7000-8000-000000000951",
            "kind": "escrow_hold",
            "at": AT,
            "legs": [
                {
                    "account": "psp:sandbox:clearing",
                    "side": "debit",
                    "amount": "126.00",
                    "currency": "EUR",
                },
                {
                    "account": f"order:{ORDER_ID}:escrow",
                    "side": "credit",
                    "amount": "126.00",
                    "currency": "EUR",
                },
            ],
            "hidden_legs": 0,
            "seal": SEAL_MARK,
        }
    ],
}
HASH = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
SEAL = {
    "format": "fairhold-seal/1",
    "number": 812,
    "first_position": 40_100,
    "leaf_count": 64,
    "root": HASH,
    "previous_hash": HASH,
    "sealed_at": "2026-11-22T12:01:31.000000+00:00",
    "key_id": "6e340b9cffb37a98",
    "hash": HASH,
    "signature": HASH + HASH,
}
SEAL_KEY = {"key_id": "6e340b9cffb37a98", "public_key": HASH}
SEAL_HEAD = {"seal": SEAL, "keys": [SEAL_KEY]}
PROOF = {
    "format": "fairhold-proof/1",
    "statement": {
        "format": "fairhold-statement/1",
        "issuer": "https://market.example",
        "issued_at": "2026-11-22T13:00:00.000000+00:00",
        "viewer": "buyer",
        "payment_id": PAYMENT_ID,
        "order_id": ORDER_ID,
        "leaves": [HASH],
        "seals": [HASH],
        "unsealed": 0,
        "left_out": 0,
        "key_id": "6e340b9cffb37a98",
    },
    "statement_signature": HASH + HASH,
    "leaves": [
        {
            "kind": "event",
            "position": 40_117,
            "seal": 812,
            "members": {"version": {"commitment": HASH, "value": 1, "salt": HASH}},
            "hash": HASH,
            "path": [HASH],
        }
    ],
    "seals": [SEAL],
    "keys": [SEAL_KEY],
}
PAST_BALANCE = {"balance": "108.00", "currency": "EUR", "at": AT, "version": 12}
STATEMENT = {
    "currency": "EUR",
    "from": "2026-10-01",
    "to": "2026-10-31",
    "made_at": AT,
    "is_final": True,
    "opening_balance": "0.00",
    "closing_balance": "113.40",
    "total_in": "113.40",
    "total_out": "0.00",
    "commission": "-5.55",
    "tax": "-1.05",
    "line_count": 1,
    "totals": [
        {
            "type": "escrow_release",
            "description": "Sale released",
            "count": 1,
            "amount": "113.40",
        }
    ],
    "lines": [
        {
            "at": "2026-10-12T09:30:00Z",
            "type": "escrow_release",
            "description": "Sale released",
            "reference": "Order",
            "reference_id": ORDER_ID,
            "amount": "113.40",
            "balance": "113.40",
            "commission": "-5.55",
            "tax": "-1.05",
        }
    ],
}
STATEMENT_CSV = (
    "date,type,description,reference,amount,currency,balance,commission,tax\r\n"
    "2026-10-01,opening_balance,Opening balance,,,EUR,0.00,,\r\n"
    f"2026-10-12T09:30:00Z,escrow_release,Sale released,Order {ORDER_ID},113.40,EUR,113.40,-5.55,"
    "-1.05\r\n"
    "2026-10-31,closing_balance,Closing balance,,,EUR,113.40,,\r\n"
)
