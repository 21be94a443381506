"""The memory behind the Idempotency-Key header."""

from django.db import models


class IdempotencyKey(models.Model):
    """The first answer given under a key, written in the transaction that acted.

    Two requests with one key meet at the primary key: the second waits for the first one's
    commit and then replays its answer. A refused request leaves no row, so its key stays free.
    """

    key = models.CharField(primary_key=True, max_length=300)
    request_hash = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    body = models.TextField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
