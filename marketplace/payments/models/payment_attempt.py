from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id
from marketplace.payments.models.payment import Payment

WALLET = "wallet"
"""Method and provider of what the buyer's own wallet pays: nobody outside is asked."""

ASSIGNED = "assigned"
"""Method of money that came under another reference, and that an operator gave to this payment."""


class AttemptStatus(models.TextChoices):
    STARTED = "STARTED"
    """The intent is committed; the provider may or may not have been asked yet."""
    UNKNOWN = "UNKNOWN"
    """The provider was asked and did not answer: only the provider knows."""
    REDIRECTED = "REDIRECTED"
    """The buyer is (or was) on the provider's page."""
    DECLINED = "DECLINED"
    CAPTURED = "CAPTURED"
    """The provider has the money. Whether it is in escrow or in review, the payment says."""


OPEN_ATTEMPT_STATUSES = (AttemptStatus.STARTED, AttemptStatus.UNKNOWN, AttemptStatus.REDIRECTED)


class PaymentAttempt(models.Model):
    """One try to collect a payment through one provider; its id is the key the provider sees.

    At most one attempt per payment is open. A definite decline ends it, and the next attempt has
    a new id, thus a new key. The columns down to ``updated_at`` are a projection; the rest is
    how the repair job keeps its appointments.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
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
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    next_check_at = models.DateTimeField(null=True)
    """When the repair job asks the provider; NULL while there is nothing to ask."""
    checks = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "payments_payment_attempt"
        constraints = (
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status__in=[s.value for s in OPEN_ATTEMPT_STATUSES]),
                name="payments_attempt_one_open",
            ),
            models.UniqueConstraint(
                fields=["payment", "client_key"], name="payments_attempt_client_key_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_payment_id"], name="payments_attempt_provider_id_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=AttemptStatus.values), name="payments_attempt_status_known"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_check_at"],
                name="payments_attempt_due",
                condition=Q(next_check_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.id}"
