"""The rules, the chart and the functions of the ledger: see payments/ledger/README.md.

Not reversible on purpose: books are not unwritten.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "ledger" / "sql"
FILES = ("rules.sql", "chart.sql", "post.sql", "balances.sql")


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_ledger_tables")]

    operations = [migrations.RunSQL((SQL / name).read_text(encoding="utf-8")) for name in FILES]
