from datetime import datetime
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import SettlementDiffers
from marketplace.payments.ledger.posting import lock_key
from marketplace.payments.repositories.journals import read_standing


@needs_transaction
def record_settlement(
    *,
    provider: str,
    settlement_id: str,
    amount: Money,
    occurred_at: datetime,
    actor: Actor,
    note: str = "",
    again: bool = False,
) -> bool:
    """Book money that the provider moved to our own bank account: bank ← clearing.

    Exactly once per ``settlement_id`` of the provider, whether its report says so or an operator
    enters it (:func:`enter_settlement`), and whichever comes first. What a person has taken back is
    booked anew with another amount, or ``again`` by a person; a report that repeats it is not
    heard. Returns whether it was booked just now.

    Raises :class:`InvalidInput`, and :class:`SettlementDiffers` when the id was booked with
    another amount; then nothing changes.
    """
    if not amount.is_positive:
        raise InvalidInput("A settlement is of more than zero.")
    if not settlement_id.strip():
        raise InvalidInput("A settlement has the provider's id.")
    key_of = partial(postings.settlement_key, provider, settlement_id)
    lock_key(key_of(1))
    standing = read_standing(key_of)
    if standing.booked is not None:
        if standing.booked != amount:
            raise SettlementDiffers(
                f"{settlement_id} was booked with {standing.booked}, not {amount}. Take that "
                "journal back first, if it is wrong."
            )
        return False
    if amount in standing.taken_back and not again:
        return False
    return postings.post_settlement(
        provider=provider,
        settlement_id=settlement_id,
        reference_id=uuid5(NAMESPACE_URL, key_of(1)),
        bank=settings.SETTLEMENT_BANK,
        amount=amount,
        occurred_at=occurred_at,
        metadata={"by": str(actor), "note": note},
        number=standing.number,
    ).created
