"""Which cards and accounts somebody paid with, and who else did."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.security import fingerprint, fingerprints
from marketplace.core.security.sealed import (
    EncryptedField,
    FingerprintColumn,
    register_fingerprints,
)
from marketplace.payments.models import PaymentInstrument
from marketplace.users.queries import is_erased

PURPOSE = "payments.PaymentInstrument"
MOST_COMPARED = 200
"""Of a person's instruments, the newest."""
WINDOW = timedelta(hours=24)


@needs_transaction
def keep_instrument(*, user_id: UUID, provider: str, name: str) -> None:
    """Remember that somebody paid with it just now; without a name there is nothing to remember,
    and of whoever was erased meanwhile nothing is.

    Its row comes after the ledger's accounts in the order of locks. By the database's clock, as the
    day that is counted.
    """
    if not name:
        return
    hashed, now = f"{provider}:{name}", clock.database_moment()
    # Under any key: while fingerprints move to another one, a row has one of them.
    known = PaymentInstrument.objects.filter(
        user_id=user_id, fingerprint__in=fingerprints(hashed, purpose=PURPOSE)
    )
    if known.update(last_paid_at=now) or is_erased(user_id=user_id):
        return
    row_id = new_id()
    row = PaymentInstrument(
        id=row_id,
        user_id=user_id,
        provider=provider,
        name_encrypted=_sealed_name().seal(name, row_id=row_id),
        fingerprint=fingerprint(hashed, purpose=PURPOSE),
        created_at=now,
        last_paid_at=now,
    )
    # Two payments of one person with one card at the same moment: both are right.
    PaymentInstrument.objects.bulk_create([row], ignore_conflicts=True)


def share_an_instrument(one_id: UUID, other_id: UUID) -> bool:
    """Whether both have paid with one card or account, an order or into their wallet.

    Two queries by index, and one where the first never paid.
    """
    known = _known_of(one_id)
    both = PaymentInstrument.objects.filter(user_id=other_id, fingerprint__in=known)
    return bool(known) and both.exists()


def count_payers(user_id: UUID, *, at: datetime) -> int:
    """Of what somebody paid with in the last day, how many people paid with the same one in that
    time: the most of one instrument. Two queries by index."""
    since = at - WINDOW
    rows = PaymentInstrument.objects.filter(user_id=user_id, last_paid_at__gt=since)
    names = [NAMES.to_compare(row) for row in rows.order_by("-id")[:MOST_COMPARED]]
    known = [each for name in names for each in name]
    payers = PaymentInstrument.objects.filter(fingerprint__in=known, last_paid_at__gt=since)
    counted = payers.order_by().values_list("fingerprint").annotate(Count("id"))
    counts = {bytes(each): count for each, count in counted} if known else {}
    return max((sum(counts.get(each, 0) for each in name) for name in names), default=0)


def _known_of(user_id: UUID) -> Collection[bytes]:
    rows = PaymentInstrument.objects.filter(user_id=user_id).order_by("-id")[:MOST_COMPARED]
    return {each for row in rows for each in NAMES.to_compare(row)}


def _hashed(row: PaymentInstrument) -> str:
    return f"{row.provider}:{_sealed_name().unseal(row.name_encrypted, row_id=row.id)}"


def _sealed_name() -> EncryptedField:
    return PaymentInstrument._meta.get_field("name_encrypted")


NAMES = FingerprintColumn("payments.PaymentInstrument", "fingerprint", PURPOSE, value_of=_hashed)
register_fingerprints(NAMES)
