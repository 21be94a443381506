"""Jobs of the user service."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.jobs import periodic
from marketplace.core.retention import RetentionRule, register_retention
from marketplace.users.models import Attempts, FactorEnrolment, SignIn, SignInFlow, StepUp
from marketplace.users.repositories.avatars import forget_left_over
from marketplace.users.repositories.erasures import COOLING_OFF
from marketplace.users.repositories.exports import EXPORTS, purge_exports
from marketplace.users.repositories.phone_proofs import forget_phone_proofs
from marketplace.users.services.erase_people import erase_people
from marketplace.users.services.erase_retained import erase_retained
from marketplace.users.services.forget_unproved import UNPROVED, forget_unproved
from marketplace.users.services.write_exports import write_exports

BATCH_SIZE = 1000


def purge_sign_ins(before: datetime) -> int:
    """Forget sign-ins (device, address) a while after they could last be used."""
    old = SignIn.objects.filter(expires_at__lt=before).order_by("expires_at")
    deleted, _ = SignIn.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:BATCH_SIZE])
    ).delete()
    return deleted


register_retention(
    RetentionRule(
        name="users.sign_ins",
        title="Sign-ins and devices, after they could last be used",
        days=90,
        reason="A theft is often noticed weeks later: the device and address tell how it came.",
        sweep=purge_sign_ins,
    )
)


@periodic(name="users.purge_sign_in_flows", every_seconds=600)
@opens_transaction
def purge_sign_in_flows() -> int:
    """Forget sign-ins that nobody finished, and how finished ones went."""
    over = SignInFlow.objects.filter(expires_at__lt=clock.database_now()).order_by("expires_at")
    deleted, _ = SignInFlow.objects.filter(
        pk__in=list(over.values_list("pk", flat=True)[:BATCH_SIZE])
    ).delete()
    return deleted


@periodic(name="users.purge_step_ups", every_seconds=600)
@opens_transaction
def purge_step_ups() -> int:
    """Forget approvals and enrolments a day after they were good for anything; events tell more."""
    before = clock.database_now() - timedelta(days=1)
    deleted = 0
    for model in (StepUp, FactorEnrolment):
        over = model.objects.filter(expires_at__lt=before).order_by("expires_at")
        keys = list(over.values_list("pk", flat=True)[:BATCH_SIZE])
        deleted += model.objects.filter(pk__in=keys).delete()[0]
    return deleted


@periodic(name="users.purge_desk_sessions", every_seconds=600)
@opens_transaction
def purge_desk_sessions() -> int:
    """Forget sessions at the admin that nobody signed out of, once they are over."""
    over = Session.objects.filter(expire_date__lt=clock.database_now()).order_by("expire_date")
    deleted, _ = Session.objects.filter(
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


register_retention(
    RetentionRule(
        name=COOLING_OFF,
        title="How long an erasure can be taken back by signing in",
        days=14,
        least_days=0,
        most_days=30,
        reason="Somebody else may have asked; a month is the law's limit (GDPR, article 12).",
    )
)
register_retention(
    RetentionRule(
        name=UNPROVED,
        title="Accounts whose address was never confirmed",
        days=30,
        # The key in the letter is good for three.
        least_days=4,
        reason="Nobody ever signed in; whoever typed the address may not be who reads it.",
        sweep=forget_unproved,
    )
)
register_retention(
    RetentionRule(
        name=EXPORTS,
        title="Files with people's own data",
        days=7,
        most_days=30,
        reason="Long enough to download it, short enough not to lie about.",
        sweep=purge_exports,
    )
)
register_retention(
    RetentionRule(
        name="users.phone_proofs",
        title="Which accounts a telephone number was proved for, as a keyed hash",
        days=max(365, settings.PHONE_ACCOUNTS_DAYS),
        # Accounts of a number are counted in so many.
        least_days=settings.PHONE_ACCOUNTS_DAYS,
        reason="One telephone behind many accounts. A carrier gives a number to somebody else.",
        sweep=forget_phone_proofs,
    )
)
register_retention(
    RetentionRule(
        name="users.erased_phone_proofs",
        title="After their owner was erased: that a telephone number proved an account lately",
        days=settings.PHONE_ACCOUNTS_DAYS,
        least_days=0,
        reason="An erasure gives a number no further accounts than it may have (ADR 101).",
    )
)
periodic(name="users.write_exports", every_seconds=2)(write_exports)
periodic(name="users.erase_people", every_seconds=60)(erase_people)
periodic(name="users.erase_retained", every_seconds=3600)(erase_retained)
periodic(name="users.delete_left_over_avatars", every_seconds=600)(forget_left_over)
