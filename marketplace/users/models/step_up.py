from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id
from marketplace.users.models.sign_in import SignIn


class StepUpPurpose(models.TextChoices):
    WITHDRAWAL = "withdrawal", "withdraw money"
    BANK_ACCOUNT = "bank_account", "add a bank account"
    EMAIL_CHANGE = "email_change", "change the email address"
    PHONE_CHANGE = "phone_change", "change the telephone number"
    FACTOR_CHANGE = "factor_change", "change a second factor"
    PRIVACY = "privacy", "download or erase what is known of one"


class Factor(models.TextChoices):
    """With what somebody shows a second time who they are."""

    TOTP = "totp", "code of an authenticator app"
    PASSKEY = "passkey", "passkey"
    RECOVERY_CODE = "recovery_code", "recovery code"
    EMAIL_CODE = "email_code", "code from a letter"
    SMS_CODE = "sms_code", "code from a text message"


class StepUp(models.Model):
    """One person's approval of one thing, by a second factor, on one device.

    What is approved (amount and payee, a number, an address) is kept as a keyed hash: enough to
    recognise it when it is done, and nothing to read. It is used once, in the transaction of the
    command that it approves.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=16, choices=StepUpPurpose)
    binding_hash = models.BinaryField(max_length=32)
    code_hash = models.BinaryField(max_length=32, null=True)
    """Of the code in the letter or text, for people without a factor."""
    challenge = models.JSONField(null=True)
    """What a passkey has to sign, for people with one."""
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    factor = models.CharField(max_length=16, choices=Factor, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "users_step_up"
        indexes = (
            models.Index(fields=["user", "-created_at"], name="users_step_up_of"),
            models.Index(fields=["expires_at"], name="users_step_up_expires"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(purpose__in=StepUpPurpose.values), name="users_step_up_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, factor="")
                | Q(confirmed_at__isnull=False, factor__in=Factor.values),
                name="users_step_up_confirmed_by_factor",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(confirmed_at__isnull=False),
                name="users_step_up_used_after_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="users_step_up_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"step-up {self.id}"
