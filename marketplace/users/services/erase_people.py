from uuid import UUID

import structlog

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.privacy import PersonalData, personal_data
from marketplace.users import privacy_letters
from marketplace.users.events import UserErased
from marketplace.users.models import Erasure, RetainedData, SignInEnd
from marketplace.users.repositories.erasures import ASK_AGAIN_AFTER, obstacles_of, take_due
from marketplace.users.repositories.sign_ins import end_sign_ins
from marketplace.users.repositories.users import lock_user

log = structlog.get_logger(__name__)


def erase_people() -> int:
    """Carry out one erasure whose cooling-off is over; returns how many were taken up.

    Every kind of personal data goes in a transaction of its own, so that nobody waits for a person
    with a long history. A crash between two leaves the account shut, and the next attempt goes on.
    """
    erasure = _take()
    if erasure is None:
        return 0
    try:
        if _start(erasure.pk):
            for kind in personal_data():
                if kind.name not in erasure.steps:
                    _erase(erasure.pk, kind)
            _finish(erasure.pk)
    except Exception as error:  # noqa: BLE001 # one person's failure stops nobody else's erasure
        # By its type alone: a database's message may hold what is being erased.
        name = type(error).__qualname__
        log.warning("erasure_failed", erasure_id=str(erasure.pk), error=name)
        Erasure.objects.filter(pk=erasure.pk).update(last_error=name[:200])
    return 1


@opens_transaction
def _take() -> Erasure | None:
    return take_due()


@opens_transaction
def _start(erasure_id: UUID) -> bool:
    """Shut the account, or wait another day when something is open again; False to stop here."""
    found = Erasure.objects.get(pk=erasure_id)
    # The account first, as a sign-in does: it either takes the erasure back before this, or is
    # refused after it.
    user = lock_user(found.user_id)
    erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
    if erasure.cancelled_at or erasure.finished_at:
        return False
    if erasure.started_at:
        return True
    if obstacles := obstacles_of(user.pk):
        if not erasure.last_error:
            privacy_letters.write_erasure_waits(
                email=user.email, obstacles=[each.detail for each in obstacles]
            )
        erasure.last_error = ",".join(each.code for each in obstacles)[:200]
        erasure.next_attempt_at = clock.database_now() + ASK_AGAIN_AFTER
        erasure.save(update_fields=["last_error", "next_attempt_at"])
        return False
    user.is_active, user.updated_at = False, clock.now()
    user.save(update_fields=["is_active", "updated_at"])
    end_sign_ins(user_id=user.pk, reason=SignInEnd.SIGNED_OUT)
    erasure.started_at, erasure.last_error = clock.database_now(), ""
    erasure.save(update_fields=["started_at", "last_error"])
    return True


@opens_transaction
def _erase(erasure_id: UUID, kind: PersonalData) -> None:
    erasure = Erasure.objects.get(pk=erasure_id)
    count = kind.erase(erasure.user_id)
    if kind.retained:
        RetainedData.objects.get_or_create(
            user_id=erasure.user_id,
            kind=kind.name,
            defaults={"rule": kind.retained.rule, "kept_since_at": clock.database_now()},
        )
    # Locked last: the rows of the services come before those of users.
    locked = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
    locked.steps = {**locked.steps, kind.name: count}
    locked.save(update_fields=["steps"])


@opens_transaction
def _finish(erasure_id: UUID) -> None:
    erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
    if erasure.finished_at is not None:
        return
    erasure.finished_at, erasure.next_attempt_at = clock.database_now(), None
    # An operator's own words, which may name the person; the audit log has who asked, and why.
    erasure.last_error, erasure.reason = "", ""
    erasure.save(update_fields=["finished_at", "next_attempt_at", "last_error", "reason"])
    record(UserErased(user_id=erasure.user_id), key=erasure.user_id)
    log.info("person_erased", user_id=str(erasure.user_id), steps=len(erasure.steps))
