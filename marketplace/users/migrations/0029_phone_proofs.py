import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids

PROOFS = """
CREATE FUNCTION users_phone_proof_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.id, OLD.user_id, OLD.proved_at) IS DISTINCT FROM (NEW.id, NEW.user_id, NEW.proved_at)
    THEN
        RAISE EXCEPTION '% on % is refused: proofs are only added and forgotten',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER users_phone_proof_stays BEFORE UPDATE ON users_phone_proof
    FOR EACH ROW EXECUTE FUNCTION users_phone_proof_stays();
"""
UNDO = """
DROP TRIGGER users_phone_proof_stays ON users_phone_proof;
DROP FUNCTION users_phone_proof_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0028_sign_in_address")]

    operations = [
        migrations.CreateModel(
            name="PhoneProof",
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
                ("fingerprint", models.BinaryField(max_length=32)),
                ("proved_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "users_phone_proof",
                "indexes": [
                    models.Index(fields=["fingerprint", "user"], name="users_phone_proof_number"),
                    models.Index(fields=["proved_at"], name="users_phone_proof_oldest"),
                ],
            },
        ),
        migrations.RunSQL(PROOFS, UNDO),
    ]
