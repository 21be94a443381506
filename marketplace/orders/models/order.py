from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core import clock
from marketplace.core.errors import StaleVersion
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.orders import errors
from marketplace.orders.models.checkout import Checkout
from marketplace.orders.terms import EscrowTerms
from marketplace.orders.transitions import (
    Command,
    Guard,
    OrderStatus,
    Party,
    Transition,
    rows_of,
)

_SHIPPED = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED)


class CancelReason(models.TextChoices):
    BUYER_CHANGED_MIND = "BUYER_CHANGED_MIND", "the buyer cancelled before paying"
    SELLER_CANCELLED = "SELLER_CANCELLED", "the seller cancelled"
    REQUEST_GRANTED = "REQUEST_GRANTED", "the seller granted the buyer's request"
    REQUEST_UNANSWERED = "REQUEST_UNANSWERED", "the seller did not answer the buyer's request"
    PAYMENT_EXPIRED = "PAYMENT_EXPIRED", "it was not paid in time"
    NOT_SHIPPED_IN_TIME = "NOT_SHIPPED_IN_TIME", "it was not shipped in time"
    NOT_SCANNED = "NOT_SCANNED", "the carrier did not scan the parcel in time"
    OPERATOR_CANCELLED = "OPERATOR_CANCELLED", "an operator cancelled"


