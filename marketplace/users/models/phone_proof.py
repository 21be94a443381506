from django.conf import settings
from django.db import models

from marketplace.core.ids import new_id


class PhoneProof(models.Model):
    """That an account proved a telephone number, each time it did: never changed, only forgotten.

    The number is not here, but a keyed hash that recognises it; the database lets nothing else of
    a row be replaced, and that only by a rotation of keys.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.BinaryField(max_length=32)
    proved_at = models.DateTimeField()

    class Meta:
        db_table = "users_phone_proof"
        indexes = (
            models.Index(fields=["fingerprint", "user"], name="users_phone_proof_number"),
            models.Index(fields=["proved_at"], name="users_phone_proof_oldest"),
        )

    def __str__(self) -> str:
        return f"a number of {self.user_id}"
