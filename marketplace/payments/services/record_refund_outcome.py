"""What the provider says about a refund, however it was learned."""

from typing import Any
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.appointments import ASK_AGAIN, POLL_SECONDS, look_again, no_more
from marketplace.payments.events import RefundFailed, RefundSucceeded
from marketplace.payments.models import Payment, Refund, RefundStatus
from marketplace.payments.providers.protocol import ProviderRefund, RefundOutcome
from marketplace.payments.repositories.payments import lock_refund
from marketplace.payments.repositories.reviews import review_other_amount
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.services._chargeback_cover import cover_of
from marketplace.payments.services.book_contradicted_refund import (
    book_contradicted_refund,
    book_refund_failed_again,
)
from marketplace.payments.streams import facts

ENDED = (RefundStatus.SUCCEEDED, RefundStatus.FAILED)


@opens_transaction
def record_refund_observed(
    *, refund_id: UUID, observed: ProviderRefund, known_standing: str = ""
) -> str:
    """Bring the refund up to what the provider says now; returns what changed.

    A failure after a success is booked back and lands in the buyer's wallet. A success after a
    failure is a shortage: the wallet has been credited, so an operator is told. Nothing that the
    provider says about money is dropped, and nothing is booked twice.

    What has ended changes only by an answer to somebody who knew how it had ended: to others
    ``ASK_AGAIN``, because their answer may be the older one.
    """
    payment, refund = lock_refund(refund_id)
    if refund.status in ENDED and known_standing != refund.standing and _is_news(refund, observed):
        return ASK_AGAIN
    if observed.outcome is RefundOutcome.SUCCEEDED and observed.amount != _amount(refund):
        return review_other_amount(
            refund,
            observed,
            asked=_amount(refund),
            payment_id=payment.id,
            order_id=payment.order_id,
        )
    match observed.outcome:
        case RefundOutcome.OPEN if refund.status not in ENDED:
            return _submitted(payment, refund, observed)
        case RefundOutcome.SUCCEEDED if refund.status == RefundStatus.FAILED:
            return book_contradicted_refund(payment, refund)
        case RefundOutcome.SUCCEEDED if refund.status != RefundStatus.SUCCEEDED:
            return _succeeded(payment, refund, observed.id)
        case RefundOutcome.FAILED if refund.is_contradicted:
            return book_refund_failed_again(payment, refund, observed.failure_code or "failed")
        case RefundOutcome.FAILED if refund.status != RefundStatus.FAILED:
            return _failed(payment, refund, observed.failure_code or "failed")
    return "nothing new"


def _is_news(refund: Refund, observed: ProviderRefund) -> bool:
    if observed.outcome is RefundOutcome.OPEN:
        return False
    has_succeeded = observed.outcome is RefundOutcome.SUCCEEDED
    succeeded_by_our_books = refund.status == RefundStatus.SUCCEEDED or refund.is_contradicted
    return has_succeeded != succeeded_by_our_books


@opens_transaction
def record_refund_refused(*, refund_id: UUID, code: str) -> str:
    """The provider refused the request itself: definite, nothing left."""
    payment, refund = lock_refund(refund_id)
    if refund.status not in (RefundStatus.REQUESTED, RefundStatus.UNKNOWN):
        return "nothing new"
    return _failed(payment, refund, code or "refused")


@opens_transaction
def record_refund_unknown(*, refund_id: UUID, error: str) -> None:
    """No answer: the job asks before it sends again."""
    payment, refund = lock_refund(refund_id)
    if refund.status in ENDED:
        return
    if refund.status == RefundStatus.REQUESTED:
        _append(payment, refund, facts.RefundOutcomeUnknown(refund_id=refund.id))
    look_again(refund, error=error)


def _submitted(payment: Payment, refund: Refund, observed: ProviderRefund) -> str:
    is_news = refund.status != RefundStatus.SUBMITTED
    if is_news:
        submitted = facts.RefundSubmitted(refund_id=refund.id, provider_refund_id=observed.id)
        _append(payment, refund, submitted)
        refund.checks = 0
        refund.save(update_fields=["checks"])
    look_again(refund, first_seconds=POLL_SECONDS)
    return "submitted" if is_news else "nothing new"


def _succeeded(payment: Payment, refund: Refund, provider_refund_id: str) -> str:
    amount = _amount(refund)
    journal_id = postings.post_refund_succeeded(
        refund_id=refund.id, order_id=payment.order_id, provider=refund.provider, amount=amount
    )
    succeeded = facts.RefundSucceeded(
        refund_id=refund.id,
        provider_refund_id=provider_refund_id,
        source=refund.source,
        journal_id=journal_id,
        amount_minor=amount.amount_minor,
    )
    _append(payment, refund, succeeded)
    no_more(refund)
    record(RefundSucceeded(**_members(payment, refund)), key=payment.order_id)
    return "succeeded"


def _failed(payment: Payment, refund: Refund, code: str) -> str:
    amount = _amount(refund)
    after_success = refund.status == RefundStatus.SUCCEEDED
    cover = cover_of(payment, refund)
    journal_id = postings.post_refund_failed(
        refund_id=refund.id,
        order_id=payment.order_id,
        buyer_id=payment.user_id,
        provider=refund.provider,
        amount=amount,
        after_success=after_success,
        to_disputed=cover.to_disputed,
        to_loss=cover.to_loss,
        to_suspense=cover.to_suspense,
    )
    failed = facts.RefundFailed(
        refund_id=refund.id,
        source=refund.source,
        code=code[:100],
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        wallet_id=ensure_wallet(user_id=payment.user_id, currency=amount.currency),
        journal_id=journal_id,
        after_success=after_success,
        to_chargeback_minor=cover.total.amount_minor,
    )
    _append(payment, refund, failed)
    cover.record(payment, refund, journal_id)
    no_more(refund)
    record(RefundFailed(**_members(payment, refund), code=code[:100]), key=payment.order_id)
    return "failed"


def _amount(refund: Refund) -> Money:
    return Money(refund.amount_minor, refund.currency)


def _members(payment: Payment, refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.id,
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "buyer_id": payment.user_id,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
    }


def _append(payment: Payment, refund: Refund, fact: facts.Fact) -> None:
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[fact],
        actor=Actor.provider(refund.provider),
        refunds=[refund],
    )
