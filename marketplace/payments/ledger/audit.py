"""The audit of the books: reads everything, trusts nothing that is cached.

Each check yields one sentence per difference. Other modules of the service add theirs in
``marketplace/payments/audits.py`` (or any application's ``audits`` module), which every audit
imports::

    def check_wallets(tally: Tally) -> Iterator[str]:
        for wallet in ...:
            tally.examined += 1
            if wallet.balance != ...:
                yield f"wallet {wallet.id}: ..."

    register_audit("wallets equal the ledger", check_wallets)

All checks run in one REPEATABLE READ, read-only transaction: they see one moment of the books, and
nobody who posts waits for them. A check that asks a provider over HTTP sees a later moment there
and has to account for what was in flight.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

FETCH_ROWS = 1_000
_cursor_numbers = count()


@dataclass(slots=True)
class Tally:
    """How much a check has looked at; the check counts it up itself."""

    examined: int = 0
    note: str = ""
    """Shown beside the result, such as why a provider was not asked."""


AuditCheck = Callable[[Tally], Iterator[str]]

_checks: dict[str, AuditCheck] = {}
_freezing: set[str] = set()


@dataclass(frozen=True, slots=True)
class AuditResult:
    name: str
    examined: int
    differences: int
    first: Sequence[str]
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class AuditReport:
    results: Sequence[AuditResult] = field(default_factory=tuple)

    @property
    def differences(self) -> int:
        return sum(result.differences for result in self.results)

    @property
    def grave(self) -> Sequence[AuditResult]:
        """The broken promises on which payouts freeze."""
        return [result for result in self.results if result.differences and _freezes(result)]

    @property
    def is_clean(self) -> bool:
        return self.differences == 0


def _freezes(result: AuditResult) -> bool:
    return result.name in _freezing


def register_audit(name: str, check: AuditCheck, *, freezes_payouts: bool = True) -> None:
    """Add a check to every audit; ``name`` states what is true when it finds nothing.

    ``freezes_payouts`` is False for a check that also finds what is only under way.
    """
    if name in _checks:
        raise ValueError(f"audit {name!r} is registered twice")
    _checks[name] = check
    if freezes_payouts:
        _freezing.add(name)


def registered_audits() -> Mapping[str, AuditCheck]:
    """Every check there is: nobody audits with fewer because a module was not imported yet."""
    autodiscover_modules("audits")
    return _checks


def run_audit(
    *, show: int = 10, only: str = "", checks: Mapping[str, AuditCheck] | None = None
) -> AuditReport:
    """Run ``checks`` (all that are registered) whose name contains ``only`` on one moment."""
    chosen = registered_audits() if checks is None else checks
    with _one_moment():
        return AuditReport(
            tuple(_run(name, check, show) for name, check in chosen.items() if only in name)
        )


def _run(name: str, check: AuditCheck, show: int) -> AuditResult:
    tally = Tally()
    started = time.monotonic()
    found = check(tally)
    first = list(islice(found, show))
    differences = len(first) + sum(1 for _ in found)
    return AuditResult(
        name, tally.examined, differences, first, time.monotonic() - started, tally.note
    )


@contextmanager
def _one_moment() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        # Inside a test's own transaction the level is fixed already; the checks are the same.
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def stream(query: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a portion at a time, from a cursor on the server."""
    name = f"audit_rows_{next(_cursor_numbers)}"
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {query}", list(parameters))
        while True:
            cursor.execute(f"FETCH {FETCH_ROWS} FROM {name}")
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < FETCH_ROWS:
                break
        cursor.execute(f"CLOSE {name}")
