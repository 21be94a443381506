"""What the database holds, a line per table: two are alike if and only if nothing was written."""

from collections.abc import Iterable
from functools import cache

from django.db import connection

# Tables that note that somebody tried, and have to.
NOTES_ATTEMPTS = frozenset(
    {
        # Stored before anything is believed of them, as what they are: unverified messages.
        "payments_provider_webhook",
        "logistics_carrier_webhook",
        # Limits count every try.
        "users_attempts",
        "users_factor_guard",
    }
)


@cache
def tables() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY c.relname"
        )
        return tuple(name for (name,) in cursor.fetchall() if name not in NOTES_ATTEMPTS)


class Watch:
    """Tells what was changed since it was asked last, on this connection and in its transaction.

    The server counts every write that a transaction tries, also those that a savepoint took back,
    so only the tables it counted one for are read again.
    """

    def __init__(self) -> None:
        self._writes = _writes()
        self._contents = fingerprint(tables())

    def changed(self) -> list[str]:
        """The tables whose contents are not what they were, by name."""
        writes = _writes()
        touched = [name for name in tables() if writes[name] != self._writes[name]]
        found = fingerprint(touched)
        differing = sorted(name for name in touched if found[name] != self._contents[name])
        self._writes = writes
        self._contents |= found
        return differing


def _writes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_stat_get_xact_tuples_inserted(c.oid) "
            "+ pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid) "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = current_schema()"
        )
        return dict(cursor.fetchall())


def fingerprint(of: Iterable[str]) -> dict[str, str]:
    """Per table: how many rows, and a hash over each row's contents and its last writer.

    The last writer (``xmin``) shows a row that was written again with the values it had.
    """
    one = (
        "SELECT '{0}', count(*) || ':' || "
        'coalesce(sum(hashtextextended(t::text || t.xmin::text, 0)), 0) FROM "{0}" t'
    )
    query = " UNION ALL ".join(one.format(table) for table in of)
    if not query:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())
