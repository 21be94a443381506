"""Seals and their leaves, and the transaction id by which events and journals are sealed.

What was written before this has the transaction id 0 and is sealed first.
"""

from django.db import migrations, models

from marketplace.payments.ledger.fields import CurrentTransactionId, TransactionIdField

# A constant default first: the table is not rewritten. The real one then counts for new rows.
ADD_XACT_ID = """
    ALTER TABLE {0} ADD COLUMN xact_id xid8 NOT NULL DEFAULT '0'::xid8;
    ALTER TABLE {0} ALTER COLUMN xact_id SET DEFAULT pg_current_xact_id();
"""
TABLES = {"ledgerjournal": "payments_ledger_journal", "paymentevent": "payments_payment_event"}

RULES = """
CREATE TRIGGER payments_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_seal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER payments_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_seal_leaf FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION payments_seal_follows() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_last payments_seal;
BEGIN
    SELECT * INTO v_last FROM payments_seal ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(v_last.number, 0) + 1
        OR NEW.first_position <> coalesce(v_last.first_position + v_last.leaf_count, 0)
        OR NEW.previous_hash <> coalesce(v_last.hash, decode(repeat('00', 32), 'hex'))
    THEN
        RAISE EXCEPTION 'seal % does not follow the newest one', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_seal_follows BEFORE INSERT ON payments_seal
    FOR EACH ROW EXECUTE FUNCTION payments_seal_follows();
"""
UNDO_RULES = """
DROP TRIGGER payments_seal_follows ON payments_seal;
DROP FUNCTION payments_seal_follows();
DROP TRIGGER payments_seal_append_only ON payments_seal_leaf;
DROP TRIGGER payments_seal_append_only ON payments_seal;
"""


def add_xact_id(model: str) -> migrations.SeparateDatabaseAndState:
    table = TABLES[model]
    field = TransactionIdField(db_default=CurrentTransactionId())
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(ADD_XACT_ID.format(table), f"ALTER TABLE {table} DROP COLUMN xact_id")
        ],
        state_operations=[migrations.AddField(model, "xact_id", field)],
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_destinations")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first_position", models.BigIntegerField(unique=True)),
                ("leaf_count", models.IntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("previous_hash", models.BinaryField(max_length=32)),
                ("sealed_at", models.DateTimeField()),
                ("key_id", models.CharField(max_length=16)),
                ("hash", models.BinaryField(max_length=32)),
                ("signature", models.BinaryField(max_length=64)),
            ],
            options={
                "db_table": "payments_seal",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_position__gte", 0), ("leaf_count__gte", 1), ("number__gte", 1)
                        ),
                        name="payments_seal_not_empty",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SealLeaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=7)),
                ("subject_id", models.UUIDField()),
                ("version", models.IntegerField()),
                ("xact_id", TransactionIdField()),
                ("salt", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                ("parts", models.BinaryField()),
            ],
            options={
                "db_table": "payments_seal_leaf",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_id", "version"), name="payments_seal_leaf_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "event"), ("version__gte", 1)),
                            models.Q(("kind", "journal"), ("version", 0)),
                            _connector="OR",
                        ),
                        name="payments_seal_leaf_kind_known",
                    ),
                ],
            },
        ),
        add_xact_id("ledgerjournal"),
        add_xact_id("paymentevent"),
        migrations.RunSQL(RULES, UNDO_RULES),
    ]
