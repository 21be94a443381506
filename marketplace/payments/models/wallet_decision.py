from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.db import append_only
from marketplace.core.ids import new_id
from marketplace.payments.models.wallet import Wallet


class WalletDecision(models.Model):
    """That somebody suspended a wallet, or opened it again, and why. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_active = models.BooleanField()
    """What the wallet has been since."""
    reason = models.CharField(max_length=1000)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    """NULL: a job of the platform's."""
    decided_by_job = models.CharField(max_length=50, blank=True, default="")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = append_only("payments_wallet_decision")
        constraints = (
            models.CheckConstraint(
                condition=~Q(reason=""), name="payments_wallet_decision_has_reason"
            ),
        )
        indexes = (models.Index(fields=["wallet", "-id"], name="payments_wallet_decision_of"),)

    def __str__(self) -> str:
        return f"{self.wallet_id} {'active' if self.is_active else 'suspended'}"
