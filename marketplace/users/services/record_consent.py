from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.errors import ConsentNotCurrent, ConsentRequired
from marketplace.users.events import ConsentRecorded
from marketplace.users.models import Consent, ConsentSource
from marketplace.users.repositories.consents import (
    consent_snapshot,
    current_documents,
    newest_consents,
)
from marketplace.users.repositories.users import lock_user
from marketplace.users.snapshots import ConsentSnapshot


@opens_transaction
def record_consent(
    *, user_id: UUID, document: str, version: str, is_given: bool
) -> ConsentSnapshot:
    """Note that a person agrees to the present version of a document, or no longer does.

    The same again changes nothing and adds nothing.

    Errors: NotFound, ConsentNotCurrent, ConsentRequired (without it nobody can have an account).
    """
    # The account's lock: the same answer sent twice at once is one row.
    lock_user(user_id)
    current = current_documents().get(document)
    if current is None or current.version != version:
        raise ConsentNotCurrent(
            f"The present version is {current.version}: {current.url}" if current else ""
        )
    if current.is_required and not is_given:
        raise ConsentRequired
    newest = newest_consents(user_id).get(document)
    if newest and (newest.version, newest.is_given) == (version, is_given):
        return consent_snapshot(newest)
    consent = Consent.objects.create(
        user_id=user_id,
        document=document,
        version=version,
        is_given=is_given,
        source=ConsentSource.ACCOUNT,
        recorded_at=clock.now(),
    )
    record(
        ConsentRecorded(user_id=user_id, document=document, version=version, is_given=is_given),
        key=user_id,
    )
    return consent_snapshot(consent)
