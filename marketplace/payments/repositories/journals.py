"""Journals by their business key, for commands whose replay may know more than the first call."""

from django.db import connection

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.models import LedgerEntry


@needs_transaction
def lock_key(business_key: str) -> None:
    """Let one transaction at a time post under this key: until the caller's commit.

    Taken after payment rows and before ledger accounts. Without it two callers who know different
    things about one fact (one of them the order) would both try to be the first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [business_key])


def find_debited(business_key: str) -> Money | None:
    """What the journal of this key debits in its first leg; None when it was never posted."""
    first = LedgerEntry.objects.filter(journal__business_key=business_key, line=1).values_list(
        "amount_minor", "currency"
    )
    row = first.first()
    return Money(abs(row[0]), row[1]) if row else None
