from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.users.models import Erasure

UNPROVED = "users.unproved_accounts"
LAST_DAY = timedelta(days=1)
"""Whoever confirms at the last moment takes the erasure back, as any sign-in does."""
BATCH_SIZE = 100


@needs_transaction
def forget_unproved(before: datetime) -> int:
    """Have a portion of the accounts erased whose address nobody ever confirmed.

    Nobody ever signed in to one, and whoever typed the address may not be who reads it. Suspended
    ones stay: somebody looked at them. Returns how many erasures began to wait.
    """
    same_person = OuterRef("user_id")
    unproved = EmailAddress.objects.filter(
        ~Exists(EmailAddress.objects.filter(user_id=same_person, verified=True)),
        ~Exists(Erasure.objects.filter(user_id=same_person, cancelled_at__isnull=True)),
        verified=False,
        user__created_at__lt=before,
        user__phone_verified_at__isnull=True,
        user__suspended_at__isnull=True,
        user__is_active=True,
        user__is_staff=False,
    )
    ids = unproved.order_by("pk").values_list("user_id", flat=True)[:BATCH_SIZE]
    now = clock.database_now()
    waiting = [
        Erasure(
            user_id=user_id,
            requested_by_id=user_id,
            requested_at=now,
            due_at=now + LAST_DAY,
            next_attempt_at=now + LAST_DAY,
        )
        for user_id in ids
    ]
    # A person's own may have come a moment ago: the constraint lets one be.
    return len(Erasure.objects.bulk_create(waiting, ignore_conflicts=True))
