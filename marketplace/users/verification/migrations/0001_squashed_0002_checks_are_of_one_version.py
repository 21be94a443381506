"""The tables of verification, and the levels as the settings have them."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.clock
import marketplace.core.ids


def seed_policies(apps, _schema_editor):
    policies = apps.get_model("verification", "VerificationPolicy").objects
    for row in settings.VERIFICATION_POLICIES:
        policies.get_or_create(level=row["level"], defaults=row)


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("verification", "0001_cases"),
        ("verification", "0002_checks_are_of_one_version"),
    ]
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceCall",
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
                ("service", models.CharField(max_length=40)),
                ("event_id", models.CharField(max_length=200)),
                ("reference", models.CharField(max_length=200)),
                ("outcome", models.CharField(max_length=20)),
                ("code", models.CharField(blank=True, default="", max_length=60)),
                (
                    "received_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("handled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "users_verification_service_call",
                "indexes": [
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)),
                        fields=["received_at"],
                        name="verification_call_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "event_id"), name="verification_call_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationCase",
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
                    "level",
                    models.CharField(
                        choices=[
                            ("T1", "T1: name and bank account"),
                            ("T2", "T2: identity"),
                            ("T3", "T3: business"),
                        ],
                        max_length=2,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SUBMITTED", "Submitted"),
                            ("IN_REVIEW", "In Review"),
                            ("MORE_REQUESTED", "More Requested"),
                            ("APPROVED", "Approved"),
                            ("REJECTED", "Rejected"),
                            ("EXPIRED", "Expired"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="DRAFT",
                        max_length=14,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("BANK_MATCH", "the holder of a bank account"),
                            ("PEOPLE", "our reviewers"),
                            ("SERVICE", "an outside service"),
                        ],
                        default="PEOPLE",
                        max_length=10,
                    ),
                ),
                ("is_renewal", models.BooleanField(default=False)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                (
                    "document_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PASSPORT", "passport"),
                            ("NATIONAL_ID", "national identity card"),
                            ("DRIVING_LICENCE", "driving licence"),
                            ("RESIDENCE_PERMIT", "residence permit"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("legal_name_encrypted", models.BinaryField(null=True)),
                ("date_of_birth_encrypted", models.BinaryField(null=True)),
                ("document_number_encrypted", models.BinaryField(null=True)),
                ("address_encrypted", models.BinaryField(null=True)),
                ("business_name_encrypted", models.BinaryField(null=True)),
                ("registration_number_encrypted", models.BinaryField(null=True)),
                ("document_fingerprint", models.BinaryField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("first_approved_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_code", models.CharField(blank=True, default="", max_length=40)),
                ("decision_text", models.CharField(blank=True, default="", max_length=2000)),
                ("matched_account_id", models.UUIDField(null=True)),
                ("valid_until", models.DateTimeField(null=True)),
                ("remind_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("erase_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
                (
                    "claimed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first_approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                "db_table": "users_verification_case",
                "permissions": (("review_verification", "Can review verification cases"),),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("method", "PEOPLE"), ("status__in", ("SUBMITTED", "IN_REVIEW"))
                        ),
                        fields=["submitted_at", "id"],
                        name="verification_queue",
                    ),
                    models.Index(fields=["user", "-id"], name="verification_of_person"),
                    models.Index(
                        condition=models.Q(("status", "APPROVED"), ("valid_until__isnull", False)),
                        fields=["valid_until"],
                        name="verification_lapsing",
                    ),
                    models.Index(
                        condition=models.Q(("reminded_at__isnull", True), ("status", "APPROVED")),
                        fields=["remind_at"],
                        name="verification_to_remind",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ("DRAFT", "MORE_REQUESTED"))),
                        fields=["updated_at"],
                        name="verification_unanswered",
                    ),
                    models.Index(
                        condition=models.Q(("document_fingerprint__isnull", False)),
                        fields=["document_fingerprint"],
                        name="verification_same_document",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("erase_at__isnull", False), ("erased_at__isnull", True)
                        ),
                        fields=["erase_at"],
                        name="verification_to_erase",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ("DRAFT", "SUBMITTED", "IN_REVIEW", "MORE_REQUESTED"))
                        ),
                        fields=("user", "level"),
                        name="verification_one_open_per_level",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "APPROVED")),
                        fields=("user", "level"),
                        name="verification_one_in_force_per_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "DRAFT",
                                    "SUBMITTED",
                                    "IN_REVIEW",
                                    "MORE_REQUESTED",
                                    "APPROVED",
                                    "REJECTED",
                                    "EXPIRED",
                                    "WITHDRAWN",
                                ],
                            )
                        ),
                        name="verification_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["T1", "T2", "T3"])),
                        name="verification_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["BANK_MATCH", "PEOPLE", "SERVICE"])),
                        name="verification_method_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("claimed_by__isnull", False),
                                ("claimed_until__isnull", False),
                                ("status", "IN_REVIEW"),
                            ),
                            models.Q(
                                models.Q(("status", "IN_REVIEW"), _negated=True),
                                ("claimed_by__isnull", True),
                                ("claimed_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="verification_in_review_has_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimed_by", models.F("user")), _negated=True),
                            models.Q(("first_approved_by", models.F("user")), _negated=True),
                            models.Q(("decided_by", models.F("user")), _negated=True),
                        ),
                        name="verification_nobody_judges_themselves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "APPROVED"), _negated=True),
                            models.Q(("level", "T3"), ("method", "PEOPLE"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("first_approved_by__isnull", False),
                                models.Q(
                                    ("first_approved_by", models.F("decided_by")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="verification_business_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("APPROVED", "REJECTED")), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False), ("submitted_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="verification_decided_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "PEOPLE"), ("status", "APPROVED"), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="verification_people_have_names",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "REJECTED"), _negated=True),
                            models.Q(("decision_code", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="verification_rejection_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ("SUBMITTED", "IN_REVIEW", "MORE_REQUESTED")),
                                _negated=True,
                            ),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="verification_waiting_was_submitted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceCheck",
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
                ("service", models.CharField(max_length=40)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("CREATED", "Created"),
                            ("STARTED", "Started"),
                            ("PASSED", "Passed"),
                            ("FAILED", "Failed"),
                            ("ABANDONED", "Abandoned"),
                        ],
                        default="CREATED",
                        max_length=9,
                    ),
                ),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("code", models.CharField(blank=True, default="", max_length=60)),
                ("ask_at", models.DateTimeField(default=marketplace.core.clock.now)),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="verification.verificationcase",
                    ),
                ),
                ("case_version", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "users_verification_service_check",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ("CREATED", "STARTED"))),
                        fields=["ask_at"],
                        name="verification_check_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("CREATED", "STARTED"))),
                        fields=("case",),
                        name="verification_one_open_check",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("service", "reference"),
                        name="verification_check_reference_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["CREATED", "STARTED", "PASSED", "FAILED", "ABANDONED"])
                        ),
                        name="verification_check_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationDocument",
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
                            ("IDENTITY_FRONT", "identity document, front"),
                            ("IDENTITY_BACK", "identity document, back"),
                            ("SELFIE", "picture of the person"),
                            ("PROOF_OF_ADDRESS", "proof of address"),
                            ("BUSINESS_REGISTRATION", "business registration"),
                            ("BANK_STATEMENT", "bank statement"),
                        ],
                        max_length=24,
                    ),
                ),
                ("media_type", models.CharField(max_length=40)),
                ("page_count", models.PositiveIntegerField(default=1)),
                ("size_bytes", models.PositiveIntegerField()),
                ("file_name", models.CharField(max_length=200, unique=True)),
                ("file_key_encrypted", models.BinaryField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("stored_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="verification.verificationcase",
                    ),
                ),
            ],
            options={
                "db_table": "users_verification_document",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("erased_at__isnull", True), ("stored_at__isnull", True)
                        ),
                        fields=["created_at"],
                        name="verification_half_stored",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("erased_at__isnull", True), ("removed_at__isnull", False)
                        ),
                        fields=["removed_at"],
                        name="verification_to_be_erased",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "IDENTITY_FRONT",
                                    "IDENTITY_BACK",
                                    "SELFIE",
                                    "PROOF_OF_ADDRESS",
                                    "BUSINESS_REGISTRATION",
                                    "BANK_STATEMENT",
                                ],
                            )
                        ),
                        name="verification_document_kind_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("removed_at__isnull", True), ("stored_at__isnull", False)
                        ),
                        fields=("case", "kind"),
                        name="verification_document_one_of_a_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationEntry",
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
                ("command", models.CharField(max_length=20)),
                ("text", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="verification.verificationcase",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "verification entries",
                "db_table": "users_verification_entry",
                "indexes": [models.Index(fields=["case", "id"], name="verification_story")],
            },
        ),
        migrations.CreateModel(
            name="VerificationPolicy",
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
                    "level",
                    models.CharField(
                        choices=[
                            ("T1", "T1: name and bank account"),
                            ("T2", "T2: identity"),
                            ("T3", "T3: business"),
                        ],
                        max_length=2,
                        unique=True,
                    ),
                ),
                (
                    "valid_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: until the document runs out, or for good.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                    ),
                ),
                (
                    "remind_days",
                    models.PositiveIntegerField(
                        default=30,
                        help_text="So many days before the end the person is reminded.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                    ),
                ),
                (
                    "keep_days",
                    models.PositiveIntegerField(
                        default=90,
                        help_text="Files and facts of a case that is over go after so many days.",
                        validators=[django.core.validators.MaxValueValidator(3650)],
                    ),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
            ],
            options={
                "verbose_name_plural": "verification policies",
                "db_table": "users_verification_policy",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["T1", "T2", "T3"])),
                        name="verification_policy_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_days__isnull", True),
                            models.Q(
                                ("valid_days__gte", 1), ("remind_days__lt", models.F("valid_days"))
                            ),
                            _connector="OR",
                        ),
                        name="verification_policy_reminds_before_the_end",
                        violation_error_message="The reminder must come before the end.",
                    ),
                ],
            },
        ),
        migrations.RunPython(seed_policies, migrations.RunPython.noop),
    ]
