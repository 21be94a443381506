from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.policies import require_permission
from marketplace.payments.errors import NotReversible, ReasonMissing
from marketplace.payments.events import JournalReversed
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.reversal import reverse_journal
from marketplace.payments.models import LedgerJournal

REVERSIBLE = frozenset(
    {
        JournalKind.WRITE_OFF,
        JournalKind.PROVIDER_FEE,
        JournalKind.SETTLEMENT,
        JournalKind.DIFFERENCE,
    }
)
"""Kinds that nothing but the ledger knows of, and differences: the opposite of one is an open item
that is ended anew. Behind every other stands a payment, a payout or a review whose state would say
something else than the books: those are taken back by commands."""


@opens_transaction
def reverse_posting(*, journal_id: UUID, actor: Actor, reason: str) -> UUID:
    """An operator takes a journal back by its exact opposite; returns the reversal's id.

    Once per journal: the same again answers with the first. Raises :class:`Forbidden`,
    :class:`ReasonMissing`, :class:`NotFound`, :class:`NotReversible`, and
    :class:`InsufficientFunds` when the money has moved on.
    """
    require_permission(actor, "payments.reverse_journal")
    if not reason.strip():
        raise ReasonMissing
    journal = LedgerJournal.objects.filter(id=journal_id).first()
    if journal is None:
        raise NotFound("journal")
    if journal.kind not in REVERSIBLE:
        raise NotReversible(f"This one is a {journal.kind}.")
    reversal = reverse_journal(journal_id, f"{reason} ({actor})")
    if reversal.created:
        record_action(
            actor=actor,
            action="payments.reverse_journal",
            subject_type="payments.ledgerjournal",
            subject_id=journal_id,
            reason=reason,
            before={"kind": journal.kind},
            after={"reversal_id": reversal.id},
        )
        record(
            JournalReversed(journal_id=journal_id, reversal_id=reversal.id, kind=journal.kind),
            key=journal.reference_id,
        )
    return reversal.id
