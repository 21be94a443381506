"""The chart of accounts: the only place that builds an account's code.

The same chart, with the rules of each kind, is in the database (``sql/chart.sql``).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from marketplace.core.money import exponent


class AccountKind(StrEnum):
    PSP_CLEARING = "psp_clearing"
    BANK = "bank"
    CHARGEBACK_FUNDS = "chargeback_funds"
    SELLER_RECEIVABLE = "seller_receivable"
    ORDER_ESCROW = "order_escrow"
    ORDER_DISPUTED = "order_disputed"
    USER_WALLET = "user_wallet"
    REFUND = "refund"
    PAYOUT = "payout"
    TAX = "tax"
    REVENUE_COMMISSION = "revenue_commission"
    EXPENSE_PSP_FEE = "expense_psp_fee"
    EXPENSE_CHARGEBACK_FEE = "expense_chargeback_fee"
    EXPENSE_CHARGEBACK_LOSS = "expense_chargeback_loss"
    EXPENSE_DIFFERENCES = "expense_differences"
    FX = "fx"
    SUSPENSE = "suspense"

    @property
    def keeps_balance(self) -> bool:
        """Has a balance row and versions; False for the hot platform accounts."""
        return self not in HOT_KINDS


HOT_KINDS = frozenset(
    {
        AccountKind.PSP_CLEARING,
        AccountKind.BANK,
        AccountKind.TAX,
        AccountKind.REVENUE_COMMISSION,
        AccountKind.EXPENSE_PSP_FEE,
        AccountKind.EXPENSE_CHARGEBACK_FEE,
        AccountKind.EXPENSE_CHARGEBACK_LOSS,
        AccountKind.EXPENSE_DIFFERENCES,
        AccountKind.FX,
        AccountKind.SUSPENSE,
    }
)
"""Platform accounts that every sale touches: no balance row, so nobody waits for anybody."""


@dataclass(frozen=True, slots=True)
class Account:
    """The name of an account: it need not exist yet, the first journal opens it."""

    code: str
    currency: str
    kind: AccountKind

    def __post_init__(self) -> None:
        exponent(self.currency)  # refuses an unknown currency

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


def psp_clearing(provider: str, currency: str) -> Account:
    """Asset: what the provider holds for us. Equals the provider's report."""
    return Account(f"psp:{_name(provider)}:clearing", currency, AccountKind.PSP_CLEARING)


def bank(name: str, currency: str) -> Account:
    """Asset: our own bank account. Equals the bank's report."""
    return Account(f"bank:{_name(name)}", currency, AccountKind.BANK)


def chargeback_funds(chargeback_id: UUID, currency: str) -> Account:
    """Asset: taken by the provider while a chargeback is open. Zero when it is closed."""
    return Account(f"chargeback:{chargeback_id}:funds", currency, AccountKind.CHARGEBACK_FUNDS)


def seller_receivable(seller_id: UUID, currency: str) -> Account:
    """Asset: what a seller owes us. Aged, then written off."""
    return Account(f"seller:{seller_id}:receivable", currency, AccountKind.SELLER_RECEIVABLE)


def order_escrow(order_id: UUID, currency: str) -> Account:
    """Liability: the buyer's money that waits. Zero in a terminal state."""
    return Account(f"order:{order_id}:escrow", currency, AccountKind.ORDER_ESCROW)


def order_disputed(order_id: UUID, currency: str) -> Account:
    """Liability: the part of an escrow that a chargeback has frozen."""
    return Account(f"order:{order_id}:disputed", currency, AccountKind.ORDER_DISPUTED)


def user_wallet(user_id: UUID, currency: str) -> Account:
    """Liability: what a user may spend or withdraw."""
    return Account(f"user:{user_id}:wallet", currency, AccountKind.USER_WALLET)


def refund_in_transit(refund_id: UUID, currency: str) -> Account:
    """Liability: on its way back to the buyer. Zero when the refund is terminal."""
    return Account(f"refund:{refund_id}", currency, AccountKind.REFUND)


def payout_in_transit(payout_id: UUID, currency: str) -> Account:
    """Liability: on its way to a bank account. Zero when the payout is terminal."""
    return Account(f"payout:{payout_id}", currency, AccountKind.PAYOUT)


def tax(jurisdiction: str, currency: str) -> Account:
    """Liability: tax collected for an ISO 3166 country or subdivision, such as DE or US-CA."""
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", jurisdiction):
        raise ValueError(f"{jurisdiction!r} is not an ISO 3166 code")
    return Account(f"tax:{jurisdiction}", currency, AccountKind.TAX)


def revenue_commission(currency: str) -> Account:
    return Account("revenue:commission", currency, AccountKind.REVENUE_COMMISSION)


def expense_psp_fee(currency: str) -> Account:
    return Account("expense:psp_fee", currency, AccountKind.EXPENSE_PSP_FEE)


def expense_chargeback_fee(currency: str) -> Account:
    return Account("expense:chargeback_fee", currency, AccountKind.EXPENSE_CHARGEBACK_FEE)


def expense_chargeback_loss(currency: str) -> Account:
    return Account("expense:chargeback_loss", currency, AccountKind.EXPENSE_CHARGEBACK_LOSS)


def expense_differences(currency: str) -> Account:
    """What a reconciliation wrote off, both ways."""
    return Account("expense:differences", currency, AccountKind.EXPENSE_DIFFERENCES)


def fx(against: str, currency: str) -> Account:
    """System: our position in ``currency`` from exchanges against the currency ``against``."""
    exponent(against)
    return Account(f"fx:{against}", currency, AccountKind.FX)


def suspense(provider: str, currency: str) -> Account:
    """System: money of a provider that matches nothing yet. Watched, and worked off."""
    return Account(f"suspense:{_name(provider)}", currency, AccountKind.SUSPENSE)


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(f"{value!r} is not a lower-case name")
    return value
