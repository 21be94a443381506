"""Examples for the documentation: one sale of two lamps."""

from typing import Any

BUYER_ID = "0199a000-0000-7000-8000-0000000000b1"
SELLER_ID = "0199a000-0000-7000-8000-0000000000a1"
ORDER_ID = "0199a000-0000-7000-8000-000000000e01"
PRODUCT_ID = "0199a000-0000-7000-8000-000000000001"
CHECKOUT_ID = "0199a000-0000-7000-8000-000000000f01"
PAYMENT_ID = "0199a000-0000-7000-8000-000000000901"
PLACED_AT = "2026-11-22T12:00:00Z"
PAID_AT = "2026-11-22T12:01:30Z"

ADDRESS = {
    "recipient": "Recipient of the parcel",
    "line1": "1 Market Street",
    "city": "Nairobi",
    "postal_code": "00100",
    "country": "KE",
}
PLACE = {
    "items": [{"product_id": PRODUCT_ID, "quantity": 2}],
    "shipping_address": ADDRESS,
    "shipping_method": "standard",
    "notes": "Please ring twice.",
}
ORDER: dict[str, Any] = {
    "id": ORDER_ID,
    "checkout_id": CHECKOUT_ID,
    "buyer_id": BUYER_ID,
    "seller_id": SELLER_ID,
    "status": "PAYMENT_RECEIVED",
    "version": 2,
    "items": [
        {
            "id": "0199a000-0000-7000-8000-000000000e11",
            "product_id": PRODUCT_ID,
            "title": "Reading lamp",
            "image_url": "/media/products/lamp-thumbnail.webp",
            "quantity": 2,
            "unit_price": "60.00",
            "total_price": "120.00",
            "created_at": PLACED_AT,
            "updated_at": PLACED_AT,
        }
    ],
    "subtotal": "120.00",
    "shipping_cost": "6.00",
    "tax": "0.00",
    "buyer_fee": "0.00",
    "total": "126.00",
    "currency": "EUR",
    "payment_id": PAYMENT_ID,
    "shipping_address": {**ADDRESS, "line2": "", "region": "", "phone": ""},
    "shipping_method": "standard",
    "is_tracked": True,
    "is_in_person": False,
    "carrier": "",
    "tracking_number": "",
    "shipment_id": None,
    "notes": "Please ring twice.",
    "escrow_terms": {
        "pay_within_minutes": 60,
        "pay_slow_within_hours": 72,
        "cancellation_answer_hours": 48,
        "ship_within_business_days": 5,
        "ship_extension_business_days": 10,
        "scan_within_days": 7,
        "inspection_tracked_hours": 72,
        "inspection_untracked_hours": 168,
        "inspection_in_person_hours": 24,
        "reminder_before_hours": 24,
    },
    "deadlines": [{"kind": "ship_by", "due_at": "2026-11-27T12:01:30Z"}],
    "cancellation_request": None,
    "cancel_reason": "",
    "cancel_note": "",
    "cancelled_by": "",
    "is_frozen": False,
    "your_part": "BUYER",
    "available_actions": ["request-cancellation", "extend-ship-by"],
    "created_at": PLACED_AT,
    "updated_at": PAID_AT,
    "paid_at": PAID_AT,
    "accepted_at": None,
    "shipped_at": None,
    "delivered_at": None,
    "completed_at": None,
    "cancelled_at": None,
    "refunded_at": None,
}
UNPAID = {
    **ORDER,
    "status": "PENDING_PAYMENT",
    "version": 1,
    "deadlines": [{"kind": "payment", "due_at": "2026-11-22T13:00:00Z"}],
    "available_actions": ["pay", "cancel"],
    "updated_at": PLACED_AT,
    "paid_at": None,
}
CHECKOUT = {"checkout_id": CHECKOUT_ID, "orders": [UNPAID]}
PAY = {"payment_method": "card", "return_url": "https://shop.example/orders/thanks"}
PAYMENT_START = {
    "payment": {
        "id": PAYMENT_ID,
        "order_id": ORDER_ID,
        "status": "PENDING",
        "amount": "126.00",
        "currency": "EUR",
        "payment_method": "card",
        "payment_provider": "sandbox",
        "escrow_status": None,
    },
    "next_action": {"type": "redirect", "url": "https://provider.example/pay/pay_5kZ0"},
}
PAY_FROM_WALLET = {"payment_method": "wallet"}
PAID_FROM_WALLET = {
    "payment": {
        **PAYMENT_START["payment"],  # type: ignore[dict-item]
        "status": "COMPLETED",
        "payment_method": "wallet",
        "payment_provider": "wallet",
        "escrow_status": "IN_ESCROW",
    },
    "next_action": {"type": "none"},
}
HISTORY_ENTRY = {
    "id": ORDER_ID,
    "checkout_id": CHECKOUT_ID,
    "buyer_id": BUYER_ID,
    "seller_id": SELLER_ID,
    "counterparty": {
        "id": SELLER_ID,
        "display_name": "Lamp workshop",
        "profile_picture_url": "",
        "verification_status": "VERIFIED",
    },
    "status": "PAYMENT_RECEIVED",
    "title": "Reading lamp",
    "image_url": "/media/products/lamp-thumbnail.webp",
    "item_count": 2,
    "total": "126.00",
    "currency": "EUR",
    "tracking_number": "",
    "has_open_request": False,
    "is_frozen": False,
    "version": 2,
    "created_at": PLACED_AT,
    "updated_at": PAID_AT,
}
TIMELINE = {
    "results": [
        {
            "id": "0199a000-0000-7000-8000-000000000e21",
            "version": 1,
            "command": "place_order",
            "party": "BUYER",
            "from_status": "",
            "to_status": "PENDING_PAYMENT",
            "note": "",
            "details": {},
            "occurred_at": PLACED_AT,
        }
    ]
}
SHIP = {"carrier": "sandbox", "tracking_number": "SBX-20261122-01"}
REFUND = {"amount": "12.50", "currency": "EUR", "reason": "Arrived with a scratch."}
REASON = {"reason": "Ordered the wrong size."}
DELIVER = {"note": "Collected at the door."}
EXTEND = {"business_days": 3}
DASHBOARD = {
    "buying": {
        "counts": {
            "PENDING_PAYMENT": 1,
            "PAYMENT_RECEIVED": 0,
            "PROCESSING": 2,
            "SHIPPED": 1,
            "DELIVERED": 0,
            "COMPLETED": 14,
            "CANCELLED": 1,
            "REFUNDED": 0,
        },
        "needs_action": [{"action": "pay", "count": 1}],
        "in_escrow": [{"amount": "84.70", "currency": "EUR"}],
    },
    "selling": None,
    "counted_to": 1000,
}
