from django.db import models
from django.db.models import Q

from marketplace.core.db import append_only
from marketplace.payments.ledger.fields import CurrentTransactionId, TransactionIdField


class StreamKind(models.TextChoices):
    PAYMENT = "payment"
    PAYOUT = "payout"
    TOP_UP = "top_up"
    EXCHANGE = "exchange"


class PaymentEvent(models.Model):
    """One fact in the life of a payment or a payout: the truth the projections are made from.

    Append-only by grant and by trigger. ``hash`` is SHA-256 over ``prev_hash`` and the canonical
    form of everything else (``streams.chain``), so that an altered, removed or reordered event
    breaks its stream. The distribution column, ``stream_id``, is in the key, and nothing refers
    to this table.
    """

    pk = models.CompositePrimaryKey("stream_id", "version")
    stream_id = models.UUIDField()
    """The payment's or the payout's id."""
    version = models.IntegerField()
    """1, 2, 3 … without a gap, given under the stream's row lock."""
    stream = models.CharField(max_length=10, choices=StreamKind)
    event_id = models.UUIDField()
    type = models.CharField(max_length=60)
    payload = models.JSONField()
    actor = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    xact_id = TransactionIdField(db_default=CurrentTransactionId())
    """The transaction that wrote it, given by the database: events are sealed in its order."""

    class Meta:
        db_table = append_only("payments_payment_event")
        constraints = (
            models.CheckConstraint(
                condition=Q(version__gte=1), name="payments_event_version_positive"
            ),
            models.CheckConstraint(
                condition=Q(stream__in=StreamKind.values), name="payments_event_stream_known"
            ),
        )
        indexes = (
            models.Index(fields=["xact_id", "stream_id", "version"], name="payments_event_sealing"),
        )

    def __str__(self) -> str:
        return f"{self.stream} {self.stream_id} v{self.version} {self.type}"
