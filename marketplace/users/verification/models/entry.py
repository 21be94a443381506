from django.conf import settings
from django.db import models

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.users.verification.models.case import VerificationCase


class VerificationEntry(models.Model):
    """A line of a case's story: what was done, by whom, and what was said. Reviewers read it; the
    person does not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(VerificationCase, on_delete=models.CASCADE, related_name="entries")
    command = models.CharField(max_length=20)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """Null for the platform itself."""
    text = models.CharField(max_length=2000, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "users_verification_entry"
        indexes = (models.Index(fields=["case", "id"], name="verification_story"),)
        verbose_name_plural = "verification entries"

    def __str__(self) -> str:
        return f"{self.command} of {self.case_id}"

    @property
    def command_words(self) -> str:
        return self.command.replace("_", " ").capitalize()
