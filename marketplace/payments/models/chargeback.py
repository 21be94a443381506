from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id
from marketplace.payments.models.payment import Payment


class ChargebackStatus(models.TextChoices):
    OPEN = "OPEN"
    """The provider has taken the money; the payer's bank has not decided."""
    WON = "WON"
    """The provider has given the money back. Its fee stays with it."""
    LOST = "LOST"


class Chargeback(models.Model):
    """The payer's bank asks for the money back.

    The columns down to ``updated_at`` are a projection of the payment's events. The amount is
    split once, when it is opened: what was still held is frozen, what had been released is the
    seller's to answer for, and what the buyer had back already is the platform's to contest.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="chargebacks")
    attempt_id = models.UUIDField()
    """The capture it is about."""
    provider = models.CharField(max_length=20)
    provider_chargeback_id = models.CharField(max_length=100)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200, blank=True, default="")
    """In the provider's words."""
    respond_by_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=5, choices=ChargebackStatus)
    from_escrow_minor = models.BigIntegerField()
    from_seller_minor = models.BigIntegerField()
    uncovered_minor = models.BigIntegerField()
    """The buyer had it back before. Less what a refund that failed has covered since."""
    covered_minor = models.BigIntegerField(default=0)
    """Of refunds that failed meanwhile: it waits here instead of going into the buyer's wallet."""
    wallet_minor = models.BigIntegerField(default=0)
    """When lost: what the seller's wallet paid of ``from_seller_minor``."""
    receivable_minor = models.BigIntegerField(default=0)
    """When lost: what the seller owes since."""
    contradictions = models.PositiveSmallIntegerField(default=0)
    """How often the provider changed its word after the end. Odd: its last word is the opposite
    of ``status``, and the amount stands in suspense."""
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "payments_chargeback"
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "provider_chargeback_id"],
                name="payments_chargeback_provider_id_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, fee_minor__gte=0),
                name="payments_chargeback_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(
                    from_escrow_minor__gte=0,
                    from_seller_minor__gte=0,
                    uncovered_minor__gte=0,
                    covered_minor__gte=0,
                )
                & Q(
                    amount_minor=F("from_escrow_minor")
                    + F("from_seller_minor")
                    + F("uncovered_minor")
                    + F("covered_minor")
                ),
                name="payments_chargeback_parts_sum",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ChargebackStatus.values),
                name="payments_chargeback_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", closed_at__isnull=True)
                | (~Q(status="OPEN") & Q(closed_at__isnull=False)),
                name="payments_chargeback_closed_has_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_check_at"],
                name="payments_chargeback_due",
                condition=Q(next_check_at__isnull=False),
            ),
            models.Index(
                fields=["created_at"],
                name="payments_chargeback_open",
                condition=Q(status="OPEN"),
            ),
        )

    def __str__(self) -> str:
        return f"chargeback {self.provider_chargeback_id}"

    @property
    def is_contradicted(self) -> bool:
        """The provider's last word is the opposite of what was booked."""
        return self.contradictions % 2 == 1

    @property
    def standing(self) -> str:
        """How it stands: what somebody must have known for an answer to be newer than our books."""
        return f"{self.status}{self.contradictions or ''}"
