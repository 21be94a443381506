"""What a new database begins with; afterwards an operator decides."""

from typing import Any

# The payout policies of a new database (ADR 0052); afterwards an operator edits them in the admin.
# Where no row says anything, ``PayoutTerms`` is as careful. Amounts are minor units of currencies
# with two decimal places; an operator adds others.
PAYOUT_POLICIES: list[dict[str, Any]] = [
    {
        "bank_account_wait_hours": 72,
        "held_sales_count": 3,
        "held_sales_days": 7,
        "reserve_bps": 0,
        "reserve_days": 0,
        "return_window_days": 30,
    },
    {"verification_level": "T0", "reserve_bps": 1000, "reserve_days": 30},
    *(
        {
            "currency": currency,
            "verification_level": level,
            "maximum_minor": maximum_minor,
            "day_limit_minor": day_limit_minor,
            "month_limit_minor": month_limit_minor,
        }
        for currency in ("EUR", "GBP", "USD")
        for level, maximum_minor, day_limit_minor, month_limit_minor in (
            ("T0", 500_00, 500_00, 1_000_00),
            ("T1", 2_000_00, 5_000_00, 20_000_00),
            ("T2", 10_000_00, 25_000_00, 100_000_00),
        )
    ),
    *(
        {"currency": currency, "approval_above_minor": 5_000_00}
        for currency in ("EUR", "GBP", "USD")
    ),
]
