"""A wallet's statement: drawn from the ledger alone, so that it always adds up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.errors import StatementPeriodInvalid
from marketplace.payments.ledger.accounts import user_wallet
from marketplace.payments.ledger.periods import (
    Kept,
    KindTotal,
    Period,
    list_period,
    read_period,
    total_kept,
    total_period,
)

MAX_DAYS = 366
EARLIEST = date(1970, 1, 1)
"""No platform is older, and a day before the calendar's first cannot be asked for."""
FINAL_AFTER = timedelta(hours=1)
"""No request and no job keeps a transaction open for as long: after that nothing can be added."""

ORDER, WITHDRAWAL, TOP_UP = "Order", "Withdrawal", "Top-up"
DESCRIPTIONS: dict[str, tuple[str, str]] = {
    # kind of the journal: in words, and what the reference names
    "escrow_release": ("Sale released", ORDER),
    "wallet_payment": ("Order paid from wallet", ORDER),
    "wallet_top_up": ("Top-up", TOP_UP),
    "refund_after_release": ("Refund to a buyer", ORDER),
    "refund_failed": ("Refund put into wallet", ORDER),
    "refund_to_wallet": ("Refund", ORDER),
    "chargeback_opened": ("Chargeback", ORDER),
    "chargeback_lost": ("Chargeback lost", ORDER),
    "chargeback_won": ("Chargeback won", ORDER),
    "top_up_charged_back": ("Top-up taken back by your bank", TOP_UP),
    "top_up_given_back": ("Top-up given back", TOP_UP),
    "receivable_repaid": ("Repayment of what was owed", ""),
    "payout_requested": ("Withdrawal", WITHDRAWAL),
    "payout_failed": ("Withdrawal returned", WITHDRAWAL),
    "currency_exchange": ("Currency exchange", ""),
    "correction": ("Correction", ""),
    "reversal": ("Reversal", ""),
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    at: datetime
    type: str
    """The kind of journal, such as escrow_release."""
    description: str
    reference: str
    """What ``reference_id`` names: Order, Withdrawal, Top-up, or nothing in particular."""
    reference_id: UUID
    amount: Money
    """Positive when the balance grew."""
    balance: Money
    kept: Kept
    """Commission and tax of a sale, which the amount is without."""


@dataclass(frozen=True, slots=True)
class TypeTotal:
    type: str
    description: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """Opening balance plus lines equals closing balance, or it is not made."""

    user_id: UUID
    currency: str
    starts_on: date
    ends_on: date
    """The last day, included. Days are UTC's."""
    made_at: datetime
    is_final: bool
    """The period is over and nothing can be added to it."""
    opening: Money
    closing: Money
    line_count: int
    totals: Sequence[TypeTotal]
    money_in: Money
    money_out: Money
    """Negative or zero."""
    kept: Kept
    period: Period

    def lines(self) -> Iterator[StatementLine]:
        """Oldest first, read from the database as they are asked for."""
        for line in list_period(self.period):
            description, reference = DESCRIPTIONS.get(line.kind, (_in_words(line.kind), ""))
            yield StatementLine(
                at=line.posted_at,
                type=line.kind,
                description=description,
                reference=reference,
                reference_id=line.reference_id,
                amount=line.amount,
                balance=line.balance_after,
                kept=line.kept,
            )


def make_statement(*, user_id: UUID, currency: str, starts_on: date, ends_on: date) -> Statement:
    """The statement of a user's wallet in one currency; raises StatementPeriodInvalid.

    A wallet that was never used has an empty one.
    """
    now = clock.database_now()
    _check_period(starts_on, ends_on, now.date())
    ends_before = _midnight(ends_on + timedelta(days=1))
    period = read_period(
        user_wallet(user_id, currency), starts_at=_midnight(starts_on), ends_before=ends_before
    )
    totals = total_period(period)
    _check_sum(period, totals)
    return Statement(
        user_id=user_id,
        currency=currency,
        starts_on=starts_on,
        ends_on=ends_on,
        made_at=now,
        is_final=ends_before + FINAL_AFTER <= now,
        opening=period.opening,
        closing=period.closing,
        line_count=period.line_count,
        totals=[
            TypeTotal(
                type=total.kind,
                description=DESCRIPTIONS.get(total.kind, (_in_words(total.kind), ""))[0],
                count=total.count,
                amount=total.amount,
            )
            for total in totals
        ],
        money_in=_sum_of(currency, (total.came_in for total in totals)),
        money_out=_sum_of(currency, (total.went_out for total in totals)),
        kept=total_kept(period),
        period=period,
    )


def _sum_of(currency: str, amounts: Iterator[Money]) -> Money:
    return Money(sum(amount.amount_minor for amount in amounts), currency)


def _check_period(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < starts_on:
        raise StatementPeriodInvalid("`from` must not be after `to`.")
    if starts_on < EARLIEST:
        raise StatementPeriodInvalid(f"`from` must not be before {EARLIEST}.")
    if starts_on > today:
        raise StatementPeriodInvalid("`from` must not be in the future.")
    if (ends_on - starts_on).days + 1 > MAX_DAYS:
        raise StatementPeriodInvalid(f"A statement covers at most {MAX_DAYS} days.")


def _check_sum(period: Period, totals: Sequence[KindTotal]) -> None:
    moved = sum(total.amount.amount_minor for total in totals)
    counted = sum(total.count for total in totals)
    if (period.opening.amount_minor + moved, counted) != (
        period.closing.amount_minor,
        period.line_count,
    ):
        raise RuntimeError(f"the lines of {period.account} do not add up: run the audit")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _in_words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()
