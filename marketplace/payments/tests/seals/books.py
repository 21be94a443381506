"""For the tests of seals: a sale from the first event to the last, sealed in several batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from marketplace.payments.ledger.audit import Tally
from marketplace.payments.ledger.tests.books import let_the_horizon_pass
from marketplace.payments.seals.check import check_seals
from marketplace.payments.seals.sealer import seal_events
from marketplace.payments.services import release_escrow
from marketplace.payments.tests.factories import Sale, hold, in_transaction, make_sale
from marketplace.payments.tests.fake_provider import FakeProvider

TABLES = (
    "payments_payment_event",
    "payments_ledger_journal",
    "payments_ledger_entry",
    "payments_ledger_account",
    "payments_seal",
    "payments_seal_leaf",
)


def seal_all(limit: int = 4096) -> int:
    let_the_horizon_pass()
    total = 0
    while done := seal_events(limit=limit):
        total += done
    return total


def finished_sale(provider: FakeProvider) -> Sale:
    """100.00 EUR paid, held and released, 10.00 of it commission."""
    sale = make_sale()
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    return sale


def seal_faults() -> list[str]:
    with transaction.atomic():
        return list(check_seals(Tally()))


@contextmanager
def tampered() -> Iterator[Any]:
    """What only the owner of the tables can do, with their triggers off; undone at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        transaction.set_rollback(True)
