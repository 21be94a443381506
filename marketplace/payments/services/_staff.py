"""What staff do to a difference with a provider goes into the audit log."""

from collections.abc import Mapping
from typing import Any

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.models import ItemResolution


@needs_transaction
def note_resolution(
    action: str, resolution: ItemResolution, *, actor: Actor, before: Mapping[str, Any]
) -> None:
    record_action(
        actor=actor,
        action=action,
        subject_type="payments.itemresolution",
        subject_id=resolution.id,
        reason=resolution.reason,
        before=before,
        after={
            "status": resolution.status,
            "kind": resolution.kind,
            "amount": str(Money(resolution.amount_minor, resolution.currency)),
            "journal_id": resolution.journal_id,
        },
    )
