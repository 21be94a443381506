"""What the ledger refuses, typed. The database raises; this maps its SQLSTATEs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError

from marketplace.core.errors import DomainError, ErrorKind


class LedgerError(DomainError):
    """Base of every refusal of the ledger."""

    code = "ledger_refused"
    title = "The books refuse this posting"


class JournalUnbalanced(LedgerError):
    """The legs do not sum to zero per currency, are fewer than two, or one of them is zero."""

    code = "journal_unbalanced"
    title = "The journal does not balance"


class InsufficientFunds(LedgerError):
    """The account would go below zero. ``account_code`` and ``lacks_minor`` are for operators."""

    code = "insufficient_funds"
    kind = ErrorKind.CONFLICT
    title = "There is not enough money for this"

    def __init__(
        self,
        detail: str = "",
        *,
        account_code: str = "",
        currency: str = "",
        available_minor: int = 0,
        needed_minor: int = 0,
    ) -> None:
        super().__init__()
        self.operator_detail = detail
        self.account_code = account_code
        self.currency = currency
        self.available_minor = available_minor
        self.needed_minor = needed_minor

    @property
    def lacks_minor(self) -> int:
        return self.needed_minor - self.available_minor


class BusinessKeyReused(LedgerError):
    """The same business key with other content: always a fault of ours, never the caller's."""

    code = "business_key_reused"
    kind = ErrorKind.CONFLICT
    title = "This has been posted before, with other content"


class CurrencyMixed(LedgerError):
    """An entry's currency is not its account's."""

    code = "currency_mixed"
    title = "Two currencies met in one account"


class AccountNamedTwice(LedgerError):
    code = "account_named_twice"
    title = "An account appears at most once in a journal"


class AccountOffChart(LedgerError):
    code = "account_off_chart"
    title = "The account does not fit the chart of accounts"


class ReversalNotExact(LedgerError):
    code = "reversal_not_exact"
    kind = ErrorKind.CONFLICT
    title = "A reversal is the exact opposite of a journal that is not itself a reversal"


class JournalAlreadyReversed(LedgerError):
    code = "journal_already_reversed"
    kind = ErrorKind.CONFLICT
    title = "The journal has been reversed before"


class AmountTooLarge(LedgerError):
    """A balance would leave the range of a 64-bit integer."""

    code = "amount_too_large"
    title = "The amount is too large"


class BooksAreProtected(LedgerError):
    """Something tried to change what is written, or to write beside the posting function."""

    code = "books_are_protected"
    title = "The books are append-only"


_BY_SQLSTATE: dict[str, type[LedgerError]] = {
    "FL001": JournalUnbalanced,
    "FL003": BusinessKeyReused,
    "FL004": CurrencyMixed,
    "FL005": AccountNamedTwice,
    "FL006": ReversalNotExact,
    "FL010": BooksAreProtected,
    "FL011": AccountOffChart,
    "FL012": BooksAreProtected,
    "FL013": BooksAreProtected,
    "FL014": BooksAreProtected,
    "FL015": BooksAreProtected,
    "22003": AmountTooLarge,
}
_BY_CONSTRAINT: dict[str, type[LedgerError]] = {
    "ledger_journal_reversed_once": JournalAlreadyReversed,
    "ledger_entry_amount_not_zero": JournalUnbalanced,
}


@contextmanager
def typed_errors() -> Iterator[None]:
    """Turn the ledger's SQLSTATEs into :class:`LedgerError`; anything else passes unchanged.

    The transaction is lost either way: nothing that was written before the refusal survives it.
    """
    try:
        yield
    except DatabaseError as error:
        typed = _typed(error.__cause__)
        if typed is None:
            raise
        raise typed from error


def _typed(cause: Any) -> LedgerError | None:
    sqlstate = getattr(cause, "sqlstate", None)
    diagnostics = getattr(cause, "diag", None)
    if sqlstate is None or diagnostics is None:
        return None
    message = diagnostics.message_primary or ""
    if sqlstate == "FL002":
        facts = json.loads(diagnostics.message_detail)
        return InsufficientFunds(
            message,
            account_code=facts["account"],
            currency=facts["currency"],
            available_minor=facts["available_minor"],
            needed_minor=facts["needed_minor"],
        )
    error = _BY_CONSTRAINT.get(diagnostics.constraint_name or "") or _BY_SQLSTATE.get(sqlstate)
    return error(message) if error else None
