"""The tables of people. What has to be said in SQL is in the next migration."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import marketplace.core.actor
import marketplace.core.clock
import marketplace.core.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("users", "0001_initial"),
        ("users", "0002_sign_in"),
        ("users", "0003_staff_and_suspended_indexes"),
        ("users", "0004_verification_level"),
        ("users", "0005_step_up"),
        ("users", "0006_sign_in_flow"),
        ("users", "0007_live_sign_ins"),
    ]
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("phone_number", models.CharField(blank=True, default="", max_length=20)),
                (
                    "password",
                    models.CharField(
                        db_column="password_hash", max_length=128, verbose_name="password hash"
                    ),
                ),
                ("first_name", models.CharField(blank=True, default="", max_length=100)),
                ("last_name", models.CharField(blank=True, default="", max_length=100)),
                ("profile_picture", models.CharField(blank=True, default="", max_length=500)),
                (
                    "user_type",
                    models.CharField(
                        choices=[("BUYER", "Buyer"), ("SELLER", "Seller"), ("ADMIN", "Admin")],
                        default="BUYER",
                        max_length=6,
                    ),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                (
                                    marketplace.core.actor.Role["BUYER"],
                                    marketplace.core.actor.Role["BUYER"],
                                ),
                                (
                                    marketplace.core.actor.Role["SELLER"],
                                    marketplace.core.actor.Role["SELLER"],
                                ),
                                (
                                    marketplace.core.actor.Role["ADMIN"],
                                    marketplace.core.actor.Role["ADMIN"],
                                ),
                            ],
                            max_length=6,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "verification_status",
                    models.CharField(
                        choices=[
                            ("UNVERIFIED", "Unverified"),
                            ("PENDING", "Pending"),
                            ("VERIFIED", "Verified"),
                        ],
                        default="UNVERIFIED",
                        max_length=10,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("suspension_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "verification_level",
                    models.CharField(
                        choices=[
                            ("T0", "T0: email or phone"),
                            ("T1", "T1: name and bank account match"),
                            ("T2", "T2: identity document"),
                            ("T3", "T3: business"),
                        ],
                        db_default="T0",
                        default="T0",
                        max_length=2,
                    ),
                ),
                ("password_needs_factor", models.BooleanField(db_default=False, default=False)),
                ("phone_verified_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "users_user",
                "indexes": [
                    models.Index(
                        condition=models.Q(("suspended_at__isnull", False)),
                        fields=["-id"],
                        name="users_suspended",
                    ),
                    models.Index(
                        condition=models.Q(("is_staff", True)), fields=["-id"], name="users_staff"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="users_email_is_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user_type__in", ["BUYER", "SELLER", "ADMIN"])),
                        name="users_user_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verification_status__in", ["UNVERIFIED", "PENDING", "VERIFIED"])
                        ),
                        name="users_verification_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("roles__contained_by", ["BUYER", "SELLER", "ADMIN"])),
                        name="users_roles_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verification_level__in", ["T0", "T1", "T2", "T3"])),
                        name="users_verification_level_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("phone_verified_at__isnull", False)),
                        fields=("phone_number",),
                        name="users_proved_phone_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phone_verified_at__isnull", True),
                            models.Q(("phone_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="users_proved_phone_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verification_level__in", ("T2", "T3")),
                                ("verification_status", "VERIFIED"),
                            ),
                            models.Q(
                                models.Q(("verification_status", "VERIFIED"), _negated=True),
                                ("verification_level__in", ("T0", "T1")),
                            ),
                            _connector="OR",
                        ),
                        name="users_badge_follows_level",
                    ),
                ],
                "permissions": (
                    ("suspend_user", "Suspend and reinstate accounts"),
                    ("erase_user", "Erase accounts for their owners"),
                    ("export_user", "Have files of their data made for people"),
                    ("reset_second_factors", "Take lost second factors from people"),
                    ("assign_staff_role", "Assign staff roles"),
                ),
            },
        ),
        migrations.CreateModel(
            name="UserProfile",
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
                ("bio", models.TextField(blank=True, default="", max_length=2000)),
                ("address", models.JSONField(blank=True, default=dict)),
                ("id_verification_documents", models.JSONField(blank=True, default=list)),
                (
                    "rating",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=3,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                ("total_reviews", models.PositiveIntegerField(default=0)),
                ("is_featured", models.BooleanField(default=False)),
                ("social_links", models.JSONField(blank=True, default=dict)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
            ],
            options={
                "db_table": "users_profile",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rating__gte", 0), ("rating__lte", 5)),
                        name="users_rating_in_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
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
                ("refresh_token_id", models.UUIDField()),
                ("refresh_count", models.PositiveIntegerField(default=0)),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True)),
                ("user_agent", models.CharField(blank=True, default="", max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("refreshed_at", models.DateTimeField(default=marketplace.core.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("SIGNED_OUT", "Signed Out"),
                            ("REUSED", "Reused"),
                            ("PASSWORD_CHANGED", "Password Changed"),
                            ("SUSPENDED", "Suspended"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "users_sign_in",
                "indexes": [
                    models.Index(fields=["expires_at"], name="users_sign_in_expires"),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["user", "-id"],
                        name="users_sign_in_live",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="users_sign_in_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at__isnull", True)),
                            models.Q(
                                (
                                    "end_reason__in",
                                    ["SIGNED_OUT", "REUSED", "PASSWORD_CHANGED", "SUSPENDED"],
                                ),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="users_sign_in_end_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepUp",
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
                    "purpose",
                    models.CharField(
                        choices=[
                            ("withdrawal", "withdraw money"),
                            ("bank_account", "add a bank account"),
                            ("email_change", "change the email address"),
                            ("phone_change", "change the telephone number"),
                            ("factor_change", "change a second factor"),
                            ("privacy", "download or erase what is known of one"),
                        ],
                        max_length=16,
                    ),
                ),
                ("binding_hash", models.BinaryField(max_length=32)),
                ("code_hash", models.BinaryField(max_length=32, null=True)),
                ("challenge", models.JSONField(null=True)),
                ("failed_attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "factor",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("totp", "code of an authenticator app"),
                            ("passkey", "passkey"),
                            ("recovery_code", "recovery code"),
                            ("email_code", "code from a letter"),
                            ("sms_code", "code from a text message"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "sign_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.signin",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "users_step_up",
                "indexes": [
                    models.Index(fields=["user", "-created_at"], name="users_step_up_of"),
                    models.Index(fields=["expires_at"], name="users_step_up_expires"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True),
                            ("confirmed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="users_step_up_used_after_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="users_step_up_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("factor", "")),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                (
                                    "factor__in",
                                    ["totp", "passkey", "recovery_code", "email_code", "sms_code"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="users_step_up_confirmed_by_factor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                [
                                    "withdrawal",
                                    "bank_account",
                                    "email_change",
                                    "phone_change",
                                    "factor_change",
                                    "privacy",
                                ],
                            )
                        ),
                        name="users_step_up_purpose_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInFlow",
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
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("state", models.BinaryField()),
                ("version", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "users_sign_in_flow",
                "indexes": [models.Index(fields=["expires_at"], name="users_flow_expires")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("attempts__lte", 5)), name="users_flow_attempts_limited"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="users_flow_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("key_hash", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                (
                    "tried_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), size=None
                    ),
                ),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "users_attempts",
                "indexes": [models.Index(fields=["expires_at"], name="users_attempts_expires")],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
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
                ("requested_by_id", models.UUIDField()),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("requested_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("steps", models.JSONField(default=dict)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=200)),
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
                "db_table": "users_erasure",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_attempt_at__isnull", False)),
                        fields=["next_attempt_at"],
                        name="users_erasure_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at__isnull", True)),
                        fields=("user",),
                        name="users_erasure_one_for_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            ("started_at__isnull", True),
                            _connector="OR",
                        ),
                        name="users_erasure_started_is_not_cancelled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("started_at__isnull", False),
                            _connector="OR",
                        ),
                        name="users_erasure_finished_after_started",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_attempt_at__isnull", False),
                            ("cancelled_at__isnull", False),
                            ("finished_at__isnull", False),
                            _connector="OR",
                        ),
                        name="users_erasure_open_is_attempted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetainedData",
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
                ("kind", models.CharField(max_length=60)),
                ("rule", models.CharField(max_length=60)),
                ("kept_since_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
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
                "verbose_name_plural": "retained data",
                "db_table": "users_retained_data",
                "indexes": [
                    models.Index(
                        condition=models.Q(("erased_at__isnull", True)),
                        fields=["kind", "kept_since_at"],
                        name="users_retained_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="users_retained_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FactorGuard",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("failed_attempts", models.PositiveSmallIntegerField(default=0)),
                ("window_began_at", models.DateTimeField()),
            ],
            options={
                "db_table": "users_factor_guard",
            },
        ),
        migrations.CreateModel(
            name="FactorEnrolment",
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
                        choices=[("totp", "authenticator app"), ("passkey", "passkey")],
                        max_length=8,
                    ),
                ),
                ("secret_encrypted", models.BinaryField(null=True)),
                ("challenge", models.JSONField(null=True)),
                ("failed_attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "sign_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.signin",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "users_factor_enrolment",
                "indexes": [models.Index(fields=["expires_at"], name="users_enrolment_expires")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("challenge__isnull", True),
                                ("kind", "totp"),
                                ("secret_encrypted__isnull", False),
                            ),
                            models.Q(
                                ("challenge__isnull", False),
                                ("kind", "passkey"),
                                ("secret_encrypted__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="users_enrolment_holds_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="users_enrolment_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataExport",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("QUEUED", "Queued"),
                            ("RUNNING", "Running"),
                            ("READY", "Ready"),
                            ("FAILED", "Failed"),
                        ],
                        default="QUEUED",
                        max_length=7,
                    ),
                ),
                ("done", models.PositiveSmallIntegerField(default=0)),
                ("total", models.PositiveSmallIntegerField(default=0)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("requested_at", models.DateTimeField()),
                ("ready_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "users_data_export",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="users_data_export_of"),
                    models.Index(
                        condition=models.Q(("next_attempt_at__isnull", False)),
                        fields=["next_attempt_at"],
                        name="users_data_export_due",
                    ),
                    models.Index(fields=["requested_at"], name="users_data_export_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["QUEUED", "RUNNING"])),
                        fields=("user",),
                        name="users_data_export_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["QUEUED", "RUNNING", "READY", "FAILED"])),
                        name="users_data_export_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "READY"), _negated=True),
                            models.Q(("expires_at__isnull", False), ("ready_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="users_data_export_ready_expires",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportPortion",
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
                ("number", models.PositiveIntegerField()),
                ("content_encrypted", models.BinaryField()),
                (
                    "export",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portions",
                        to="users.dataexport",
                    ),
                ),
            ],
            options={
                "db_table": "users_export_portion",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("export", "number"), name="users_export_portion_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Avatar",
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
                ("is_current", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="avatars",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "users_avatar",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_current", False)),
                        fields=["created_at"],
                        name="users_avatar_left_over",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("user",),
                        name="users_avatar_one_current",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UserAddress",
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
                ("label", models.CharField(blank=True, default="", max_length=40)),
                ("recipient", models.CharField(max_length=200)),
                ("line1", models.CharField(max_length=200)),
                ("line2", models.CharField(blank=True, default="", max_length=200)),
                ("city", models.CharField(max_length=100)),
                ("region", models.CharField(blank=True, default="", max_length=100)),
                ("postal_code", models.CharField(blank=True, default="", max_length=20)),
                ("country", models.CharField(max_length=2)),
                ("phone", models.CharField(blank=True, default="", max_length=20)),
                ("is_default", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "users_address",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("user",),
                        name="users_address_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="users_address_country_code",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffRole",
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
                ("description", models.CharField(max_length=300)),
                (
                    "seeded",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=201), default=list, size=None
                    ),
                ),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_role",
                        to="auth.group",
                    ),
                ),
            ],
            options={
                "db_table": "users_staff_role",
                "permissions": (("edit_staff_role", "Edit what staff roles may do"),),
            },
        ),
        migrations.CreateModel(
            name="PolicyDocument",
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
                            ("TERMS", "terms of use"),
                            ("PRIVACY", "privacy notice"),
                            ("MARKETING", "letters about offers"),
                        ],
                        max_length=9,
                    ),
                ),
                ("version", models.CharField(max_length=20)),
                ("url", models.URLField(max_length=500)),
                ("is_required", models.BooleanField(default=True)),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "db_table": "users_policy_document",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "version"), name="users_policy_document_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["TERMS", "PRIVACY", "MARKETING"])),
                        name="users_policy_document_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "MARKETING"), _negated=True),
                            ("is_required", False),
                            _connector="OR",
                        ),
                        name="users_policy_document_marketing_is_free",
                        violation_error_message="Nobody can be made to want letters about offers.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                    "document",
                    models.CharField(
                        choices=[
                            ("TERMS", "terms of use"),
                            ("PRIVACY", "privacy notice"),
                            ("MARKETING", "letters about offers"),
                        ],
                        max_length=9,
                    ),
                ),
                ("version", models.CharField(max_length=20)),
                ("is_given", models.BooleanField()),
                (
                    "source",
                    models.CharField(
                        choices=[("SIGN_UP", "Sign Up"), ("ACCOUNT", "Account")], max_length=7
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
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
                "db_table": "users_consent",
                "indexes": [
                    models.Index(fields=["user", "document", "-id"], name="users_consent_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("document__in", ["TERMS", "PRIVACY", "MARKETING"])),
                        name="users_consent_document_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SellerSale",
            fields=[
                ("order_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seller_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("is_paid", models.BooleanField()),
                ("is_completed", models.BooleanField()),
                ("is_called_off", models.BooleanField()),
                ("is_refunded", models.BooleanField()),
                ("is_disputed", models.BooleanField()),
                ("ship_seconds", models.PositiveBigIntegerField(null=True)),
            ],
            options={
                "db_table": "users_seller_sale",
            },
        ),
        migrations.CreateModel(
            name="SellerStats",
            fields=[
                ("seller_id", models.UUIDField(primary_key=True, serialize=False)),
                ("paid_sales", models.PositiveIntegerField(default=0)),
                ("completed_sales", models.PositiveIntegerField(default=0)),
                ("called_off_sales", models.PositiveIntegerField(default=0)),
                ("refunded_sales", models.PositiveIntegerField(default=0)),
                ("disputed_sales", models.PositiveIntegerField(default=0)),
                ("shipped_sales", models.PositiveIntegerField(default=0)),
                ("ship_seconds_total", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "db_table": "users_seller_stats",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_sales__lte", models.F("paid_sales")),
                            ("disputed_sales__lte", models.F("paid_sales")),
                        ),
                        name="users_seller_stats_within_paid",
                    )
                ],
            },
        ),
    ]
