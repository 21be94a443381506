from uuid import UUID

from marketplace.users.errors import ConsentsOutstanding
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
        each
        for each in list_policy_documents()
        if each.document not in given or given[each.document].version != each.version
    ]
    return ConsentsSnapshot(
        given=tuple(consent_snapshot(given[kind]) for kind in sorted(given)),
        outstanding=tuple(outstanding),
    )


def list_policy_documents() -> list[OutstandingDocument]:
    """The present version of everything there is to agree to, for whoever is not signed up yet."""
    return [
        OutstandingDocument(kind, document.version, document.url, document.is_required)
        for kind, document in sorted(current_documents().items())
    ]


def check_consents(*, user_id: UUID) -> None:
    """Refuse who has not agreed to the present version of every required document.

    For whatever begins new business: buying, offering, filling a wallet. What was begun goes on,
    and one's own money is never held for an answer. One query, two where anything is required.
    Raises ConsentsOutstanding.
    """
    required = {kind: each for kind, each in current_documents().items() if each.is_required}
    if not required:
        return
    given = newest_consents(user_id)
    missing = [
        document
        for kind, document in sorted(required.items())
        if kind not in given or given[kind].version != document.version or not given[kind].is_given
    ]
    if missing:
        raise ConsentsOutstanding(
            " ".join(f"{each.get_kind_display().capitalize()}: {each.url}." for each in missing),
            outstanding=[
                {"document": each.kind, "version": each.version, "url": each.url}
                for each in missing
            ],
        )
