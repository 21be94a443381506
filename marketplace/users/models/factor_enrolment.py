from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField
from marketplace.users.models.sign_in import SignIn


class EnrolmentKind(models.TextChoices):
    TOTP = "totp", "authenticator app"
    PASSKEY = "passkey", "passkey"


class FactorEnrolment(models.Model):
    """A factor between being offered and being proved: a secret that no code was given for yet, or
    a challenge that no passkey has signed yet. Good for minutes, on one device, once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=EnrolmentKind)
    secret_encrypted = EncryptedField(null=True, bound_as="users.FactorEnrolment.secret")
    challenge = models.JSONField(null=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "users_factor_enrolment"
        indexes = (models.Index(fields=["expires_at"], name="users_enrolment_expires"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind=EnrolmentKind.TOTP, secret_encrypted__isnull=False, challenge__isnull=True
                )
                | Q(
                    kind=EnrolmentKind.PASSKEY,
                    secret_encrypted__isnull=True,
                    challenge__isnull=False,
                ),
                name="users_enrolment_holds_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="users_enrolment_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} enrolment {self.id}"


class FactorGuard(models.Model):
    """Counts wrong codes of one person, wherever they are entered; its lock makes codes of one
    person be judged one at a time."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    window_began_at = models.DateTimeField()

    class Meta:
        db_table = "users_factor_guard"

    def __str__(self) -> str:
        return f"factor guard of {self.user_id}"
