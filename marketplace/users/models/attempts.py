from django.contrib.postgres.fields import ArrayField
from django.db import models


class Attempts(models.Model):
    """When something limited was last tried, by somebody, against something.

    The table is UNLOGGED: counting costs no write-ahead log. What it forgets in a crash of the
    database is minutes of counting, and nothing else is kept here.
    """

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    """Of the limit's name and of whom it counts: an address, an account."""
    tried_at = ArrayField(models.DateTimeField())
    """Oldest first; never more than the limit allows."""
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "users_attempts"
        indexes = (models.Index(fields=["expires_at"], name="users_attempts_expires"),)

    def __str__(self) -> str:
        return f"{len(self.tried_at)} attempts"
