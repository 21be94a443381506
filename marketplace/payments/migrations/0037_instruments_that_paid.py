"""Cards and accounts that paid, as keyed hashes, and when one of them is looked at (ADR 102).

Expand: two new tables.
"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import marketplace.core.ids

LEVELS = ["T0", "T1", "T2", "T3"]


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0036_findings_about_sales"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentInstrument",
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
                ("provider", models.CharField(max_length=20)),
                ("name_encrypted", models.BinaryField()),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("last_paid_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_instrument",
                "indexes": [
                    models.Index(
                        fields=["fingerprint", "last_paid_at"], name="payments_instrument_payers"
                    ),
                    models.Index(fields=["last_paid_at"], name="payments_instrument_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "fingerprint"), name="payments_instrument_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskPolicy",
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
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Empty: every currency.", max_length=3, null=True
                    ),
                ),
                (
                    "verification_level",
                    models.CharField(
                        blank=True,
                        choices=[(level, level) for level in LEVELS],
                        help_text="Empty: every level.",
                        max_length=2,
                        null=True,
                    ),
                ),
                (
                    "buyers_per_instrument",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="A sale is looked at when more buyers than this paid with one "
                        "card or account within 24 hours. Empty: never.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
            ],
            options={
                "db_table": "payments_risk_policy",
                "verbose_name_plural": "risk policies",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "verification_level"),
                        name="payments_risk_policy_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=Q(currency__isnull=True) | Q(currency__regex="^[A-Z]{3}$"),
                        name="payments_risk_policy_currency_iso",
                    ),
                    models.CheckConstraint(
                        condition=Q(verification_level__isnull=True)
                        | Q(verification_level__in=("T0", "T1", "T2", "T3")),
                        name="payments_risk_policy_level_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(buyers_per_instrument__isnull=True)
                        | Q(buyers_per_instrument__gte=1),
                        name="payments_risk_policy_in_range",
                    ),
                ],
            },
        ),
    ]
