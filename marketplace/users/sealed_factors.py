"""Secrets of second factors at rest: allauth's table, sealed by person and field.

allauth hands a secret to its adapter without saying whose it is, and an encryption without that
could be moved to another person's row. So sealing belongs to the row: it happens when the row is
saved, and a value that came from the database knows its owner. What lies there unsealed, or was
sealed for somebody else, opens for nobody.

A person has one authenticator app and one set of recovery codes at most (a unique constraint of the
table), so person and field name the place as well as a row's number would.
"""

import base64
import binascii
from collections import Counter
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models.signals import post_init, pre_save

from marketplace.core.security import Undecipherable, decrypt_field, encrypt_field
from marketplace.core.security.encryption import current_key_version, key_version
from marketplace.core.security.sealed import Batch, register_sealed

MODEL = "mfa.Authenticator"
FIELDS = ("secret", "seed")
PREFIX = "sealed:"


class Sealed(str):
    """A stored value that remembers its place."""

    owner_id: UUID
    field: str

    def __new__(cls, value: str, *, owner_id: UUID, field: str) -> "Sealed":
        sealed = super().__new__(cls, value)
        sealed.owner_id, sealed.field = owner_id, field
        return sealed


def seal_secret(plain: str, *, owner_id: UUID, field: str) -> Sealed:
    stored = encrypt_field(plain, model=MODEL, row_id=owner_id, field=field)
    text = PREFIX + base64.b64encode(stored).decode()
    return Sealed(text, owner_id=owner_id, field=field)


def open_secret(value: str) -> str:
    """In the clear; raises Undecipherable for what is not sealed, or not for this place."""
    if not isinstance(value, Sealed):
        raise Undecipherable(f"{MODEL}: a secret without its row")
    if not value.startswith(PREFIX):
        raise Undecipherable(f"{MODEL}.{value.field}: not sealed")
    return decrypt_field(stored_bytes(value), model=MODEL, row_id=value.owner_id, field=value.field)


def stored_bytes(value: str) -> bytes:
    """What ``encrypt_field`` made, out of the text that stands in the JSON."""
    try:
        return base64.b64decode(value.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise Undecipherable(f"{MODEL}: not an encrypted field") from error


def _remember_place(instance: Authenticator, **_: Any) -> None:
    # A row that is being made has no number yet, and its secret in the clear until it is saved.
    data = instance.__dict__.get("data")
    if instance.pk is None or not data:
        return
    for field in FIELDS:
        if field in data:
            data[field] = Sealed(data[field], owner_id=instance.user_id, field=field)


def _seal(instance: Authenticator, **_: Any) -> None:
    for field in FIELDS:
        value = instance.data.get(field)
        if value is not None and not isinstance(value, Sealed):
            instance.data[field] = seal_secret(value, owner_id=instance.user_id, field=field)


class SealedSecrets:
    """For the rotation of keys: what is sealed inside the JSON of allauth's table."""

    name = "mfa_authenticator.data"

    def count_by_key(self) -> dict[int, int]:
        counts: Counter[int] = Counter()
        rows = Authenticator.objects.filter(data__has_any_keys=FIELDS).order_by("pk")
        for row in rows.iterator(chunk_size=1000):
            counts.update(
                key_version(stored_bytes(row.data[field])) for field in FIELDS if field in row.data
            )
        return dict(counts)

    def reseal(self, *, after: Any, limit: int) -> Batch:
        rows = Authenticator.objects.filter(data__has_any_keys=FIELDS).order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        found = list(rows[:limit])
        resealed, missed, unreadable = 0, 0, []
        for row in found:
            for field in (name for name in FIELDS if name in row.data):
                try:
                    outcome = self._reseal_one(row, field)
                except Undecipherable as error:
                    unreadable.append(str(error))
                    continue
                resealed += outcome is True
                missed += outcome is False
        last = found[-1].pk if len(found) == limit else None
        return Batch(last, resealed, missed, tuple(unreadable))

    def _reseal_one(self, row: Authenticator, field: str) -> bool | None:
        """Whether it was swapped; None when it stands under the newest key already."""
        before = row.data[field]
        if key_version(stored_bytes(before)) == current_key_version():
            return None
        fresh = seal_secret(open_secret(before), owner_id=row.user_id, field=field)
        with connection.cursor() as cursor:
            # Beside it in the JSON stands which codes were used: only the secret is replaced.
            cursor.execute(
                "UPDATE mfa_authenticator"
                " SET data = jsonb_set(data, ARRAY[%s::text], to_jsonb(%s::text))"
                " WHERE id = %s::bigint AND data ->> %s::text = %s::text",
                [field, str(fresh), row.pk, field, str(before)],
            )
            return bool(cursor.rowcount)


register_sealed(SealedSecrets())
post_init.connect(_remember_place, sender=Authenticator, dispatch_uid="users.remember_place")
pre_save.connect(_seal, sender=Authenticator, dispatch_uid="users.seal_factor")
