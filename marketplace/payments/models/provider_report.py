from django.db import models
from django.db.models import Q

from marketplace.core.db import append_only
from marketplace.payments.ledger.fields import TransactionIdField

REPORT_KINDS = (
    "PAYMENT",
    "FEE",
    "REFUND",
    "REFUND_RETURN",
    "PAYOUT",
    "PAYOUT_RETURN",
    "CHARGEBACK",
    "CHARGEBACK_FEE",
    "CHARGEBACK_RETURN",
    "SETTLEMENT",
    "OTHER",
)
"""``providers.protocol.ReportKind``, which a model may not import; a test keeps them equal."""


class ProviderReport(models.Model):
    """How far a provider's balance report has been read, and compared with our books.

    Its row is the lock under which lines of the provider are imported and matched: one at a time.
    """

    provider = models.CharField(primary_key=True, max_length=20)
    read_after = models.CharField(max_length=200, blank=True, default="")
    """The provider's own word for where reading goes on."""
    covers_until = models.DateTimeField(null=True)
    """Everything that moved money at the provider by then is among our lines."""
    imported_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True, default="")
    """Why the last import by API failed; empty when it did not."""
    lines_upto = models.BigIntegerField(default=0)
    """The last line that has become an item."""
    entries_upto = TransactionIdField(default=0)
    """Every clearing entry of a transaction below it has become an item."""

    class Meta:
        db_table = "payments_provider_report"
        permissions = (("import_report", "Read and import providers' reports"),)

    def __str__(self) -> str:
        return f"report of {self.provider}"


class ProviderBalance(models.Model):
    """What a provider says that it holds, beside the sum of the lines that it reported."""

    provider = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    lines_minor = models.BigIntegerField(default=0)
    """The sum of all imported lines, moved with each import."""
    reported_minor = models.BigIntegerField(null=True)
    """The provider's own balance, when it was last asked; null for one that cannot be asked."""
    reported_at = models.DateTimeField(null=True)
    differs_since_at = models.DateTimeField(null=True)
    """Since when its lines have not added up to its balance, in every comparison."""

    class Meta:
        db_table = "payments_provider_balance"
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "currency"], name="payments_provider_balance_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.currency}"


class ProviderReportLine(models.Model):
    """One line of a provider's balance report, as it was given. Never changed.

    ``amount_minor`` is signed: below zero it left us. ``line_id`` is the line's own id at the
    provider; a line that carries both a gross amount and a fee is kept as two, the fee under
    ``{line_id}:fee``.
    """

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=20)
    line_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=200, blank=True, default="")
    reference = models.CharField(max_length=200, blank=True, default="")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()
    imported_at = models.DateTimeField()
    source = models.CharField(max_length=200)
    """``api``, or the name of the file and the operator who imported it."""

    class Meta:
        db_table = append_only("payments_provider_report_line")
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "line_id"], name="payments_report_line_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=REPORT_KINDS), name="payments_report_line_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="payments_report_line_not_zero"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="payments_report_line_currency_iso"
            ),
        )
        indexes = (models.Index(fields=["provider", "id"], name="payments_report_line_of"),)

    def __str__(self) -> str:
        return f"{self.provider} {self.line_id}"
