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
    PaymentAttempt,
    Refund,
    RefundSource,
    ReviewKind,
)
from marketplace.payments.repositories.captures_in_suspense import left_in_suspense
from marketplace.payments.repositories.chargebacks import append_to_chargeback
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.streams import facts


@dataclass(frozen=True, slots=True)
class Cover:
    """What of a failed refund must not go into the buyer's wallet, and which chargebacks it
    covers: while one is open it waits with what is frozen, of a lost one it makes up the loss, and
    what came out of suspense goes back there."""

    to_disputed: Money
    to_loss: Money
    to_suspense: Money
    parts: Sequence[tuple[Chargeback, Money]]

    @property
    def total(self) -> Money:
        return self.to_disputed + self.to_loss + self.to_suspense

    def record(self, payment: Payment, refund: Refund, journal_id: UUID) -> None:
        if self.to_suspense.is_positive:
            _review(payment, refund, self.to_suspense)
        for chargeback, amount in self.parts:
            covered = facts.ChargebackCovered(
                chargeback_id=chargeback.id,
                refund_id=refund.id,
                amount_minor=amount.amount_minor,
                currency=amount.currency,
                journal_id=journal_id,
            )
            append_to_chargeback(payment, chargeback, covered)


def _review(payment: Payment, refund: Refund, amount: Money) -> None:
    open_review(
        kind=ReviewKind.REFUNDED_AND_CHARGED_BACK,
        subject_id=refund.id,
        provider=refund.provider,
        provider_object_id=refund.provider_refund_id or "",
        amount=amount,
        in_suspense=True,
        note=(
            f"The payer's bank took the payment {refund.provider_payment_id!r} back, and its "
            "refund failed: the buyer has it once. If the chargeback is won, refund it again."
        ),
        payment_id=payment.id,
        order_id=payment.order_id,
    )


@needs_transaction
def cover_of(payment: Payment, refund: Refund) -> Cover:
    """How much of the refund the buyer has, or is asking for, through the bank already.

    Decided under the payment's lock: a chargeback that opened while the refund was on its way
    found that money gone, and took it from the platform.
    """
    left = Money(refund.amount_minor, refund.currency)
    totals = {status: Money.zero(refund.currency) for status in ChargebackStatus}
    parts: list[tuple[Chargeback, Money]] = []
    to_suspense = Money.zero(refund.currency)
    if refund.source == RefundSource.SUSPENSE:
        missing = -left_in_suspense(PaymentAttempt.objects.get(id=refund.attempt_id))
        to_suspense = min(left, max(missing, to_suspense))
    else:
        claims = Chargeback.objects.filter(payment_id=payment.id, uncovered_minor__gt=0)
        for chargeback in claims.exclude(status=ChargebackStatus.WON).order_by("id"):
            if chargeback.is_contradicted:
                continue
            amount = min(left, Money(chargeback.uncovered_minor, refund.currency))
            if amount.is_positive:
                parts.append((chargeback, amount))
                totals[ChargebackStatus(chargeback.status)] += amount
                left = left - amount
    return Cover(
        to_disputed=totals[ChargebackStatus.OPEN],
        to_loss=totals[ChargebackStatus.LOST],
        to_suspense=to_suspense,
        parts=parts,
    )


@needs_transaction
def contest(payment: Payment, chargeback: Chargeback) -> None:
    """The buyer asks the bank for what has come back, or is on its way: a person must say so."""
    open_review(
        kind=ReviewKind.REFUNDED_AND_CHARGED_BACK,
        subject_id=chargeback.id,
        provider=chargeback.provider,
        provider_object_id=chargeback.provider_chargeback_id,
        amount=Money(chargeback.uncovered_minor, payment.currency),
        in_suspense=False,
        note="The buyer has this back already: contest the chargeback with the refund.",
        payment_id=payment.id,
        order_id=payment.order_id,
    )
