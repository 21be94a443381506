"""The audit log: append-only entries, chained by the database when their transaction commits."""

from django.db import migrations, models

import marketplace.core.ids

RULES = """
CREATE FUNCTION core_audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the audit log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER core_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON core_audit_entry FOR EACH STATEMENT EXECUTE FUNCTION core_audit_refuse_change();
CREATE TRIGGER core_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON core_audit_link FOR EACH STATEMENT EXECUTE FUNCTION core_audit_refuse_change();
CREATE TRIGGER core_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON core_audit_anchor FOR EACH STATEMENT EXECUTE FUNCTION core_audit_refuse_change();

-- Runs as its owner: the runtime role may write entries, and no link.
CREATE FUNCTION core_audit_chain() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_number bigint;
    v_hash bytea;
BEGIN
    -- Taken at commit, after every other lock of the transaction: nobody who holds it waits for a
    -- row, and nobody waits for it longer than a commit takes.
    PERFORM pg_advisory_xact_lock(hashtextextended('core_audit', 0));
    SELECT number, hash INTO v_number, v_hash FROM core_audit_link ORDER BY number DESC LIMIT 1;
    v_number := coalesce(v_number, 0) + 1;
    v_hash := coalesce(v_hash, decode(repeat('00', 32), 'hex'));
    INSERT INTO core_audit_link (number, entry_id, hash) VALUES (
        v_number, NEW.id, sha256(v_hash || int8send(v_number) || uuid_send(NEW.id) || NEW.digest)
    );
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER core_audit_chain AFTER INSERT ON core_audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_audit_chain();
"""
UNDO_RULES = """
DROP TRIGGER core_audit_chain ON core_audit_entry;
DROP FUNCTION core_audit_chain();
DROP TRIGGER core_audit_append_only ON core_audit_anchor;
DROP TRIGGER core_audit_append_only ON core_audit_link;
DROP TRIGGER core_audit_append_only ON core_audit_entry;
DROP FUNCTION core_audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_leases_and_order_per_key")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(blank=True, default="", max_length=100)),
                ("action", models.CharField(max_length=100)),
                ("subject_type", models.CharField(max_length=100)),
                ("subject_id", models.UUIDField()),
                ("reason", models.TextField()),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("request_id", models.CharField(blank=True, default="", max_length=64)),
                ("occurred_at", models.DateTimeField()),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "core_audit_entry",
                "verbose_name_plural": "audit entries",
                "indexes": [
                    models.Index(fields=["actor_id", "-id"], name="core_audit_actor"),
                    models.Index(fields=["action", "-id"], name="core_audit_action"),
                    models.Index(fields=["subject_id", "-id"], name="core_audit_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(unique=True)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={"db_table": "core_audit_link"},
        ),
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField(max_length=32)),
                ("anchored_at", models.DateTimeField()),
                ("key_id", models.CharField(max_length=16)),
                ("signature", models.BinaryField(max_length=64)),
            ],
            options={"db_table": "core_audit_anchor"},
        ),
        migrations.RunSQL(RULES, UNDO_RULES),
    ]
