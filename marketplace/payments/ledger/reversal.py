"""Taking a journal back: by its exact opposite, linked, once."""

from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.payments.ledger.accounts import Account, AccountKind
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import Leg, PostedJournal, lock_key, post_journal
from marketplace.payments.models import LedgerAccount, LedgerJournal


@needs_transaction
def reverse_journal(journal_id: UUID, reason: str) -> PostedJournal:
    """Post the opposite of a journal, or return the reversal that is there.

    A correction is this reversal, then a fresh posting; no leg is ever nudged. Raises
    :class:`NotFound`, :class:`InsufficientFunds` when the money has moved on,
    :class:`ReversalNotExact` for a journal that is itself a reversal.
    """
    journal = LedgerJournal.objects.filter(id=journal_id).first()
    if journal is None:
        raise NotFound("journal")
    rows = LedgerAccount.objects.in_bulk(journal.account_ids)
    legs = [
        Leg(Account(row.code, row.currency, AccountKind(row.kind_id)), -amount)
        for row, amount in zip(
            (rows[account_id] for account_id in journal.account_ids),
            journal.amounts_minor,
            strict=True,
        )
    ]
    business_key = f"reversal:{journal_id}"
    # Two constraints keep a second reversal out, and posting waits at one of them only: whoever
    # came at the same moment could be refused by the other instead of being answered.
    lock_key(business_key)
    return post_journal(
        kind=JournalKind.REVERSAL,
        business_key=business_key,
        reference_id=journal.reference_id,
        legs=legs,
        reverses_id=journal_id,
        metadata={"reason": reason},
    )
