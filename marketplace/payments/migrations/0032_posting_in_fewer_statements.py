"""Posting in fewer statements: see sql/posting.sql and ADR 0095.

Replaces functions only, so it waits for nobody: a posting that runs keeps the function it began with.
``ledger_post`` stays for processes of the release before.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "ledger" / "sql"


def _function(file: str, name: str) -> str:
    """One function of the first version, to put in place again."""
    text = (SQL / file).read_text(encoding="utf-8")
    start = text.index(f"CREATE FUNCTION {name}(")
    return (
        "CREATE OR REPLACE" + text[start + len("CREATE") : text.index("END $$;", start)] + "END $$;"
    )


FORWARDS = (SQL / "posting.sql").read_text(encoding="utf-8")
BACKWARDS = "\n".join(
    (
        _function("rules.sql", "ledger_spread_journal"),
        _function("post.sql", "ledger_post"),
        "DROP FUNCTION ledger_write; DROP FUNCTION ledger_is_balanced;",
    )
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_squashed_0031_a_fingerprint_outlives_an_erasure")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
