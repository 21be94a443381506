from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.orders.models.order import Order


class CancellationRequestStatus(models.TextChoices):
    OPEN = "OPEN"
    GRANTED = "GRANTED"
    DECLINED = "DECLINED"
    UNANSWERED = "UNANSWERED"
    """Silence cancelled the order."""
    OVERTAKEN = "OVERTAKEN"
    """The order ended for another reason."""


class CancellationRequest(models.Model):
    """The buyer of a paid order asks the seller to cancel it. At most one is open per order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="cancellation_requests")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        max_length=10,
        choices=CancellationRequestStatus,
        default=CancellationRequestStatus.OPEN,
    )
    reason = models.CharField(max_length=1000, blank=True, default="")
    answer = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_cancellation_request"
        constraints = (
            models.UniqueConstraint(
                fields=["order"], condition=Q(status="OPEN"), name="orders_one_open_request"
            ),
            models.CheckConstraint(
                condition=Q(status__in=CancellationRequestStatus.values),
                name="orders_request_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", closed_at__isnull=True)
                | (~Q(status="OPEN") & Q(closed_at__isnull=False)),
                name="orders_request_closed_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.status} request for {self.order_id}"