class Order(models.Model):
    """What one buyer buys from one seller in one currency.

    Invariants, all kept by the database: ``total = subtotal + shipping + tax +
    buyer fee``; nothing negative;
    two different parties; a stamp for every status that was passed; a tracked order is shipped
    with its number. Prices, commission and the escrow policy are frozen at placing. ``status``
    changes through :meth:`perform` only, which follows ``orders.transitions``; every change adds
    one to ``version`` and one row to the timeline, in the same transaction, under the row's lock.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="orders")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=16, choices=OrderStatus, default=OrderStatus.PENDING_PAYMENT
    )
    currency = models.CharField(max_length=3)
    subtotal_minor = models.BigIntegerField()
    shipping_cost_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    buyer_fee_minor = models.BigIntegerField(default=0, db_default=0)
    """The buyer's share of the commission, on top of the price."""
    total_minor = models.BigIntegerField()
    payment = models.OneToOneField("payments.Payment", on_delete=models.PROTECT, related_name="+")
    shipping_address = models.JSONField()
    """See ``orders.addresses.ShippingAddress``."""
    shipping_method = models.CharField(max_length=40)
    is_tracked = models.BooleanField()
    """Frozen from the shipping method."""
    is_in_person = models.BooleanField(default=False)
    carrier = models.CharField(max_length=40, blank=True, default="")
    tracking_number = models.CharField(max_length=100, blank=True, default="")
    shipment_id = models.UUIDField(null=True)
    notes = models.TextField(max_length=2000, blank=True, default="")
    commission_terms = models.JSONField()
    """Frozen at placing: an edited rule never changes an old order."""
    escrow_terms = models.JSONField()
    """Pinned at placing: see ``orders.terms.EscrowTerms``."""
    version = models.PositiveIntegerField(default=1)

    cancellation_requested_at = models.DateTimeField(null=True)
    """Since when a cancellation request of the buyer is open; null when none is."""
    scan_overdue_at = models.DateTimeField(null=True)
    """Since when the carrier is late with a scan, so that the buyer may cancel."""
    buyer_reminded_at = models.DateTimeField(null=True)
    ship_by_extension_days = models.PositiveIntegerField(default=0)
    """Business days that the buyer has added, in all."""
    frozen_at = models.DateTimeField(null=True)
    """Set while a dispute or a chargeback is open: the money stays where it is."""
    frozen_reason = models.CharField(max_length=100, blank=True, default="")

    cancel_reason = models.CharField(max_length=20, choices=CancelReason, blank=True, default="")
    cancel_note = models.CharField(max_length=1000, blank=True, default="")
    cancelled_by = models.CharField(max_length=8, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)

    STAMPS: ClassVar[Mapping[str, str]] = {
        OrderStatus.PAYMENT_RECEIVED: "paid_at",
        OrderStatus.PROCESSING: "accepted_at",
        OrderStatus.SHIPPED: "shipped_at",
        OrderStatus.DELIVERED: "delivered_at",
        OrderStatus.COMPLETED: "completed_at",
        OrderStatus.CANCELLED: "cancelled_at",
        OrderStatus.REFUNDED: "refunded_at",
    }

    class Meta:
        db_table = "orders_order"
        permissions = (
            ("record_delivery", "Record that an order was delivered"),
            ("cancel_order", "Cancel orders"),
            ("refund_order", "Refund orders"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("subtotal_minor")
                    + F("shipping_cost_minor")
                    + F("tax_minor")
                    + F("buyer_fee_minor")
                ),
                name="orders_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    subtotal_minor__gte=0,
                    shipping_cost_minor__gte=0,
                    tax_minor__gte=0,
                    buyer_fee_minor__gte=0,
                    total_minor__gt=0,
                ),
                name="orders_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(buyer=F("seller")), name="orders_buyer_is_not_seller"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OrderStatus.values), name="orders_status_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="orders_currency_code"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="orders_version_positive"),
            models.CheckConstraint(
                condition=Q(status__in=(OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED))
                | Q(paid_at__isnull=False),
                name="orders_paid_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.PENDING_PAYMENT) | Q(paid_at__isnull=True),
                name="orders_pending_is_unpaid",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_SHIPPED)
                | Q(accepted_at__isnull=False, shipped_at__isnull=False),
                name="orders_shipped_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_SHIPPED[1:]) | Q(delivered_at__isnull=False),
                name="orders_delivered_has_time",
            ),
            models.CheckConstraint(
                # An order that was completed can still be refunded.
                condition=Q(status=OrderStatus.COMPLETED, completed_at__isnull=False)
                | Q(status=OrderStatus.REFUNDED)
                | (~Q(status=OrderStatus.COMPLETED) & Q(completed_at__isnull=True)),
                name="orders_completed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.CANCELLED, cancelled_at__isnull=False)
                & ~Q(cancel_reason="")
                | (
                    ~Q(status=OrderStatus.CANCELLED)
                    & Q(cancelled_at__isnull=True, cancel_reason="")
                ),
                name="orders_cancelled_has_time_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_tracked=False) | Q(shipped_at__isnull=True) | ~Q(tracking_number=""),
                name="orders_tracked_has_number",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(frozen_reason=""),
                name="orders_frozen_has_reason",
            ),
        )
        indexes = (
            models.Index(fields=["status", "-created_at"], name="orders_by_status"),
            # What somebody traded lately, for the limits of their level.
            models.Index(fields=["buyer", "created_at"], name="orders_of_buyer"),
            models.Index(fields=["seller", "created_at"], name="orders_of_seller"),
        )

    def __str__(self) -> str:
        return f"order {self.id} ({self.status})"

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def terms(self) -> EscrowTerms:
        return EscrowTerms.from_json(self.escrow_terms)

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    def check_version(self, expected: int | None) -> None:
        """Refuse to act on what the caller has not seen; ``None`` means that it does not matter."""
        if expected is not None and expected != self.version:
            raise StaleVersion(expected=expected, actual=self.version)

    def perform(self, command: Command, *, by: Party, at: datetime) -> Transition:
        """Make the transition that the table allows, or raise a named error and change nothing."""
        row = self.transition_for(command, by=by)
        if row.target != row.source:
            self.status = row.target
            setattr(self, self.STAMPS[row.target], at)
        self.version += 1
        self.updated_at = at
        return row

    def transition_for(self, command: Command, *, by: Party) -> Transition:
        """The row of the table that applies, all guards passed; raises a named error otherwise."""
        row = next((r for r in rows_of(command, self.status) if by in r.parties), None)
        if row is None:
            raise errors.wrong_state(command, self.status)
        for guard in row.guards:
            holds, refusal = GUARDS[guard]
            if not holds(self):
                raise refusal_of(refusal, command)(status=self.status)
        return row


def refusal_of(refusal: type[errors.OrderRefused], command: Command) -> type[errors.OrderRefused]:
    """A buyer who asks twice and a seller who ships too soon meet one guard, and hear two words."""
    if refusal is errors.CancellationRequestOpen and command is Command.REQUEST_CANCELLATION:
        return errors.CancellationAlreadyRequested
    return refusal


GUARDS: Mapping[Guard, tuple[Callable[[Order], bool], type[errors.OrderRefused]]] = {
    Guard.NOT_FROZEN: (lambda order: not order.is_frozen, errors.OrderFrozen),
    Guard.NO_OPEN_REQUEST: (
        lambda order: order.cancellation_requested_at is None,
        errors.CancellationRequestOpen,
    ),
    Guard.OPEN_REQUEST: (
        lambda order: order.cancellation_requested_at is not None,
        errors.NoOpenCancellationRequest,
    ),
    Guard.NO_SCAN_IN_TIME: (
        lambda order: order.scan_overdue_at is not None,
        errors.ScanNotOverdue,
    ),
    Guard.BUYER_REMINDED: (
        lambda order: order.buyer_reminded_at is not None,
        errors.BuyerNotReminded,
    ),
}
