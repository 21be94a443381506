"""The book: reserve money, and write lines that the database checks a second time."""

from django.db import connection
from django.utils import timezone

from sandbox.api.errors import refused

_POST = """
    WITH book AS (
        UPDATE provider_book SET last_position = last_position + 1 WHERE id = 1
        RETURNING last_position),
    account AS (
        INSERT INTO provider_balance (currency, amount_minor, reserved_minor)
        SELECT %(currency)s, GREATEST(%(amount)s, 0), 0 FROM book
        ON CONFLICT (currency) DO UPDATE
           SET amount_minor = provider_balance.amount_minor + %(amount)s,
               reserved_minor = provider_balance.reserved_minor - %(unreserve)s
        RETURNING amount_minor)
    INSERT INTO provider_balancetransaction
        (position, kind, source_id, reference, currency, amount_minor, balance_after_minor,
         created_at)
    SELECT book.last_position, %(kind)s, %(source)s, %(reference)s, %(currency)s, %(amount)s,
           account.amount_minor, %(now)s
      FROM book, account
"""


def post_line(
    *,
    kind: str,
    source_id: str,
    reference: str,
    currency: str,
    amount_minor: int,
    unreserve_minor: int = 0,
) -> None:
    """Write one line and move the balance with it. Needs a transaction.

    The book's only row is locked until the commit, which makes positions gapless and lets a
    reader page without missing a line.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            {
                "kind": kind,
                "source": source_id,
                "reference": reference,
                "currency": currency,
                "amount": amount_minor,
                "unreserve": unreserve_minor,
                "now": timezone.now(),
            },
        )
        if cursor.rowcount != 1:
            raise RuntimeError("the book has no row to count positions in")


def reserve(*, currency: str, amount_minor: int) -> None:
    """Promise money to a refund or payout; refused when the balance cannot cover it."""
    with connection.cursor() as cursor:
        # Checked and taken in one statement: two at once cannot both have the last of it.
        cursor.execute(
            "UPDATE provider_balance SET reserved_minor = reserved_minor + %s "
            "WHERE currency = %s AND amount_minor - reserved_minor >= %s",
            [amount_minor, currency, amount_minor],
        )
        if cursor.rowcount != 1:
            raise refused(
                "insufficient_balance",
                f"The available {currency} balance does not cover this amount.",
                "amount",
            )


def unreserve(*, currency: str, amount_minor: int) -> None:
    """Give a promise back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE provider_balance SET reserved_minor = reserved_minor - %s WHERE currency = %s",
            [amount_minor, currency],
        )
