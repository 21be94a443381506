from collections.abc import Mapping
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.users.verification.models import ServiceCall
from marketplace.users.verification.outside import Outcome, Verdict, service_named
from marketplace.users.verification.services._checks import settle_check

BATCH_SIZE = 100


def receive_service_call(*, service: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Take a call of an outside service in: verified first, stored before anything is made of it.

    The job ``users.settle_verification_calls`` lets it count a moment later; the same call again
    is stored once. Raises ServiceNotOffered, CallbackRefused.
    """
    outcome = service_named(service).read_call(body=body, headers=headers, at=clock.database_now())
    _store(service=service, outcome=outcome)


@opens_transaction
def _store(*, service: str, outcome: Outcome) -> None:
    ServiceCall.objects.bulk_create(
        [
            ServiceCall(
                service=service,
                event_id=outcome.event_id,
                reference=outcome.reference[:200],
                outcome=outcome.verdict,
                code=outcome.code,
            )
        ],
        # The same call once more: it is there already.
        ignore_conflicts=True,
    )


def receive_stored_calls() -> int:
    """Let a batch of stored calls count; returns how many."""
    waiting = ServiceCall.objects.filter(handled_at__isnull=True).order_by("received_at")
    return sum(
        _handle(call_id=call_id)
        for call_id in list(waiting.values_list("id", flat=True)[:BATCH_SIZE])
    )


@opens_transaction
def _handle(*, call_id: UUID) -> bool:
    call = (
        ServiceCall.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(id=call_id, handled_at__isnull=True)
        .first()
    )
    if call is None:
        return False
    now = clock.database_now()
    outcome = Outcome(call.reference, Verdict(call.outcome), call.code, call.event_id)
    settle_check(call.service, outcome, at=now)
    call.handled_at = now
    call.save(update_fields=["handled_at"])
    return True
