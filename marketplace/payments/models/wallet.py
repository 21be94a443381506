from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.ids import new_id


class Wallet(models.Model):
    """One user's money in one currency: a name for a ledger account, which holds the balance."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    is_active = models.BooleanField(default=True)
    """An inactive wallet still receives what it is owed; nothing can be withdrawn from it."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payments_wallet"
        permissions = (("suspend_wallet", "Suspend and reinstate wallets"),)
        constraints = (
            models.UniqueConstraint(fields=["user", "currency"], name="payments_wallet_once"),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="payments_wallet_currency_iso"
            ),
        )

    def __str__(self) -> str:
        return f"wallet {self.id}"
