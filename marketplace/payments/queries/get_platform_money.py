from dataclasses import dataclass

from django.db import connection

from marketplace.core.money import Money
from marketplace.payments.models import EscrowStatus

PLATFORM_ACCOUNTS = """
    SELECT account.currency, account.kind, balance.balance_minor
      FROM payments_ledger_account account,
           LATERAL ledger_balances(ARRAY[account.id]) balance
     WHERE account.kind IN ('psp_clearing', 'revenue_commission', 'suspense')
"""
ESCROW = """
    SELECT currency,
           sum(captured_minor - released_minor - refunded_minor - charged_back_minor), count(*)
      FROM payments_payment WHERE escrow_status = %s GROUP BY currency
"""


@dataclass(frozen=True, slots=True)
class PlatformMoney:
    """Where the platform's money is, in one currency."""

    currency: str
    at_providers: Money
    in_escrow: Money
    sales_in_escrow: int
    commission: Money
    in_suspense: Money


def get_platform_money() -> list[PlatformMoney]:
    """One row per currency that was ever used, in the order of the codes. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(PLATFORM_ACCOUNTS)
        balances: dict[tuple[str, str], int] = {}
        for currency, kind, balance in cursor.fetchall():
            balances[currency, kind] = balances.get((currency, kind), 0) + int(balance)
        cursor.execute(ESCROW, [EscrowStatus.IN_ESCROW])
        escrow = {currency: (int(total), sales) for currency, total, sales in cursor.fetchall()}

    def held(currency: str, kind: str) -> Money:
        return Money(balances.get((currency, kind), 0), currency)

    return [
        PlatformMoney(
            currency=currency,
            at_providers=held(currency, "psp_clearing"),
            in_escrow=Money(escrow.get(currency, (0, 0))[0], currency),
            sales_in_escrow=escrow.get(currency, (0, 0))[1],
            commission=held(currency, "revenue_commission"),
            in_suspense=held(currency, "suspense"),
        )
        for currency in sorted({currency for currency, _ in balances} | set(escrow))
    ]
