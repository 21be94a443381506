from uuid import UUID

from marketplace.users.repositories.consents import (
    consent_snapshot,
    current_documents,
    newest_consents,
)
from marketplace.users.snapshots import ConsentsSnapshot, OutstandingDocument


def get_consents(*, user_id: UUID) -> ConsentsSnapshot:
    """What a person agreed to last, and whose present version they have not answered; 2 queries."""
    given = newest_consents(user_id)
    outstanding = [
        OutstandingDocument(kind, document.version, document.url, document.is_required)
        for kind, document in sorted(current_documents().items())
        if kind not in given or given[kind].version != document.version
    ]
    return ConsentsSnapshot(
        given=tuple(consent_snapshot(given[kind]) for kind in sorted(given)),
        outstanding=tuple(outstanding),
    )
