from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id
from marketplace.payments.models.payment import Payment


class FindingKind(models.TextChoices):
    LINKED_PARTIES = "LINKED_PARTIES", "Linked buyer and seller"
    """Buyer and seller look like one person, or two who act as one."""
    INSTRUMENT_VELOCITY = "INSTRUMENT_VELOCITY", "Many buyers, one means of payment"
    """One instrument paid for many different buyers within a day."""


class FindingStatus(models.TextChoices):
    OPEN = "OPEN"
    CLEARED = "CLEARED"
    CONFIRMED = "CONFIRMED"


class Evidence(models.TextChoices):
    """What was seen; what exactly (a number, a device) is kept nowhere here."""

    BANK_ACCOUNT = "bank_account", "the same bank account"
    DEVICE = "device", "the same device"
    PHONE = "phone", "the same telephone number"
    INSTRUMENT = "instrument", "the same means of payment"


HOLDING_FINDINGS = (FindingStatus.OPEN, FindingStatus.CONFIRMED)
"""While a seller has one of these, their payouts wait for an approval."""


class RiskFinding(models.Model):
    """Why a person should look at a sale. It refuses nothing, stops no order, and no party hears
    of it; one of each kind for a payment. Nothing that decided is final: a decision is reopened,
    and the audit log keeps each.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=FindingKind)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.UUIDField()
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    evidence = ArrayField(models.CharField(max_length=12, choices=Evidence))
    status = models.CharField(max_length=9, choices=FindingStatus, default=FindingStatus.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
    )
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_risk_finding"
        verbose_name = "sale"
        verbose_name_plural = "sales to look at"
        permissions = (("decide_finding", "Decide about sales whose parties look linked"),)
        constraints = (
            models.UniqueConstraint(fields=["payment", "kind"], name="payments_finding_once"),
            models.CheckConstraint(
                condition=Q(kind__in=FindingKind.values), name="payments_finding_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(evidence__contained_by=Evidence.values) & Q(evidence__len__gte=1),
                name="payments_finding_evidence_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=FindingStatus.OPEN,
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    decided_reason="",
                )
                | (
                    Q(
                        status__in=[FindingStatus.CLEARED, FindingStatus.CONFIRMED],
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                    )
                    & ~Q(decided_reason="")
                ),
                name="payments_finding_decided_by_somebody",
            ),
        )
        indexes = (
            # Asked for each payout, of a seller who may have had thousands cleared.
            models.Index(
                fields=["seller"],
                name="payments_finding_holding",
                condition=Q(status__in=["OPEN", "CONFIRMED"]),
            ),
            models.Index(fields=["order_id"], name="payments_finding_of_order"),
            models.Index(
                fields=["created_at"], name="payments_finding_open", condition=Q(status="OPEN")
            ),
            models.Index(
                fields=["decided_at"],
                name="payments_finding_decided",
                condition=Q(decided_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Sale …{str(self.order_id)[-8:]}"
