from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import new_id


class CurrencyExchange(models.Model):
    """Money of one user that went from the wallet of one currency into that of another.

    The only way across currencies: both amounts are stated, and the rate is kept beside them. A
    projection of the exchange's events.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sold_minor = models.BigIntegerField()
    sold_currency = models.CharField(max_length=3)
    bought_minor = models.BigIntegerField()
    bought_currency = models.CharField(max_length=3)
    rate = models.CharField(max_length=40)
    """Bought for one sold, as a decimal string exactly as it was stated."""
    reason = models.CharField(max_length=1000)
    journal_id = models.UUIDField()
    reversed_at = models.DateTimeField(null=True)
    version = models.IntegerField()
    head_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payments_currency_exchange"
        permissions = (("exchange_currency", "Exchange money in wallets, and take exchanges back"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(sold_minor__gt=0, bought_minor__gt=0),
                name="payments_exchange_amounts_positive",
            ),
            models.CheckConstraint(
                condition=~Q(sold_currency=F("bought_currency")),
                name="payments_exchange_two_currencies",
            ),
        )
        indexes = (models.Index(fields=["user", "-id"], name="payments_exchange_of"),)

    def __str__(self) -> str:
        return f"exchange {self.id}"
