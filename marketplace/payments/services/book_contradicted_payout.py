from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import Payout, ReviewKind
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.streams import append_to_payout
from marketplace.payments.streams import facts

CONTRADICTED = "contradicted"
"""``failure_code`` of a payout that came back and was then booked as a shortage."""


@needs_transaction
def book_contradicted_payout(payout: Payout) -> str:
    """Paid after all, although the wallet has it: the platform is short until a person acts."""
    if payout.failure_code == CONTRADICTED:
        return "nothing new"
    amount = Money(payout.amount_minor, payout.currency)
    journal_id = postings.post_shortage(
        subject_id=payout.id, reference_id=payout.id, provider=payout.provider, amount=amount
    )
    review_id = new_id()
    append_to_payout(
        payout=payout,
        payout_id=payout.id,
        facts_to_add=[facts.PayoutContradicted(review_id=review_id, journal_id=journal_id)],
        actor=Actor.provider(payout.provider),
    )
    open_review(
        review_id=review_id,
        kind=ReviewKind.PAYOUT_CONTRADICTION,
        subject_id=payout.id,
        provider=payout.provider,
        provider_object_id=payout.provider_payout_id or "",
        amount=amount,
        in_suspense=False,
        note="Paid after it had come back; the user has it twice.",
    )
    return "contradicted"
