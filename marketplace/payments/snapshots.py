"""What the service hands out: frozen, without a model behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from marketplace.core.money import Money


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """What the platform takes of one sale, frozen when it is made.

    ``commission`` is ``base * rate_bps / 10 000``, halves rounded away from zero; the seller gets
    the rest of the payment, so the two always sum to the whole. Terms of several lines are added
    up with :func:`services.combine_commission`; then ``rate_bps`` is the effective rate, for
    display only.
    """

    rate_bps: int
    rule_id: UUID | None
    base: Money
    commission: Money
    parts: tuple["CommissionTerms", ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "rate_bps": self.rate_bps,
            "rule_id": str(self.rule_id) if self.rule_id else None,
            "base_minor": self.base.amount_minor,
            "commission_minor": self.commission.amount_minor,
            "currency": self.base.currency,
            "parts": [part.to_json() for part in self.parts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "CommissionTerms":
        return cls(
            rate_bps=data["rate_bps"],
            rule_id=UUID(data["rule_id"]) if data["rule_id"] else None,
            base=Money(data["base_minor"], data["currency"]),
            commission=Money(data["commission_minor"], data["currency"]),
            parts=tuple(cls.from_json(part) for part in data.get("parts", ())),
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
    net: Money


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    id: UUID
    payment_id: UUID
    order_id: UUID
    amount: Money
    status: str
    created_at: datetime


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
class WalletSnapshot:
    """``available`` can be withdrawn, ``pending`` is the seller's share still in escrow, and
    ``reserved`` is on its way to a bank."""

    id: UUID
    currency: str
    is_active: bool
    available: Money
    pending: Money
    reserved: Money
    created_at: datetime
    updated_at: datetime
