"""Payouts can be frozen; the database keeps every freeze and lets it be lifted once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids

GUARD = """
CREATE FUNCTION payments_guard_freeze() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
       AND (OLD.id, OLD.cause, OLD.detail, OLD.opened_at, OLD.opened_by_id, OLD.opened_by_job)
           IS NOT DISTINCT FROM
           (NEW.id, NEW.cause, NEW.detail, NEW.opened_at, NEW.opened_by_id, NEW.opened_by_job)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: a freeze is lifted once and kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payments_freeze_is_kept BEFORE UPDATE OR DELETE ON payments_payout_freeze
    FOR EACH ROW EXECUTE FUNCTION payments_guard_freeze();
CREATE TRIGGER payments_freeze_is_not_emptied BEFORE TRUNCATE ON payments_payout_freeze
    FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_freeze();
"""
UNGUARD = """
DROP TRIGGER payments_freeze_is_not_emptied ON payments_payout_freeze;
DROP TRIGGER payments_freeze_is_kept ON payments_payout_freeze;
DROP FUNCTION payments_guard_freeze();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_guard_projections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PayoutFreeze",
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
                ("cause", models.CharField(max_length=50)),
                ("detail", models.CharField(max_length=2000)),
                ("opened_at", models.DateTimeField()),
                ("opened_by_job", models.CharField(blank=True, default="", max_length=50)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_reason", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout_freeze",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("lifted_at",),
                        name="payments_freeze_one_open",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("detail", ""), _negated=True),
                            models.Q(("cause", ""), _negated=True),
                        ),
                        name="payments_freeze_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_by__isnull", False), ("opened_by_job", "")),
                            models.Q(
                                ("opened_by__isnull", True),
                                models.Q(("opened_by_job", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_freeze_opened_by_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lifted_at__isnull", True),
                                ("lifted_by__isnull", True),
                                ("lifted_reason", ""),
                            ),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("lifted_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_freeze_lifted_by_name_with_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
