from django.conf import settings
from django.db import models

from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField


class PaymentInstrument(models.Model):
    """A card or account that somebody paid with, recognised and never shown.

    One for each person and instrument that a provider named. ``fingerprint`` (a keyed hash of the
    provider and its name for the instrument) is what is compared; the name itself is sealed, so
    that the hash can move to another key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    provider = models.CharField(max_length=20)
    name_encrypted = EncryptedField(bound_as="payments.PaymentInstrument.name")
    fingerprint = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    last_paid_at = models.DateTimeField()

    class Meta:
        db_table = "payments_instrument"
        constraints = (
            models.UniqueConstraint(
                fields=["user", "fingerprint"], name="payments_instrument_once"
            ),
        )
        indexes = (
            # Who else paid with it, and lately.
            models.Index(fields=["fingerprint", "last_paid_at"], name="payments_instrument_payers"),
            models.Index(fields=["last_paid_at"], name="payments_instrument_by_age"),
        )

    def __str__(self) -> str:
        return f"instrument {self.id}"
