"""Posting: one call, one round trip, one journal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from marketplace.core import clock
from marketplace.core.context import current_request_id
from marketplace.core.db import lock_name, needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import CurrencyMismatch, Money
from marketplace.payments.ledger.accounts import Account
from marketplace.payments.ledger.errors import (
    AccountNamedTwice,
    JournalUnbalanced,
    typed_errors,
)
from marketplace.payments.ledger.journals import JournalKind


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a journal; made by :func:`debit` and :func:`credit`.

    ``amount_minor`` is positive for a debit and negative for a credit, never zero.
    """

    account: Account
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PostedJournal:
    """``created`` is False when the business key had been posted before with the same content."""

    id: UUID
    created: bool


def debit(account: Account, amount: Money) -> Leg:
    """``amount`` (above zero) to the debit side of ``account``."""
    return Leg(account, _positive(account, amount))


def credit(account: Account, amount: Money) -> Leg:
    """``amount`` (above zero) to the credit side of ``account``."""
    return Leg(account, -_positive(account, amount))


@needs_transaction
def lock_key(business_key: str) -> None:
    """Let one transaction at a time post under this key: until the caller's commit.

    Taken after payment rows and before ledger accounts. Without it two callers who know different
    things about one fact (one of them the order) would both try to be the first.
    """
    lock_name(business_key)


@needs_transaction
def post_journal(
    *,
    kind: JournalKind,
    business_key: str,
    reference_id: UUID,
    legs: Sequence[Leg],
    reverses_id: UUID | None = None,
    metadata: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> PostedJournal:
    """Write one journal and move the balances it touches, or return the one that is there.

    Exactly once per ``business_key``: a replay with the same kind, reference and legs returns the
    first journal (metadata and time are not compared); other content raises
    :class:`BusinessKeyReused`. ``reference_id`` is the order, payout or user the journal belongs
    to. Accounts are opened when first named, and locked in id order until the caller's commit.

    Raises :class:`JournalUnbalanced`, :class:`InsufficientFunds`, :class:`BusinessKeyReused`,
    :class:`AccountNamedTwice`, :class:`AccountOffChart`, :class:`AmountTooLarge`. After any of
    them the transaction can only be rolled back.
    """
    _check_shape(legs)
    accounts = [leg.account for leg in legs]
    with typed_errors(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT journal_id, created"
            " FROM ledger_write(%s, %s, %s, %s, %s::text[], %s::text[], %s::text[], %s::bigint[],"
            " %s, %s::jsonb, %s, %s)",
            [
                new_id(),
                str(kind),
                business_key,
                reference_id,
                [str(account.kind) for account in accounts],
                [account.code for account in accounts],
                [account.currency for account in accounts],
                [leg.amount_minor for leg in legs],
                occurred_at or clock.now(),
                json.dumps(dict(metadata or {})),
                current_request_id(),
                reverses_id,
            ],
        )
        journal_id, created = cursor.fetchone()
    return PostedJournal(journal_id, created)


def _check_shape(legs: Sequence[Leg]) -> None:
    """Refuse before the round trip what the database would refuse after it."""
    totals: dict[str, int] = {}
    for leg in legs:
        currency = leg.account.currency
        totals[currency] = totals.get(currency, 0) + leg.amount_minor
    off = {currency: total for currency, total in totals.items() if total}
    if len(legs) < 2 or off:
        raise JournalUnbalanced(f"{len(legs)} legs, out of balance by {off}")
    if len({(leg.account.code, leg.account.currency) for leg in legs}) < len(legs):
        raise AccountNamedTwice


def _positive(account: Account, amount: Money) -> int:
    if amount.currency != account.currency:
        raise CurrencyMismatch(f"{amount.currency} on {account}")
    if not amount.is_positive:
        raise ValueError(f"a leg moves more than zero, not {amount}")
    return amount.amount_minor
