from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.orders.models.order import Order


class DeadlineKind(models.TextChoices):
    PAY = "PAY", "the buyer pays, else the order is cancelled"
    SHIP_BY = "SHIP_BY", "the seller ships, else the buyer is refunded"
    CANCEL_REQUEST = "CANCEL_REQUEST", "the seller answers, else the order is cancelled"
    NO_SCAN = "NO_SCAN", "the carrier scans, else the buyer may cancel"
    REMINDER = "REMINDER", "the buyer is reminded"
    AUTO_COMPLETE = "AUTO_COMPLETE", "the buyer objects, else the seller is paid"


class Deadline(models.Model):
    """Something that happens to an order by itself at ``due_at``, by the database's clock.

    Open until ``acted_at`` (it happened) or ``voided_at`` (it no longer applies). At most one open
    deadline per order and kind. Written under the order's lock only; see ADR 29.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=14, choices=DeadlineKind)
    due_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    """``due_at``, or later after a failure or while the order is frozen; the sweep looks at it."""
    counts_from_at = models.DateTimeField(default=clock.now)
    """Time lost to outages of the platform before this moment is made up for already."""
    created_at = models.DateTimeField(default=clock.now, editable=False)
    acted_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, default="")

    OPEN = Q(acted_at__isnull=True, voided_at__isnull=True)

    class Meta:
        db_table = "orders_deadline"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=DeadlineKind.values), name="orders_deadline_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(acted_at__isnull=True) | Q(voided_at__isnull=True),
                name="orders_deadline_one_end",
            ),
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(acted_at__isnull=True, voided_at__isnull=True),
                name="orders_deadline_one_open",
            ),
        )
        indexes = (
            # Holds open deadlines only: the sweep reads its first entries, however many there are.
            models.Index(
                fields=["next_attempt_at"],
                name="orders_deadline_due",
                condition=Q(acted_at__isnull=True, voided_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"
