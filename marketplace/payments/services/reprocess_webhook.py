from marketplace.core.actor import Actor
from marketplace.core.audit import record_action, subject_id_of
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.policies import require_permission
from marketplace.payments.errors import ReasonMissing
from marketplace.payments.models import ProviderWebhook, WebhookState


@opens_transaction
def reprocess_webhook(*, webhook_id: int, actor: Actor, reason: str) -> bool:
    """Let the job take the webhook once more; harmless, because it asks the provider anyway.

    False when it waits for the job already. Raises :class:`Forbidden`, :class:`ReasonMissing`,
    :class:`NotFound`.
    """
    require_permission(actor, "payments.reprocess_webhook")
    if not reason.strip():
        raise ReasonMissing
    # Locked, so that the job does not finish it between the look and the write.
    webhook = ProviderWebhook.objects.select_for_update().filter(id=webhook_id).first()
    if webhook is None:
        raise NotFound("webhook")
    if webhook.state == WebhookState.RECEIVED:
        return False
    record_action(
        actor=actor,
        action="payments.reprocess_webhook",
        subject_type="payments.providerwebhook",
        subject_id=subject_id_of(webhook.pk),
        reason=reason,
        before={"state": webhook.state, "attempts": webhook.attempts},
        after={"state": WebhookState.RECEIVED, "attempts": 0},
    )
    webhook.state, webhook.attempts, webhook.next_attempt_at = WebhookState.RECEIVED, 0, None
    webhook.save(update_fields=["state", "attempts", "next_attempt_at"])
    return True
