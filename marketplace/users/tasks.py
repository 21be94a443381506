"""Jobs of the user service."""

from datetime import timedelta

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.jobs import periodic
from marketplace.users.models import Attempts, SignIn, SignInFlow

KEEP_AFTER_EXPIRY = timedelta(days=90)
BATCH_SIZE = 1000


@periodic(name="users.purge_sign_ins", every_seconds=3600)
@opens_transaction
def purge_sign_ins() -> int:
    """Forget sign-ins (device, address) a while after they could last be used."""
    long_ago = clock.database_now() - KEEP_AFTER_EXPIRY
    old = SignIn.objects.filter(expires_at__lt=long_ago).order_by("expires_at")
    deleted, _ = SignIn.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:BATCH_SIZE])
    ).delete()
    return deleted


@periodic(name="users.purge_sign_in_flows", every_seconds=600)
@opens_transaction
def purge_sign_in_flows() -> int:
    """Forget sign-ins that nobody finished, and how finished ones went."""
    over = SignInFlow.objects.filter(expires_at__lt=clock.database_now()).order_by("expires_at")
    deleted, _ = SignInFlow.objects.filter(
        pk__in=list(over.values_list("pk", flat=True)[:BATCH_SIZE])
    ).delete()
    return deleted


@periodic(name="users.purge_attempts", every_seconds=600)
@opens_transaction
def purge_attempts() -> int:
    """Forget attempts that no limit counts any more."""
    over = Attempts.objects.filter(expires_at__lt=clock.database_now()).order_by("expires_at")
    # Skipping what is locked: somebody is counting there at this moment.
    keys = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH_SIZE])
    deleted, _ = Attempts.objects.filter(pk__in=keys).delete()
    return deleted
