"""What the database holds, a line per table: two are alike if and only if nothing was written."""

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


def fingerprint() -> dict[str, str]:
    """Per table: how many rows, and a hash over each row's contents and its last writer.

    The last writer (``xmin``) shows a row that was written again with the values it had.
    """
    one = (
        "SELECT '{0}', count(*) || ':' || "
        'coalesce(sum(hashtextextended(t::text || t.xmin::text, 0)), 0) FROM "{0}" t'
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables()))
        return dict(cursor.fetchall())


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in before if before[name] != after.get(name))
