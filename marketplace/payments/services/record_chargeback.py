"""What the provider says about a chargeback, however it was learned."""

from datetime import timedelta

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.appointments import ASK_AGAIN
from marketplace.payments.events import ChargebackOpened
from marketplace.payments.models import (
    Chargeback,
    ChargebackStatus,
    Payment,
    PaymentAttempt,
    PaymentReview,
)
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    ProviderChargeback,
    ProviderUnknown,
)
from marketplace.payments.repositories.chargebacks import publish
from marketplace.payments.repositories.payments import lock_attempt_of_provider
from marketplace.payments.repositories.reviews import review_other_amount
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.unmatched_chargebacks import find_unmatched_chargeback
from marketplace.payments.services._chargeback_cover import contest
from marketplace.payments.services.book_contradicted_chargeback import (
    book_contradicted_chargeback,
    review_reopened_chargeback,
)
from marketplace.payments.services.book_unmatched_chargeback import (
    book_chargeback_of_nobody,
    book_unmatched_chargeback,
)
from marketplace.payments.services.lose_chargeback import lose_chargeback
from marketplace.payments.services.win_chargeback import win_chargeback
from marketplace.payments.streams import facts

FIRST_LOOK = timedelta(minutes=1)
ENDED = (ChargebackStatus.WON, ChargebackStatus.LOST)


@opens_transaction
def record_chargeback_observed(
    *, provider: str, observed: ProviderChargeback, known_standing: str = ""
) -> str:
    """Bring the chargeback up to what the provider says now; returns what changed.

    The first word of it freezes what was still held, whatever the outcome. Its end gives that back
    or takes it for good. A provider that changes its word after the end is booked against suspense
    and shown to a person; nothing is dropped, and nothing is booked twice.

    What has ended changes only by an answer to somebody who knew how it had ended: to others
    ``ASK_AGAIN``, because their answer may be the older one. Raises :class:`ProviderUnknown` for a
    chargeback that is here before the capture it is about: it must be recorded again later.
    """
    locked = lock_attempt_of_provider(provider, observed.provider_payment_id)
    if locked is None:
        return book_chargeback_of_nobody(provider=provider, observed=observed)
    payment, attempt = locked
    chargeback = Chargeback.objects.filter(
        provider=provider, provider_chargeback_id=observed.id
    ).first()
    if chargeback is None:
        # Once against suspense, always: what is learned of the payment later books nothing twice.
        was_unmatched = find_unmatched_chargeback(provider, observed.id) is not None
        if was_unmatched or not _is_held_here(payment, attempt, observed):
            return book_unmatched_chargeback(provider=provider, observed=observed, payment=payment)
        chargeback, said = _open(payment, attempt, observed), "opened"
    else:
        said = "nothing new"
        if chargeback.status in ENDED:
            return _after_the_end(payment, chargeback, observed, known_standing)
        if observed.amount != Money(chargeback.amount_minor, chargeback.currency):
            return review_other_amount(
                chargeback,
                observed,
                asked=Money(chargeback.amount_minor, chargeback.currency),
                payment_id=payment.id,
                order_id=payment.order_id,
            )
    match observed.outcome:
        case ChargebackOutcome.WON:
            return win_chargeback(payment, chargeback)
        case ChargebackOutcome.LOST:
            return lose_chargeback(payment, chargeback)
    return said


def _is_held_here(payment: Payment, attempt: PaymentAttempt, observed: ProviderChargeback) -> bool:
    """Whether the capture went into the order's escrow, and in this currency."""
    if payment.held_attempt_id == attempt.id:
        return observed.amount.currency == payment.currency
    if PaymentReview.objects.filter(subject_id=attempt.id, in_suspense=True).exists():
        return False
    # The capture is on its way into escrow, or not yet reported to us.
    raise ProviderUnknown("its capture is not booked yet", code="too_early")


def _after_the_end(
    payment: Payment, chargeback: Chargeback, observed: ProviderChargeback, known_standing: str
) -> str:
    last_word = chargeback.status
    if chargeback.is_contradicted:
        last_word = (
            ChargebackStatus.LOST if last_word == ChargebackStatus.WON else ChargebackStatus.WON
        )
    if str(observed.outcome) == last_word:
        return "nothing new"
    if known_standing != chargeback.standing:
        return ASK_AGAIN
    if observed.outcome is ChargebackOutcome.OPEN:
        return review_reopened_chargeback(payment, chargeback)
    return book_contradicted_chargeback(payment, chargeback, outcome=observed.outcome)


def _open(payment: Payment, attempt: PaymentAttempt, observed: ProviderChargeback) -> Chargeback:
    """Split it as the payment stands: what is held, what the seller has, what is back already."""
    wanted_minor = observed.amount.amount_minor
    from_escrow_minor = min(wanted_minor, payment.held_minor)
    with_seller_minor = payment.refundable_minor - payment.held_minor
    from_seller_minor = min(wanted_minor - from_escrow_minor, with_seller_minor)
    uncovered_minor = wanted_minor - from_escrow_minor - from_seller_minor
    chargeback_id = new_id()
    journal_id = postings.post_chargeback_opened(
        chargeback_id=chargeback_id,
        order_id=payment.order_id,
        provider=attempt.provider,
        amount=observed.amount,
        fee=observed.fee,
    )
    frozen = Money(from_escrow_minor, payment.currency)
    opened = facts.ChargebackOpened(
        chargeback_id=chargeback_id,
        attempt_id=attempt.id,
        provider=attempt.provider,
        provider_chargeback_id=observed.id,
        amount_minor=wanted_minor,
        fee_minor=observed.fee.amount_minor,
        currency=observed.amount.currency,
        reason=observed.reason[:200],
        respond_by_at=observed.respond_by,
        from_escrow_minor=from_escrow_minor,
        from_seller_minor=from_seller_minor,
        uncovered_minor=uncovered_minor,
        journal_id=journal_id,
        disputed_journal_id=postings.post_escrow_disputed(
            chargeback_id=chargeback_id, order_id=payment.order_id, amount=frozen
        )
        if frozen.is_positive
        else None,
    )
    chargeback = Chargeback(next_check_at=clock.database_now() + FIRST_LOOK)
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[opened],
        actor=Actor.provider(attempt.provider),
        new_chargeback=chargeback,
    )
    publish(ChargebackOpened, payment, chargeback)
    if uncovered_minor:
        contest(payment, chargeback)
    return chargeback
