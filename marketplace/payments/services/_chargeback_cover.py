"""When a refund and a chargeback of the same money meet, and the refund fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.models import (
    Chargeback,
    ChargebackStatus,
    Payment,
    Refund,
    RefundSource,
)
from marketplace.payments.repositories.chargebacks import append_to_chargeback
from marketplace.payments.streams import facts


@dataclass(frozen=True, slots=True)
class Cover:
    """What of a failed refund must not go into the buyer's wallet, and which chargebacks it
    covers: while one is open it waits with what is frozen, of a lost one it makes up the loss."""

    to_disputed: Money
    to_loss: Money
    parts: Sequence[tuple[Chargeback, Money]]

    def record(self, payment: Payment, refund: Refund, journal_id: UUID) -> None:
        for chargeback, amount in self.parts:
            covered = facts.ChargebackCovered(
                chargeback_id=chargeback.id,
                refund_id=refund.id,
                amount_minor=amount.amount_minor,
                currency=amount.currency,
                journal_id=journal_id,
            )
            append_to_chargeback(payment, chargeback, covered)


@needs_transaction
def cover_of(payment: Payment, refund: Refund) -> Cover:
    """How much of the refund the buyer has, or is asking for, through the bank already.

    Decided under the payment's lock: a chargeback that opened while the refund was on its way
    found that money gone, and took it from the platform.
    """
    left = Money(refund.amount_minor, refund.currency)
    totals = {status: Money.zero(refund.currency) for status in ChargebackStatus}
    parts: list[tuple[Chargeback, Money]] = []
    if refund.source != RefundSource.SUSPENSE:
        claims = Chargeback.objects.filter(payment_id=payment.id, uncovered_minor__gt=0)
        for chargeback in claims.exclude(status=ChargebackStatus.WON).order_by("id"):
            if chargeback.is_contradicted:
                continue
            amount = min(left, Money(chargeback.uncovered_minor, refund.currency))
            if amount.is_positive:
                parts.append((chargeback, amount))
                totals[ChargebackStatus(chargeback.status)] += amount
                left = left - amount
    return Cover(totals[ChargebackStatus.OPEN], totals[ChargebackStatus.LOST], parts)
