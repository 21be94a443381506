"""Shared by the commands: values that must be unique, and locking one row."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.db.utils import IntegrityError

from sandbox.api.errors import conflict, not_found

M = TypeVar("M", bound=Model)


@contextmanager
def unique_value(noun: str, field: str, value: str) -> Iterator[None]:
    """Turn the database's refusal of a second row with this value into an answer."""
    try:
        yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if field not in constraint:
            raise
        raise conflict(
            f"{field}_already_used", f"A {noun} with the {field} {value} exists.", field
        ) from error


def unique_reference(noun: str, reference: str) -> AbstractContextManager[None]:
    """The same for the caller's own reference, which every kind of thing has once."""
    return unique_value(noun, "reference", reference)


def lock(model: type[M], thing_id: str, noun: str) -> M:
    """The row, locked until the transaction ends and read after the lock was granted."""
    rows: QuerySet[M] = QuerySet(model)
    row = rows.select_for_update().filter(pk=thing_id).first()
    if row is None:
        raise not_found(noun)
    return row
