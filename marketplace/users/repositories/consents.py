"""What people agree to, and what they agreed to."""

from collections.abc import Mapping
from uuid import UUID

from marketplace.core import clock
from marketplace.core.errors import InvalidInput
from marketplace.users.models import Consent, ConsentSource, PolicyDocument
from marketplace.users.snapshots import ConsentSnapshot


def current_documents() -> dict[str, PolicyDocument]:
    """The newest version of each kind that is published by now, in one query."""
    rows = PolicyDocument.objects.filter(published_at__lte=clock.database_now())
    newest = rows.order_by("kind", "-published_at", "-id").distinct("kind")
    return {row.kind: row for row in newest}


def newest_consents(user_id: UUID) -> dict[str, Consent]:
    """The one of each kind that counts, in one query."""
    rows = Consent.objects.filter(user_id=user_id)
    return {row.document: row for row in rows.order_by("document", "-id").distinct("document")}


def check_accepted(accepted: Mapping[str, str]) -> None:
    """Refuse a sign-up that does not agree to the present version of everything required."""
    current = current_documents()
    faults = [
        f"Agree to {document.get_kind_display()} {document.version} ({document.url})."
        for kind, document in current.items()
        if document.is_required and accepted.get(kind) != document.version
    ]
    faults += [
        f"{kind} {version} is not the present version."
        for kind, version in accepted.items()
        if kind not in current or (current[kind].version != version and not faults)
    ]
    if faults:
        raise InvalidInput(fields={"consents": faults})


def add_consents(user_id: UUID, accepted: Mapping[str, str], source: ConsentSource) -> None:
    now = clock.now()
    Consent.objects.bulk_create(
        [
            Consent(
                user_id=user_id,
                document=kind,
                version=version,
                is_given=True,
                source=source,
                recorded_at=now,
            )
            for kind, version in sorted(accepted.items())
        ]
    )


def consent_snapshot(consent: Consent) -> ConsentSnapshot:
    return ConsentSnapshot(
        document=consent.document,
        version=consent.version,
        is_given=consent.is_given,
        source=consent.source,
        recorded_at=consent.recorded_at,
    )
