from datetime import timedelta

from django.conf import settings

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.notifications.models import EmailState, OutboundEmail

BATCH_SIZE = 1000


@opens_transaction
def purge_emails() -> int:
    """Forget a batch of letters that left (or were given up) long ago; returns how many."""
    long_ago = clock.database_now() - timedelta(days=settings.EMAIL_KEEP_DAYS)
    old = OutboundEmail.objects.filter(created_at__lt=long_ago).exclude(state=EmailState.QUEUED)
    # Ids are in order of time, so the oldest are found without an index of their own.
    ids = list(old.order_by("id").values_list("pk", flat=True)[:BATCH_SIZE])
    deleted, _ = OutboundEmail.objects.filter(pk__in=ids).delete()
    return deleted
