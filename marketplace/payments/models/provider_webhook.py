from django.db import models
from django.db.models import Q


class WebhookState(models.TextChoices):
    RECEIVED = "RECEIVED"
    PROCESSED = "PROCESSED"
    IGNORED = "IGNORED"
    """Understood, and nothing of ours to change."""
    FAILED = "FAILED"
    """Given up after the last attempt: an operator decides."""


class ProviderWebhook(models.Model):
    """A webhook exactly as the provider sent it, stored before anything is made of it."""

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=20)
    provider_event_id = models.CharField(max_length=100)
    type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=100, blank=True, default="")
    raw_body = models.BinaryField()
    state = models.CharField(max_length=10, choices=WebhookState, default=WebhookState.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=1000, blank=True, default="")
    outcome = models.CharField(max_length=200, blank=True, default="")
    """What was made of it, in a few words."""
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_provider_webhook"
        permissions = (("reprocess_webhook", "Process providers' webhooks again"),)
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "provider_event_id"], name="payments_webhook_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=WebhookState.values), name="payments_webhook_state_known"
            ),
        )
        indexes = (
            models.Index(
                fields=["id"], name="payments_webhook_pending", condition=Q(state="RECEIVED")
            ),
            models.Index(fields=["object_id"], name="payments_webhook_object"),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_event_id}"
