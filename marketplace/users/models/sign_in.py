from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core import clock
from marketplace.core.ids import new_id


class SignInEnd(models.TextChoices):
    SIGNED_OUT = "SIGNED_OUT"
    REUSED = "REUSED"
    """An old refresh token came back: somebody else holds a copy."""
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105
    SUSPENDED = "SUSPENDED"


class SignIn(models.Model):
    """One sign-in on one device: the family of refresh tokens that descend from it.

    Exactly one refresh token of a live family is good: the one whose id is ``refresh_token_id``.
    A family lives until ``expires_at``, however often it is refreshed, or until it is ended. Its
    access tokens name it, so they end with it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    refresh_token_id = models.UUIDField()
    refresh_count = models.PositiveIntegerField(default=0)
    with_factor = models.BooleanField(default=False, db_default=False)
    """Begun with a second factor, or with a passkey, which is both. Staff act with no other."""
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    refreshed_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=16, choices=SignInEnd, blank=True, default="")

    class Meta:
        db_table = "users_sign_in"
        indexes = (
            models.Index(fields=["expires_at"], name="users_sign_in_expires"),
            models.Index(
                fields=["user", "-id"],
                name="users_sign_in_live",
                condition=Q(ended_at__isnull=True),
            ),
            # Who else signs in from an address.
            models.Index(fields=["ip_address", "user", "created_at"], name="users_sign_in_address"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="users_sign_in_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, end_reason__in=SignInEnd.values),
                name="users_sign_in_end_has_reason",
            ),
        )

    def __str__(self) -> str:
        return f"sign-in {self.id}"
