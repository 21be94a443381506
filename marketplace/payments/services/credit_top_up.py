from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.events import WalletToppedUp
from marketplace.payments.models import ReviewKind, TopUp
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.streams import append_to_top_up
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.streams import facts


@needs_transaction
def credit_top_up(*, top_up: TopUp, actor: Actor) -> None:
    """Book what the provider has collected for a locked top-up: clearing → the user's wallet.

    Another amount or currency than was asked is put into suspense, and a person is told. Once per
    top-up in either way: the caller has just recorded its only capture.
    """
    captured = captured_of(top_up)
    if captured.currency != top_up.currency:
        _put_in_suspense(top_up, captured, ReviewKind.WRONG_CURRENCY, actor)
    elif captured.amount_minor != top_up.amount_minor:
        _put_in_suspense(top_up, captured, ReviewKind.WRONG_AMOUNT, actor)
    else:
        journal_id = postings.post_top_up(
            top_up_id=top_up.id, user_id=top_up.user_id, provider=top_up.provider, amount=captured
        )
        _credited(
            top_up,
            captured,
            facts.TopUpCredited(
                amount_minor=captured.amount_minor,
                currency=captured.currency,
                wallet_id=top_up.wallet_id,
                journal_id=journal_id,
            ),
            actor,
        )


@needs_transaction
def credit_top_up_from_suspense(*, top_up: TopUp, actor: Actor) -> None:
    """An operator takes what came as it is: suspense → the user's wallet of its currency."""
    captured = captured_of(top_up)
    journal_id = postings.post_top_up_from_suspense(
        top_up_id=top_up.id, user_id=top_up.user_id, provider=top_up.provider, amount=captured
    )
    _credited(
        top_up,
        captured,
        facts.TopUpCredited(
            amount_minor=captured.amount_minor,
            currency=captured.currency,
            wallet_id=ensure_wallet(user_id=top_up.user_id, currency=captured.currency),
            journal_id=journal_id,
            from_suspense=True,
        ),
        actor,
    )


def captured_of(top_up: TopUp) -> Money:
    return Money(top_up.captured_minor or 0, top_up.captured_currency or top_up.currency)


def _credited(top_up: TopUp, amount: Money, fact: facts.TopUpCredited, actor: Actor) -> None:
    append_to_top_up(top_up=top_up, top_up_id=top_up.id, facts_to_add=[fact], actor=actor)
    record(
        WalletToppedUp(
            top_up_id=top_up.id,
            user_id=top_up.user_id,
            wallet_id=fact.wallet_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
        ),
        key=top_up.id,
    )


def _put_in_suspense(top_up: TopUp, captured: Money, kind: ReviewKind, actor: Actor) -> None:
    journal_id = postings.post_unmatched_receipt(
        subject_id=top_up.id, reference_id=top_up.id, provider=top_up.provider, amount=captured
    )
    review_id = new_id()
    in_suspense = facts.CapturePutInSuspense(
        attempt_id=top_up.id,
        review_id=review_id,
        kind=kind,
        amount_minor=captured.amount_minor,
        currency=captured.currency,
        journal_id=journal_id,
    )
    append_to_top_up(top_up=top_up, top_up_id=top_up.id, facts_to_add=[in_suspense], actor=actor)
    open_review(
        review_id=review_id,
        kind=kind,
        subject_id=top_up.id,
        provider=top_up.provider,
        provider_object_id=top_up.provider_payment_id or "",
        amount=captured,
        in_suspense=True,
        note=(
            f"A top-up of {Money(top_up.amount_minor, top_up.currency)} was asked. Resolve with "
            "CREDIT to put what came into the user's wallet."
        ),
    )
