"""What the service hands out: frozen, without a model behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from marketplace.core.money import Money


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One line of an order. ``category_ids`` come nearest first, then their ancestors."""

    amount: Money
    category_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """What the platform takes of one sale, frozen when it is made.

    ``base`` is the goods, without shipping; ``commission`` is all that the platform takes of them,
    ``tax_minor`` comes on top, and ``buyer_fee_minor`` of the two is paid by the buyer beside the
    price. The seller gets the rest of the payment, so the parts always sum to the whole. Where
    several rules govern an order, ``parts`` has the terms of each, and the amounts are their sums;
    then ``rate_bps`` is the effective rate, for display only.
    """

    rate_bps: int
    rule_id: UUID | None
    base: Money
    commission: Money
    parts: tuple["CommissionTerms", ...] = ()
    fixed_minor: int = 0
    tax_minor: int = 0
    tax_jurisdiction: str = ""
    buyer_fee_minor: int = 0
    rule_name: str = ""
    explanation: str = ""
    """Why this rule, and the arithmetic, in words."""

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.commission.currency)

    @property
    def buyer_fee(self) -> Money:
        return Money(self.buyer_fee_minor, self.base.currency)

    @property
    def net(self) -> Money:
        """What the seller gets of the goods; shipping comes on top, whole."""
        return self.base + self.buyer_fee - self.commission - self.tax

    def to_json(self) -> dict[str, Any]:
        return {
            "rate_bps": self.rate_bps,
            "rule_id": str(self.rule_id) if self.rule_id else None,
            "rule_name": self.rule_name,
            "explanation": self.explanation,
            "base_minor": self.base.amount_minor,
            "commission_minor": self.commission.amount_minor,
            "fixed_minor": self.fixed_minor,
            "tax_minor": self.tax_minor,
            "tax_jurisdiction": self.tax_jurisdiction,
            "buyer_fee_minor": self.buyer_fee_minor,
            "currency": self.base.currency,
            "parts": [part.to_json() for part in self.parts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "CommissionTerms":
        """Also of terms from before there was more than a rate: what they lack is nothing."""
        return cls(
            rate_bps=data["rate_bps"],
            rule_id=UUID(data["rule_id"]) if data["rule_id"] else None,
            base=Money(data["base_minor"], data["currency"]),
            commission=Money(data["commission_minor"], data["currency"]),
            parts=tuple(cls.from_json(part) for part in data.get("parts", ())),
            fixed_minor=data.get("fixed_minor", 0),
            tax_minor=data.get("tax_minor", 0),
            tax_jurisdiction=data.get("tax_jurisdiction", ""),
            buyer_fee_minor=data.get("buyer_fee_minor", 0),
            rule_name=data.get("rule_name", ""),
            explanation=data.get("explanation", ""),
        )


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """The specification's Payment."""

    id: UUID
    order_id: UUID
    user_id: UUID
    seller_id: UUID
    amount: Money
    payment_method: str
    payment_provider: str
    status: str
    provider_transaction_id: str
    escrow_status: str | None
    payment_details: Mapping[str, Any]
    commission: CommissionTerms
    must_settle_before: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentStart:
    """An attempt that waits for the buyer.

    ``next_action`` is ``{"type": "redirect", "url": …}``.
    """

    payment: PaymentSnapshot
    attempt_id: UUID
    next_action: Mapping[str, str]


class HoldOutcome(StrEnum):
    HELD = "HELD"
    ALREADY_HELD = "ALREADY_HELD"
    IN_REVIEW = "IN_REVIEW"
    """Not this order's money as it should be; it is booked, and an operator looks at it."""
    ALREADY_IN_REVIEW = "ALREADY_IN_REVIEW"


@dataclass(frozen=True, slots=True)
class ReleaseSnapshot:
    payment_id: UUID
    order_id: UUID
    gross: Money
    commission: Money
    tax: Money
    net: Money
    is_last: bool
    """Nothing is held any more."""


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    id: UUID
    payment_id: UUID
    order_id: UUID
    amount: Money
    status: str
    created_at: datetime
    is_all_back: bool
    """With it everything that was paid is back with the buyer, or on its way."""
    is_last: bool
    """Nothing is held any more."""


@dataclass(frozen=True, slots=True)
class BankAccountSnapshot:
    """``masked_number`` shows the last four characters only.

    ``is_blocked``: a payout to it came back, and nothing goes there until it is cleared.
    """

    id: UUID
    number_kind: str
    masked_number: str
    currency: str
    bank_name: str
    bank_code: str
    is_default: bool
    is_blocked: bool
    usable_from_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PayoutSnapshot:
    id: UUID
    user_id: UUID
    bank_account_id: UUID
    amount: Money
    status: str
    failure_code: str
    awaits_approval: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class HoldSnapshot:
    """``reason`` is FIRST_SALES or RESERVE."""

    reason: str
    amount: Money
    available_at: datetime


@dataclass(frozen=True, slots=True)
class WalletSnapshot:
    """``available`` can be withdrawn, ``on_hold`` is in the wallet and cannot be yet; together they
    are the ``balance``. ``pending`` is the seller's share still in escrow, ``reserved`` is on its
    way to a bank, and ``owed`` is repaid by what comes next."""

    id: UUID
    currency: str
    is_active: bool
    balance: Money
    available: Money
    pending: Money
    reserved: Money
    on_hold: Money
    owed: Money
    holds: tuple[HoldSnapshot, ...]
    created_at: datetime
    updated_at: datetime


class TopUpStatus(StrEnum):
    """How a top-up stands, for the user who made it."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    IN_REVIEW = "IN_REVIEW"
    """Another amount came than was asked: it is booked, and our staff looks at it."""


@dataclass(frozen=True, slots=True)
class TopUpSnapshot:
    id: UUID
    user_id: UUID
    wallet_id: UUID
    amount: Money
    payment_method: str
    payment_provider: str
    attempt_status: str
    is_credited: bool
    failure_code: str
    redirect_url: str
    created_at: datetime
    updated_at: datetime

    @property
    def status(self) -> TopUpStatus:
        return top_up_status(self.attempt_status, is_credited=self.is_credited)

    @property
    def next_action(self) -> Mapping[str, str]:
        """Where to send the user, while there is something left to do."""
        return next_action(self.attempt_status, self.redirect_url)


def top_up_status(attempt_status: str, *, is_credited: bool) -> TopUpStatus:
    if is_credited:
        return TopUpStatus.COMPLETED
    if attempt_status == "CAPTURED":
        return TopUpStatus.IN_REVIEW
    return TopUpStatus.FAILED if attempt_status == "DECLINED" else TopUpStatus.PENDING


def next_action(attempt_status: str, redirect_url: str) -> Mapping[str, str]:
    if attempt_status == "REDIRECTED":
        return {"type": "redirect", "url": redirect_url}
    return {"type": "none"}


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """What the scheduled run of a day did about a wallet: ``code`` and ``note`` say why nothing."""

    run_on: date
    outcome: str
    code: str
    note: str
    withdrawal_id: UUID | None


@dataclass(frozen=True, slots=True)
class PayoutScheduleSnapshot:
    """``next_run_at`` is None for MANUAL."""

    currency: str
    interval: str
    weekday: str
    next_run_at: datetime | None
    last_run: ScheduledRun | None


@dataclass(frozen=True, slots=True)
class ExchangeSnapshot:
    id: UUID
    user_id: UUID
    sold: Money
    bought: Money
    rate: str
    reason: str
    reversed_at: datetime | None
    created_at: datetime
