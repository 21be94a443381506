"""Posting in fewer statements (ADR 0095), for a database that has the functions of before.

Replaces functions only, so it waits for nobody: a posting that runs keeps the function it began with.
A new database has them already, from the migration before.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "ledger" / "sql"


def _function(file: str, name: str) -> str:
    """One function as it stands in its file, to put in place of another version."""
    text = (SQL / file).read_text(encoding="utf-8")
    start = text.index(f"CREATE FUNCTION {name}(")
    end = text.index("END $$;", start) + len("END $$;")
    return "CREATE OR REPLACE" + text[start + len("CREATE") : end]


FUNCTIONS = "\n".join(
    (
        _function("rules.sql", "ledger_is_balanced"),
        _function("rules.sql", "ledger_spread_journal"),
        _function("post.sql", "ledger_write"),
        "DROP FUNCTION IF EXISTS ledger_post;",
    )
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_squashed_0031_a_fingerprint_outlives_an_erasure")]

    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
