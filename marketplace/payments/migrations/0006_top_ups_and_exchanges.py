"""Top-ups of a wallet and currency exchanges: streams of their own, guarded like payouts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids

GUARD = """
CREATE TRIGGER payments_top_up_is_kept BEFORE DELETE ON payments_top_up
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_top_up_terms_stay BEFORE UPDATE ON payments_top_up FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.wallet_id, OLD.amount_minor, OLD.currency, OLD.provider,
           OLD.method, OLD.client_key, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.wallet_id, NEW.amount_minor, NEW.currency, NEW.provider,
           NEW.method, NEW.client_key, NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();
-- A top-up's appointments with the provider are no part of its events.
CREATE TRIGGER payments_top_up_follows_events
    BEFORE UPDATE OF status, provider_payment_id, redirect_url, captured_minor, captured_currency,
        failure_code, credited_minor, credited_currency, credited_at, version, head_hash, updated_at
    ON payments_top_up FOR EACH ROW EXECUTE FUNCTION payments_follow_events();

CREATE TRIGGER payments_exchange_is_kept BEFORE DELETE ON payments_currency_exchange
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_exchange_follows_events BEFORE UPDATE ON payments_currency_exchange
    FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
"""
UNGUARD = """
DROP TRIGGER payments_exchange_follows_events ON payments_currency_exchange;
DROP TRIGGER payments_exchange_is_kept ON payments_currency_exchange;
DROP TRIGGER payments_top_up_follows_events ON payments_top_up;
DROP TRIGGER payments_top_up_terms_stay ON payments_top_up;
DROP TRIGGER payments_top_up_is_kept ON payments_top_up;
"""
FIRST_LIMITS = """
INSERT INTO payments_top_up_limit (currency, minimum_minor, maximum_minor, per_day_minor)
VALUES ('EUR', 100, 100000, 250000), ('USD', 100, 100000, 250000), ('GBP', 100, 100000, 250000);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0005_payout_freezes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CurrencyExchange",
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
                ("sold_minor", models.BigIntegerField()),
                ("sold_currency", models.CharField(max_length=3)),
                ("bought_minor", models.BigIntegerField()),
                ("bought_currency", models.CharField(max_length=3)),
                ("rate", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=1000)),
                ("journal_id", models.UUIDField()),
                ("reversed_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField()),
                ("head_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_currency_exchange",
            },
        ),
        migrations.CreateModel(
            name="TopUp",
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
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("provider", models.CharField(max_length=20)),
                ("method", models.CharField(max_length=20)),
                ("client_key", models.CharField(max_length=255)),
                ("return_url", models.CharField(max_length=2000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("STARTED", "Started"),
                            ("UNKNOWN", "Unknown"),
                            ("REDIRECTED", "Redirected"),
                            ("DECLINED", "Declined"),
                            ("CAPTURED", "Captured"),
                        ],
                        max_length=10,
                    ),
                ),
                ("provider_payment_id", models.CharField(max_length=100, null=True)),
                ("redirect_url", models.CharField(blank=True, default="", max_length=2000)),
                ("captured_minor", models.BigIntegerField(null=True)),
                ("captured_currency", models.CharField(blank=True, default="", max_length=3)),
                ("failure_code", models.CharField(blank=True, default="", max_length=100)),
                ("credited_minor", models.BigIntegerField(default=0)),
                ("credited_currency", models.CharField(blank=True, default="", max_length=3)),
                ("credited_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField()),
                ("head_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "db_table": "payments_top_up",
            },
        ),
        migrations.CreateModel(
            name="TopUpLimit",
            fields=[
                ("currency", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("minimum_minor", models.BigIntegerField()),
                ("maximum_minor", models.BigIntegerField()),
                ("per_day_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "payments_top_up_limit",
            },
        ),
        migrations.RemoveConstraint(
            model_name="paymentevent",
            name="payments_event_stream_known",
        ),
        migrations.AlterField(
            model_name="paymentevent",
            name="stream",
            field=models.CharField(
                choices=[
                    ("payment", "Payment"),
                    ("payout", "Payout"),
                    ("top_up", "Top Up"),
                    ("exchange", "Exchange"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("stream__in", ["payment", "payout", "top_up", "exchange"])),
                name="payments_event_stream_known",
            ),
        ),
        migrations.AddField(
            model_name="currencyexchange",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="topup",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="topup",
            name="wallet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.wallet"
            ),
        ),
        migrations.AddConstraint(
            model_name="topuplimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_minor__gte", 1),
                    ("maximum_minor__gte", models.F("minimum_minor")),
                    ("per_day_minor__gte", models.F("maximum_minor")),
                ),
                name="payments_top_up_limit_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="currencyexchange",
            index=models.Index(fields=["user", "-id"], name="payments_exchange_of"),
        ),
        migrations.AddConstraint(
            model_name="currencyexchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("bought_minor__gt", 0), ("sold_minor__gt", 0)),
                name="payments_exchange_amounts_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="currencyexchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("sold_currency", models.F("bought_currency")), _negated=True),
                name="payments_exchange_two_currencies",
            ),
        ),
        migrations.AddIndex(
            model_name="topup",
            index=models.Index(fields=["user", "-id"], name="payments_top_up_of"),
        ),
        migrations.AddIndex(
            model_name="topup",
            index=models.Index(
                condition=models.Q(("next_check_at__isnull", False)),
                fields=["next_check_at"],
                name="payments_top_up_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_top_up_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credited_at__isnull", True), ("credited_minor", 0)),
                    models.Q(
                        ("credited_at__isnull", False),
                        ("credited_minor", models.F("captured_minor")),
                    ),
                    _connector="OR",
                ),
                name="payments_top_up_credits_what_came",
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.UniqueConstraint(
                fields=("user", "client_key"), name="payments_top_up_client_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.UniqueConstraint(
                fields=("provider", "provider_payment_id"), name="payments_top_up_provider_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["STARTED", "UNKNOWN", "REDIRECTED", "DECLINED", "CAPTURED"])
                ),
                name="payments_top_up_status_known",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(FIRST_LIMITS, migrations.RunSQL.noop),
    ]
