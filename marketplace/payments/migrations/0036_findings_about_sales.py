"""Findings about sales whose buyer and seller look linked (ADR 102). Expand: a new table."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import marketplace.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0035_how_much_goes_to_one_account"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RiskFinding",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("LINKED_PARTIES", "Linked Parties"),
                            ("INSTRUMENT_VELOCITY", "Instrument Velocity"),
                        ],
                        max_length=20,
                    ),
                ),
                ("order_id", models.UUIDField()),
                (
                    "evidence",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("bank_account", "the same bank account"),
                                ("device", "the same device"),
                                ("phone", "the same telephone number"),
                                ("instrument", "the same means of payment"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("CLEARED", "Cleared"),
                            ("CONFIRMED", "Confirmed"),
                        ],
                        default="OPEN",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_reason", models.CharField(blank=True, default="", max_length=1000)),
                ("created_at", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.payment",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_risk_finding",
                "permissions": (
                    ("decide_finding", "Decide about sales whose parties look linked"),
                ),
                "indexes": [
                    models.Index(
                        condition=Q(status="OPEN"),
                        fields=["created_at"],
                        name="payments_finding_open",
                    ),
                    models.Index(
                        condition=Q(decided_at__isnull=False),
                        fields=["decided_at"],
                        name="payments_finding_decided",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("payment", "kind"), name="payments_finding_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=["LINKED_PARTIES", "INSTRUMENT_VELOCITY"]),
                        name="payments_finding_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            evidence__contained_by=[
                                "bank_account",
                                "device",
                                "phone",
                                "instrument",
                            ]
                        )
                        & Q(evidence__len__gte=1),
                        name="payments_finding_evidence_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            status="OPEN",
                            decided_by__isnull=True,
                            decided_at__isnull=True,
                            decided_reason="",
                        )
                        | (
                            Q(
                                status__in=["CLEARED", "CONFIRMED"],
                                decided_by__isnull=False,
                                decided_at__isnull=False,
                            )
                            & ~Q(decided_reason="")
                        ),
                        name="payments_finding_decided_by_somebody",
                    ),
                ],
            },
        ),
    ]
