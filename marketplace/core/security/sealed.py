"""Where sealed data stands: found, never listed, so that a rotation of keys forgets none.

A model's column of sealed text is an :class:`EncryptedField`, which is found by itself. What is
sealed elsewhere (inside a JSON document, in a file) is a :class:`SealedStore` that its owner
registers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from marketplace.core.security.encryption import (
    Undecipherable,
    current_key_version,
    decrypt_bytes,
    encrypt_bytes,
    fingerprint,
    fingerprints,
    key_version,
)


class EncryptedField(models.BinaryField):  # type: ignore[type-arg] # not subscriptable at run time
    """A column that :meth:`seal` writes and :meth:`unseal` reads, bound to model, row and field.

    ``bound_as`` is ``app.Model.field``, as it was when the first row was sealed: a renamed model or
    column keeps the old name here, or nothing opens any more. To the database it is a bytea, so it
    needs no migration of its own. An empty value is nothing sealed.
    """

    def __init__(self, *args: Any, bound_as: str = "", **kwargs: Any) -> None:
        self.bound_as = bound_as
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def seal(self, plaintext: str, *, row_id: UUID) -> bytes:
        return encrypt_bytes(plaintext.encode(), row_id=row_id, **self.binding)

    def unseal(self, stored: bytes, *, row_id: UUID) -> str:
        """Raises Undecipherable when the value was altered or moved."""
        return decrypt_bytes(stored, row_id=row_id, **self.binding).decode()

    def seal_bytes(self, plain: bytes, *, row_id: UUID) -> bytes:
        return encrypt_bytes(plain, row_id=row_id, **self.binding)

    def unseal_bytes(self, stored: bytes, *, row_id: UUID) -> bytes:
        return decrypt_bytes(stored, row_id=row_id, **self.binding)

    @property
    def binding(self) -> dict[str, str]:
        model, _, field = self.bound_as.rpartition(".")
        return {"model": model, "field": field}


@dataclass(frozen=True, slots=True)
class Batch:
    """What one portion of a rotation did. ``last`` is where the next begins; None: there is none.

    ``missed`` were changed by somebody else meanwhile: the next pass looks at them again.
    """

    last: Any
    resealed: int = 0
    missed: int = 0
    unreadable: tuple[str, ...] = ()


class SealedStore(Protocol):
    @property
    def name(self) -> str: ...

    def count_by_key(self) -> Mapping[int, int]:
        """How many sealed values stand under which version of the key."""
        ...

    def reseal(self, *, after: Any, limit: int) -> Batch:
        """Seal the next portion behind ``after`` anew, where another key sealed it.

        Safe beside writers: a value that changed since it was read is left as it is (``missed``).
        """
        ...


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """An :class:`EncryptedField` of a model."""

    model: type[models.Model]
    field: EncryptedField

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.field.column}"

    def count_by_key(self) -> dict[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT get_byte({column}, 1) * 256 + get_byte({column}, 2), count(*)"
                    "  FROM {table} WHERE length({column}) > 2 GROUP BY 1"
                ).format(**self._names())
            )
            return dict(cursor.fetchall())

    def reseal(self, *, after: Any, limit: int) -> Batch:
        rows = self._read(after, limit)
        resealed = missed = 0
        unreadable = []
        current = current_key_version()
        for row_id, stored in rows:
            if not stored or key_version(stored) == current:
                continue
            try:
                plain = decrypt_bytes(stored, row_id=row_id, **self.field.binding)
            except Undecipherable as error:
                unreadable.append(str(error))
                continue
            fresh = encrypt_bytes(plain, row_id=row_id, **self.field.binding)
            if self._swap(row_id, stored, fresh):
                resealed += 1
            else:
                missed += 1
        last = rows[-1][0] if len(rows) == limit else None
        return Batch(last, resealed, missed, tuple(unreadable))

    def _read(self, after: Any, limit: int) -> Sequence[tuple[Any, bytes]]:
        rows: models.QuerySet[Any] = models.QuerySet(self.model).order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        found = rows.values_list("pk", self.field.attname)[:limit]
        return [(row_id, bytes(stored or b"")) for row_id, stored in found]

    def _swap(self, row_id: Any, stored: bytes, fresh: bytes) -> bool:
        """Compare and swap in one statement: what a writer put there meanwhile is never undone."""
        row: models.QuerySet[Any] = models.QuerySet(self.model).filter(
            pk=row_id, **{self.field.attname: stored}
        )
        return bool(row.update(**{self.field.attname: fresh}))

    def _names(self) -> dict[str, sql.Identifier]:
        return {
            "table": sql.Identifier(self.model._meta.db_table),
            "column": sql.Identifier(str(self.field.column)),
        }


@dataclass(frozen=True, slots=True)
class FingerprintColumn:
    """A column of keyed hashes, and how to tell what of a row was hashed (None: nothing now)."""

    label: str
    column: str
    purpose: str
    value_of: Any

    def of(self, row: Any) -> list[bytes]:
        """Under each key that there is; none where nothing is hashed now."""
        value = self.value_of(row)
        return [] if value is None else fingerprints(value, purpose=self.purpose)

    def to_compare(self, row: Any) -> list[bytes]:
        """The same; of a row that was altered the one that it has, so that whoever only compares
        is not held up until it is repaired."""
        try:
            return self.of(row)
        except Undecipherable:
            return [bytes(getattr(row, self.column))]

    def renew(self, *, after: Any, limit: int) -> Batch:
        """Hash the next portion under the key that counts now."""
        rows: models.QuerySet[Any] = models.QuerySet(apps.get_model(self.label)).order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        found = list(rows[:limit])
        renewed = missed = 0
        for row in found:
            value = self.value_of(row)
            if value is None:
                continue
            before = bytes(getattr(row, self.column))
            fresh = fingerprint(value, purpose=self.purpose)
            if before == fresh:
                continue
            same = rows.filter(pk=row.pk, **{self.column: before})
            if same.update(**{self.column: fresh}):
                renewed += 1
            else:
                missed += 1
        last = found[-1].pk if len(found) == limit else None
        return Batch(last, renewed, missed)


_stores: list[SealedStore] = []
_fingerprints: list[FingerprintColumn] = []


def register_sealed(store: SealedStore) -> None:
    """For what is sealed outside a column of its own."""
    if any(known.name == store.name for known in _stores):
        raise ValueError(f"sealed store {store.name} is registered twice")
    _stores.append(store)


def register_fingerprints(column: FingerprintColumn) -> None:
    _fingerprints.append(column)


def fingerprint_columns() -> Sequence[FingerprintColumn]:
    return tuple(_fingerprints)


def sealed_stores() -> Iterator[SealedStore]:
    """Every encrypted column of every model there is, and every registered store."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedField):
                yield SealedColumn(model, field)
    yield from _stores
