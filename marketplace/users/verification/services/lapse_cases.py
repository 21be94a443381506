from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.verification.events import VerificationExpired, VerificationExpiring
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.repositories.cases import lock_case
from marketplace.users.verification.services._deciding import end
from marketplace.users.verification.services._levels import settle_level
from marketplace.users.verification.transitions import EDITABLE, CaseStatus, Command

ACTOR = Actor.system("users.lapse_verifications")
UNANSWERED_FOR = timedelta(days=30)
BATCH_SIZE = 100


def lapse_cases() -> int:
    """End a batch of approvals whose time is over, and of cases that their person left lying.

    Each in a transaction of its own; returns how many ended. Deals that run are not touched: an
    order keeps the terms it was placed under.
    """
    now = clock.database_now()
    over = VerificationCase.objects.filter(status=CaseStatus.APPROVED, valid_until__lte=now)
    left = VerificationCase.objects.filter(
        status__in=EDITABLE, updated_at__lte=now - UNANSWERED_FOR
    )
    due = [*_ids(over.order_by("valid_until")), *_ids(left.order_by("updated_at"))]
    return sum(_lapse(case_id=case_id) for case_id in due)


def remind_of_lapses() -> int:
    """Tell a batch of people whose approval ends soon; each once. Returns how many."""
    now = clock.database_now()
    due = VerificationCase.objects.filter(
        status=CaseStatus.APPROVED, remind_at__lte=now, reminded_at__isnull=True
    )
    return sum(_remind(case_id=case_id) for case_id in _ids(due.order_by("remind_at")))


@opens_transaction
def _lapse(*, case_id: UUID) -> bool:
    case, user = lock_case(case_id)
    now = clock.database_now()
    # Asked again under the lock: it may have been renewed, or answered, since.
    reason = _reason(case, now)
    if not reason:
        return False
    end(case, Command.LAPSE, actor=ACTOR, at=now, reason=reason)
    record(
        VerificationExpired(user_id=case.user_id, case_id=case.id, level=case.level, reason=reason),
        key=case.user_id,
    )
    settle_level(user)
    return True


def _reason(case: VerificationCase, now: datetime) -> str:
    if case.status == CaseStatus.APPROVED:
        return "lapsed" if case.valid_until is not None and case.valid_until <= now else ""
    if case.is_editable and case.updated_at <= now - UNANSWERED_FOR:
        return "abandoned" if case.status == CaseStatus.DRAFT else "unanswered"
    return ""


@opens_transaction
def _remind(*, case_id: UUID) -> bool:
    case, _ = lock_case(case_id)
    if case.status != CaseStatus.APPROVED or case.reminded_at or case.valid_until is None:
        return False
    case.reminded_at = clock.database_now()
    case.save(update_fields=["reminded_at"])
    record(
        VerificationExpiring(
            user_id=case.user_id, case_id=case.id, level=case.level, valid_until=case.valid_until
        ),
        key=case.user_id,
    )
    return True


def _ids(cases: QuerySet[VerificationCase]) -> list[UUID]:
    return list(cases.values_list("id", flat=True)[:BATCH_SIZE])
