"""Which accounts a telephone number was proved for, without the number."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.security import fingerprint, fingerprints
from marketplace.core.security.sealed import FingerprintColumn, register_fingerprints
from marketplace.users.errors import PhoneProvedTooOften
from marketplace.users.models import PhoneProof, User

PURPOSE = "users.PhoneProof"
BATCH_SIZE = 1000


@needs_transaction
def add_phone_proof(user: User) -> None:
    """Note that the account has proved its number, which was saved in this transaction.

    Saved first: while ``users_proved_phone_once`` holds a number for one transaction, the next one
    waits, and counts here what the first committed. So two at the same moment do not both take the
    last place, even when the first gives the number away again.

    Errors: PhoneProvedTooOften.
    """
    now, most = clock.database_now(), settings.PHONE_ACCOUNTS_LIMIT
    hashed = fingerprints(user.phone_number, purpose=PURPOSE)
    lately = PhoneProof.objects.filter(fingerprint__in=hashed, proved_at__gt=now - velocity_days())
    accounts = set(lately.values_list("user_id", flat=True).distinct())
    if most and len(accounts | {user.pk}) > most:
        raise PhoneProvedTooOften(most=most, days=settings.PHONE_ACCOUNTS_DAYS)
    current = fingerprint(user.phone_number, purpose=PURPOSE)
    # The number is at hand: what another key hashed moves with it, or no rotation ever could.
    former = [each for each in hashed if each != current]
    PhoneProof.objects.filter(fingerprint__in=former).update(fingerprint=current)
    PhoneProof.objects.create(user=user, fingerprint=current, proved_at=now)


def velocity_days() -> timedelta:
    return timedelta(days=settings.PHONE_ACCOUNTS_DAYS)


def phone_fingerprints(user_ids: tuple[UUID, UUID], *, at: datetime) -> list[set[bytes]]:
    """Of each person, the fingerprints of the numbers that they had proved by then.

    Of the one that they hold now under every key: while fingerprints are moved to another key,
    equal numbers may have different ones.
    """
    found: dict[UUID, set[bytes]] = {user_id: set() for user_id in user_ids}
    proofs = PhoneProof.objects.filter(user_id__in=user_ids, proved_at__lte=at)
    for user_id, stored in proofs.values_list("user_id", "fingerprint"):
        found[user_id].add(bytes(stored))
    held = User.objects.filter(pk__in=user_ids, phone_verified_at__lte=at)
    for user_id, number in held.values_list("pk", "phone_number"):
        found[user_id].update(fingerprints(number, purpose=PURPOSE))
    return [found[user_id] for user_id in user_ids]


def forget_phone_proofs(before: datetime) -> int:
    """One portion of what was proved before that moment."""
    old = PhoneProof.objects.filter(proved_at__lt=before).order_by("proved_at")
    keys = list(old.values_list("pk", flat=True)[:BATCH_SIZE])
    deleted: int = PhoneProof.objects.filter(pk__in=keys).delete()[0]
    return deleted


def forget_phone_proofs_of(user_id: UUID, *, before: datetime | None = None) -> int:
    """All of a person, or what they proved before that moment."""
    own = PhoneProof.objects.filter(user_id=user_id)
    if before is not None:
        own = own.filter(proved_at__lt=before)
    deleted: int = own.delete()[0]
    return deleted


def _number(proof: PhoneProof) -> str | None:
    """The number, where one of those who proved it holds it now: nothing else remembers it."""
    provers = PhoneProof.objects.filter(fingerprint=proof.fingerprint).values("user_id")
    held = User.objects.filter(pk__in=provers, phone_verified_at__isnull=False)
    stored = bytes(proof.fingerprint)
    for number in held.values_list("phone_number", flat=True):
        if stored in fingerprints(number, purpose=PURPOSE):
            return str(number)
    return None


register_fingerprints(
    FingerprintColumn("users.PhoneProof", "fingerprint", PURPOSE, value_of=_number)
)
