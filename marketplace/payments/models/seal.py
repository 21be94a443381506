from django.db import models
from django.db.models import Q

from marketplace.core.db import append_only
from marketplace.payments.ledger.fields import TransactionIdField


class Seal(models.Model):
    """A signed Merkle root over a batch of leaves, chained to the seal before it.

    Append-only by grant and by trigger; a seal that does not follow the newest one is refused by
    the database. ``hash`` is SHA-256 over every other member but the signature, which covers the
    same bytes (``seals.headers``).
    """

    number = models.BigIntegerField(primary_key=True)
    """1, 2, 3 … without a gap."""
    first_position = models.BigIntegerField(unique=True)
    """How many leaves all earlier seals have together."""
    leaf_count = models.IntegerField()
    root = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    """Which key signed: the beginning of the hash of its public part."""
    hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        db_table = append_only("payments_seal")
        constraints = (
            models.CheckConstraint(
                condition=Q(number__gte=1, first_position__gte=0, leaf_count__gte=1),
                name="payments_seal_not_empty",
            ),
        )

    def __str__(self) -> str:
        return f"seal {self.number}"

    @property
    def next_position(self) -> int:
        return self.first_position + self.leaf_count


class SealLeaf(models.Model):
    """One event or journal in its place of the sealed order.

    ``hash`` covers the row it names as it was when it was sealed (``seals.leaves``). Append-only by
    grant and by trigger.
    """

    position = models.BigIntegerField(primary_key=True)
    """0, 1, 2 … without a gap, over all seals."""
    kind = models.CharField(max_length=7)
    subject_id = models.UUIDField()
    """The event's stream, or the journal."""
    version = models.IntegerField()
    """The event's version; 0 for a journal."""
    xact_id = TransactionIdField()
    """The transaction that wrote the row: what the sealer goes by."""
    salt = models.BinaryField(max_length=32)
    """Random: nothing that is hidden in the leaf can be guessed without it."""
    hash = models.BinaryField(max_length=32)
    parts = models.BinaryField()
    """A journal's: 32 bytes for each leg, to name the one that was altered."""

    class Meta:
        db_table = append_only("payments_seal_leaf")
        constraints = (
            models.UniqueConstraint(
                fields=["subject_id", "version"], name="payments_seal_leaf_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="event", version__gte=1) | Q(kind="journal", version=0),
                name="payments_seal_leaf_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"leaf {self.position}: {self.kind} {self.subject_id}"
