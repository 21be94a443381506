from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField
from marketplace.users.verification.models.case import VerificationCase


class DocumentKind(models.TextChoices):
    IDENTITY_FRONT = "IDENTITY_FRONT", "identity document, front"
    IDENTITY_BACK = "IDENTITY_BACK", "identity document, back"
    SELFIE = "SELFIE", "picture of the person"
    PROOF_OF_ADDRESS = "PROOF_OF_ADDRESS", "proof of address"
    BUSINESS_REGISTRATION = "BUSINESS_REGISTRATION", "business registration"
    BANK_STATEMENT = "BANK_STATEMENT", "bank statement"


class VerificationDocument(models.Model):
    """A file of a case, sealed: the row comes first, then the file, then ``stored_at``.

    So there is never a file without a row, and a row whose file did not come is swept with
    whatever was written of it. The key of the file lies here, sealed under the field keys: a
    rotation of those changes this column and no file.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(VerificationCase, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=24, choices=DocumentKind)
    media_type = models.CharField(max_length=40)
    page_count = models.PositiveIntegerField(default=1)
    size_bytes = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200, unique=True)
    """In the private storage; says nothing about whose it is or what it shows."""
    file_key_encrypted = EncryptedField(
        null=True, bound_as="verification.VerificationDocument.file_key"
    )
    """Null once the file is erased, so that a copy of it in a backup stays shut."""
    created_at = models.DateTimeField(default=clock.now, editable=False)
    stored_at = models.DateTimeField(null=True)
    """Since when the whole file is there; null while it is being written."""
    removed_at = models.DateTimeField(null=True)
    """Since when it is no longer part of the case; its file goes right after."""
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "users_verification_document"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="verification_document_kind_known"
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(stored_at__isnull=False, removed_at__isnull=True),
                name="verification_document_one_of_a_kind",
            ),
        )
        indexes = (
            models.Index(
                fields=["created_at"],
                name="verification_half_stored",
                condition=Q(stored_at__isnull=True, erased_at__isnull=True),
            ),
            models.Index(
                fields=["removed_at"],
                name="verification_to_be_erased",
                condition=Q(removed_at__isnull=False, erased_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.case_id}"

    @property
    def page_numbers(self) -> range:
        return range(self.page_count)
