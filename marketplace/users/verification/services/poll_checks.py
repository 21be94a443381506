from datetime import timedelta
from uuid import UUID

import structlog

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.users.verification.errors import ServiceNotOffered
from marketplace.users.verification.models import CheckStatus, ServiceCheck
from marketplace.users.verification.outside import Outcome, Unreachable, service_named
from marketplace.users.verification.services._checks import settle_check

log = structlog.get_logger(__name__)

FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=6)
BATCH_SIZE = 20


def poll_checks() -> int:
    """Ask outside services for outcomes that did not come by themselves; returns how many came."""
    now = clock.database_now()
    due = ServiceCheck.objects.filter(status=CheckStatus.STARTED, ask_at__lte=now)
    return sum(_ask(check) for check in list(due.order_by("ask_at")[:BATCH_SIZE]))


def _ask(check: ServiceCheck) -> bool:
    try:
        outcome = service_named(check.service).get_outcome(check.reference)
    except (Unreachable, ServiceNotOffered) as silence:
        log.warning(
            "verification_service_silent", service=check.service, why=type(silence).__name__
        )
        outcome = None
    return _settle(check_id=check.id, service=check.service, outcome=outcome)


@opens_transaction
def _settle(*, check_id: UUID, service: str, outcome: Outcome | None) -> bool:
    now = clock.database_now()
    if outcome is not None and settle_check(service, outcome, at=now):
        return True
    check = ServiceCheck.objects.select_for_update(no_key=True).get(id=check_id)
    check.attempts += 1
    check.ask_at = now + min(FIRST_PAUSE * 2 ** min(check.attempts, 10), LONGEST_PAUSE)
    check.save(update_fields=["attempts", "ask_at"])
    return False
