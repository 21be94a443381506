from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id
from marketplace.payments.models.payment_attempt import AttemptStatus
from marketplace.payments.models.wallet import Wallet


class TopUp(models.Model):
    """Money that a user puts into their own wallet through a provider.

    It is collected exactly as an attempt to pay an order is, with one attempt each: its id is the
    reference and the key that the provider sees, and after a decline the user begins a new one.
    The columns down to ``updated_at`` are a projection of the top-up's events.

    Invariants: credited once; nothing is credited that the provider has not confirmed; no more is
    charged back than was credited.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    method = models.CharField(max_length=20)
    client_key = models.CharField(max_length=255)
    """The caller's Idempotency-Key."""
    return_url = models.CharField(max_length=2000)
    status = models.CharField(max_length=10, choices=AttemptStatus)
    provider_payment_id = models.CharField(max_length=100, null=True)
    redirect_url = models.CharField(max_length=2000, blank=True, default="")
    captured_minor = models.BigIntegerField(null=True)
    """What the provider says it collected, which may differ from what was asked."""
    captured_currency = models.CharField(max_length=3, blank=True, default="")
    failure_code = models.CharField(max_length=100, blank=True, default="")
    credited_minor = models.BigIntegerField(default=0)
    """What the wallet has got; 0 while a different amount waits in suspense."""
    credited_currency = models.CharField(max_length=3, blank=True, default="")
    credited_at = models.DateTimeField(null=True)
    charged_back_minor = models.BigIntegerField(default=0, db_default=0)
    """What the payer's bank has taken of it again, out of the wallet or owed."""
    version = models.IntegerField()
    head_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    next_check_at = models.DateTimeField(null=True)
    """When the repair job asks the provider; NULL while there is nothing to ask."""
    checks = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "payments_top_up"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_top_up_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(credited_minor=0, credited_at__isnull=True)
                | Q(credited_minor=F("captured_minor"), credited_at__isnull=False),
                name="payments_top_up_credits_what_came",
            ),
            models.CheckConstraint(
                condition=Q(charged_back_minor__gte=0, charged_back_minor__lte=F("credited_minor")),
                name="payments_top_up_back_within_credited",
            ),
            models.UniqueConstraint(
                fields=["user", "client_key"], name="payments_top_up_client_key_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_payment_id"], name="payments_top_up_provider_id_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=AttemptStatus.values), name="payments_top_up_status_known"
            ),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="payments_top_up_of"),
            models.Index(
                fields=["next_check_at"],
                name="payments_top_up_due",
                condition=Q(next_check_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"top-up {self.id}"


class TopUpLimit(models.Model):
    """How much may be put into a wallet of a currency; without a row there is no limit.

    ``per_day_minor`` counts what was not declined in the last 24 hours, whether or not it has
    arrived: what waits on a provider's page may still be paid.
    """

    currency = models.CharField(primary_key=True, max_length=3)
    minimum_minor = models.BigIntegerField()
    maximum_minor = models.BigIntegerField()
    per_day_minor = models.BigIntegerField()

    class Meta:
        db_table = "payments_top_up_limit"
        constraints = (
            models.CheckConstraint(
                condition=Q(minimum_minor__gte=1)
                & Q(maximum_minor__gte=F("minimum_minor"))
                & Q(per_day_minor__gte=F("maximum_minor")),
                name="payments_top_up_limit_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.currency} {self.minimum_minor} to {self.maximum_minor}"
