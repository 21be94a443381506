"""Seal everything under the newest key, while the platform runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from marketplace.core.security.encryption import current_key_version
from marketplace.core.security.sealed import (
    Batch,
    FingerprintColumn,
    SealedStore,
    fingerprint_columns,
    sealed_stores,
)

MOST_PASSES = 5
"""A pass is repeated while writers got in between; each pass only looks at what is left."""


@dataclass(slots=True)
class Rotated:
    """What was done to one store, and what stands under which key afterwards."""

    name: str
    resealed: int = 0
    unreadable: list[str] = field(default_factory=list)
    by_key: dict[int, int] = field(default_factory=dict)

    @property
    def left_behind(self) -> int:
        current = current_key_version()
        return sum(count for version, count in self.by_key.items() if version != current)


Progress = Callable[[str, int], None]


def rotate(*, batch_size: int, only: str = "", progress: Progress) -> Iterator[Rotated]:
    """Seal anew what an older key sealed, store by store, in portions by key.

    Nothing is held between portions and each row is swapped by itself, so it may be stopped at any
    moment and started again: what is done is recognised by its key.
    """
    for store in sealed_stores():
        if only in store.name:
            yield _rotate_one(store, batch_size, progress)


def _rotate_one(store: SealedStore, batch_size: int, progress: Progress) -> Rotated:
    done = Rotated(store.name)
    for _ in range(MOST_PASSES):
        missed, unreadable = 0, list[str]()
        for batch in _portions(store.reseal, batch_size):
            done.resealed += batch.resealed
            missed += batch.missed
            unreadable += batch.unreadable
            progress(store.name, done.resealed)
        done.unreadable = unreadable
        done.by_key = dict(store.count_by_key())
        # A writer that still has the old configuration seals under the old key behind our back.
        if not missed and done.left_behind <= len(unreadable):
            break
    return done


def renew_fingerprints(*, batch_size: int, progress: Progress) -> Iterator[tuple[str, int]]:
    for column in fingerprint_columns():
        yield _name(column), _renew_one(column, batch_size, progress)


def _renew_one(column: FingerprintColumn, batch_size: int, progress: Progress) -> int:
    renewed = 0
    for _ in range(MOST_PASSES):
        missed = 0
        for batch in _portions(column.renew, batch_size):
            renewed += batch.resealed
            missed += batch.missed
            progress(_name(column), renewed)
        if not missed:
            break
    return renewed


def _name(column: FingerprintColumn) -> str:
    return f"{column.label}.{column.column}"


def _portions(work: Callable[..., Batch], limit: int) -> Iterator[Batch]:
    after = None
    while True:
        batch = work(after=after, limit=limit)
        yield batch
        after = batch.last
        if after is None:
            return
