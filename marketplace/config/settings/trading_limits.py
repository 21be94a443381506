"""How much people of each verification level trade in a new database (ADR 81).

Whoever proved an address may buy, and may sell a little; a name that matches a bank account sells
more; an identity much more; a business without limits. An operator edits them afterwards, and adds
other currencies. Amounts are minor units of currencies with two decimal places.
"""

from typing import Any

TRADING_LIMITS: list[dict[str, Any]] = [
    {"verification_level": "T0", "buyer_open_orders": 30, "seller_open_orders": 30},
    {"verification_level": "T1", "buyer_open_orders": 100, "seller_open_orders": 200},
    *(
        {
            "currency": currency,
            "verification_level": level,
            "buyer_order_minor": buyer_order_minor,
            "buyer_month_minor": buyer_month_minor,
            "seller_order_minor": seller_order_minor,
            "seller_month_minor": seller_month_minor,
        }
        for currency in ("EUR", "GBP", "USD")
        for (
            level,
            buyer_order_minor,
            buyer_month_minor,
            seller_order_minor,
            seller_month_minor,
        ) in (
            ("T0", 2_000_00, 5_000_00, 1_000_00, 2_500_00),
            ("T1", 5_000_00, 15_000_00, 5_000_00, 20_000_00),
            ("T2", 25_000_00, 100_000_00, 25_000_00, 150_000_00),
        )
    ),
]
