from marketplace.core.db import opens_transaction
from marketplace.payments.models import ProviderWebhook, WebhookState


@opens_transaction
def reprocess_webhook(*, webhook_id: int) -> bool:
    """Let the job take the webhook once more; harmless, because it asks the provider anyway."""
    return bool(
        ProviderWebhook.objects.filter(id=webhook_id)
        .exclude(state=WebhookState.RECEIVED)
        .update(state=WebhookState.RECEIVED, attempts=0, next_attempt_at=None)
    )
