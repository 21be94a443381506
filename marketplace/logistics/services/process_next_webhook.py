from datetime import timedelta

import structlog
from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.core.db import joinable
from marketplace.core.errors import NotFound
from marketplace.logistics.carriers import get_carrier
from marketplace.logistics.models import CarrierWebhook
from marketplace.logistics.services.record_tracking_event import record_tracking_event

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 40
FIRST_PAUSE_SECONDS = 1
LONGEST_PAUSE_SECONDS = 6 * 3600


def process_next_webhook() -> bool:
    """Act on one stored message that is due; returns whether there was one.

    The message's row and its effects commit together. Several workers share the work: a row that
    another one holds is skipped.
    """
    if not _due().exists():
        return False
    webhook: CarrierWebhook | None = None
    try:
        with joinable():
            webhook = _due().select_for_update(skip_locked=True).order_by("next_attempt_at").first()
            if webhook is None:
                return False
            _apply(webhook)
            webhook.processed_at = clock.now()
            webhook.save(update_fields=["processed_at"])
    except Exception as error:
        # Whatever it is, one message must not stop the rest.
        if webhook is None:
            raise
        _postpone(webhook, error)
    return True


def _due() -> QuerySet[CarrierWebhook]:
    return CarrierWebhook.objects.filter(
        processed_at__isnull=True,
        unmatched_at__isnull=True,
        next_attempt_at__lte=clock.database_moment(),
    )


def _apply(webhook: CarrierWebhook) -> None:
    message = get_carrier(webhook.carrier).parse(bytes(webhook.body))
    if message.kind is not None:
        record_tracking_event(
            carrier=webhook.carrier,
            carrier_event_id=message.event_id,
            tracking_number=message.tracking_number,
            kind=message.kind,
            occurred_at=message.occurred_at,
        )


def _postpone(webhook: CarrierWebhook, error: Exception) -> None:
    # A scan may come before our own commit of the shipment: it is tried again for some days, and
    # then kept, marked as unmatched, for an operator.
    attempts = webhook.attempts + 1
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(attempts, 20), LONGEST_PAUSE_SECONDS)
    CarrierWebhook.objects.filter(id=webhook.id).update(
        attempts=attempts,
        last_error=f"{type(error).__name__}: {error}"[:2000],
        next_attempt_at=clock.database_now() + timedelta(seconds=pause),
        unmatched_at=clock.now() if attempts >= MAX_ATTEMPTS else None,
    )
    level = log.info if isinstance(error, NotFound) else log.error
    level("carrier_webhook_postponed", webhook_id=webhook.id, attempts=attempts, error=str(error))
