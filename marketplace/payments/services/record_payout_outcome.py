"""What the provider says about a payout, however it was learned."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.appointments import ASK_AGAIN, POLL_SECONDS, look_again, no_more
from marketplace.payments.events import PayoutFailed, PayoutPaid, PayoutReturned
from marketplace.payments.models import Payout, PayoutStatus, ReviewKind
from marketplace.payments.providers.protocol import PayoutOutcome, ProviderPayout
from marketplace.payments.repositories.bank_accounts import block_bank_account
from marketplace.payments.repositories.payout_watch import begin_watch, end_watch
from marketplace.payments.repositories.payouts import lock_payout
from marketplace.payments.repositories.reviews import open_review, review_other_amount
from marketplace.payments.repositories.streams import append_to_payout
from marketplace.payments.services._payout_back import repay_from
from marketplace.payments.services.book_contradicted_payout import book_contradicted_payout
from marketplace.payments.streams import facts

BACK_IN_WALLET = (PayoutStatus.FAILED, PayoutStatus.RETURNED)
ENDED = (PayoutStatus.PAID, *BACK_IN_WALLET)


@opens_transaction
def record_payout_observed(
    *, payout_id: UUID, observed: ProviderPayout, known_status: str = ""
) -> str:
    """Bring the payout up to what the provider says now; returns what changed.

    A return or failure after it was paid is never dropped: the money comes back into the wallet
    and an operator is told. A payment after a failure or a return is a shortage for an operator,
    because the wallet has been credited.

    What has ended changes only by an answer to somebody who knew how it had ended: to others
    ``ASK_AGAIN``, because their answer may be the older one.
    """
    payout = lock_payout(payout_id)
    if payout.status in ENDED and known_status != payout.status and _is_news(payout, observed):
        return ASK_AGAIN
    if observed.outcome is PayoutOutcome.PAID and observed.amount != _amount(payout):
        return review_other_amount(payout, observed, asked=_amount(payout))
    match observed.outcome:
        case PayoutOutcome.OPEN if payout.status not in ENDED:
            return _submitted(payout, observed)
        case PayoutOutcome.PAID if payout.status in BACK_IN_WALLET:
            return book_contradicted_payout(payout)
        case PayoutOutcome.PAID if payout.status not in ENDED:
            return _paid(payout, observed.id)
        case PayoutOutcome.FAILED | PayoutOutcome.RETURNED if payout.status not in BACK_IN_WALLET:
            is_return = payout.status == PayoutStatus.PAID or (
                observed.outcome is PayoutOutcome.RETURNED
            )
            return _came_back(payout, observed.failure_code or "failed", is_return=is_return)
    return "nothing new"


def _is_news(payout: Payout, observed: ProviderPayout) -> bool:
    if observed.outcome is PayoutOutcome.OPEN:
        return False
    return (observed.outcome is PayoutOutcome.PAID) != (payout.status == PayoutStatus.PAID)


@opens_transaction
def record_payout_refused(*, payout_id: UUID, code: str) -> str:
    """The provider refused the request itself: definite, nothing left."""
    payout = lock_payout(payout_id)
    if payout.status not in (PayoutStatus.REQUESTED, PayoutStatus.UNKNOWN):
        return "nothing new"
    return _came_back(payout, code or "refused", is_return=False)


@opens_transaction
def record_payout_unknown(*, payout_id: UUID, error: str) -> None:
    """No answer: the job asks before it sends again."""
    payout = lock_payout(payout_id)
    if payout.status in ENDED:
        return
    if payout.status == PayoutStatus.REQUESTED:
        _append(payout, facts.PayoutOutcomeUnknown())
    look_again(payout, error=error)


def _submitted(payout: Payout, observed: ProviderPayout) -> str:
    is_news = payout.status != PayoutStatus.SENT
    if is_news:
        _append(payout, facts.PayoutSubmitted(provider_payout_id=observed.id))
        payout.checks = 0
        payout.save(update_fields=["checks"])
    look_again(payout, first_seconds=POLL_SECONDS)
    return "sent" if is_news else "nothing new"


def _paid(payout: Payout, provider_payout_id: str) -> str:
    amount = _amount(payout)
    journal_id = postings.post_payout_paid(
        payout_id=payout.id, provider=payout.provider, amount=amount
    )
    _append(payout, facts.PayoutPaid(provider_payout_id=provider_payout_id, journal_id=journal_id))
    no_more(payout)
    begin_watch(payout)
    record(
        PayoutPaid(
            payout_id=payout.id,
            user_id=payout.user_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
        ),
        key=payout.id,
    )
    return "paid"


def _came_back(payout: Payout, code: str, *, is_return: bool) -> str:
    amount = _amount(payout)
    journal_id = postings.post_payout_failed(
        payout_id=payout.id,
        user_id=payout.user_id,
        provider=payout.provider,
        amount=amount,
        after_paid=payout.status == PayoutStatus.PAID,
    )
    fact_class = facts.PayoutReturned if is_return else facts.PayoutFailed
    came_back = fact_class(
        code=code[:100],
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        wallet_id=payout.wallet_id,
        journal_id=journal_id,
    )
    _append(payout, came_back, *repay_from(payout, journal_id))
    no_more(payout)
    end_watch(payout)
    event_class = PayoutReturned if is_return else PayoutFailed
    record(
        event_class(
            payout_id=payout.id,
            user_id=payout.user_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            code=code[:100],
        ),
        key=payout.id,
    )
    if is_return:
        block_bank_account(bank_account_id=payout.bank_account_id, payout_id=payout.id)
        open_review(
            kind=ReviewKind.PAYOUT_RETURNED,
            subject_id=payout.id,
            provider=payout.provider,
            provider_object_id=payout.provider_payout_id or "",
            amount=amount,
            in_suspense=False,
            note=f"The bank returned it: {code}.",
        )
    return "returned" if is_return else "failed"


def _amount(payout: Payout) -> Money:
    return Money(payout.amount_minor, payout.currency)


def _append(payout: Payout, *facts_to_add: facts.Fact) -> None:
    append_to_payout(
        payout=payout,
        payout_id=payout.id,
        facts_to_add=facts_to_add,
        actor=Actor.provider(payout.provider),
    )
