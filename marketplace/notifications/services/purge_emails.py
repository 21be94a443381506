from datetime import datetime

from marketplace.core.db import needs_transaction
from marketplace.notifications.models import DeliveryState, OutboundEmail

BATCH_SIZE = 1000


@needs_transaction
def purge_emails(before: datetime) -> int:
    """Forget a batch of letters that left (or were given up) long ago; returns how many."""
    old = OutboundEmail.objects.filter(created_at__lt=before).exclude(state=DeliveryState.QUEUED)
    # Ids are in order of time, so the oldest are found without an index of their own.
    ids = list(old.order_by("id").values_list("pk", flat=True)[:BATCH_SIZE])
    deleted, _ = OutboundEmail.objects.filter(pk__in=ids).delete()
    return deleted
