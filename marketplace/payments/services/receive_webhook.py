from collections.abc import Mapping

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.payments.errors import WebhookNotSigned, WebhookTooLarge, WebhookUnreadable
from marketplace.payments.models import ProviderWebhook
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import BadSignature, BadWebhook, WebhookNotice

MAX_BODY_BYTES = 64 * 1024
MAX_ID_LENGTH = 100
MAX_TYPE_LENGTH = 60


def receive_webhook(*, provider: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Keep a webhook as it came, before anything is made of it; False for one that came before.

    Only what the provider signed is kept, once per event id. The job
    ``payments.process_webhooks`` does the rest, so the answer is quick. Raises
    :class:`NotFound` (the provider), :class:`WebhookTooLarge`, :class:`WebhookNotSigned`,
    :class:`WebhookUnreadable`; nothing is stored then.

    Verifying may ask the provider (for the certificate that signed), so it is done before the
    transaction.
    """
    adapter = get_provider(provider)
    if len(body) > MAX_BODY_BYTES:
        raise WebhookTooLarge(f"At most {MAX_BODY_BYTES} bytes are taken.")
    try:
        adapter.verify_webhook(body, headers)
        notice = adapter.parse_webhook(body)
    except BadSignature as error:
        raise WebhookNotSigned(str(error)) from error
    except BadWebhook as error:
        raise WebhookUnreadable(str(error)) from error
    if len(notice.event_id) > MAX_ID_LENGTH or len(notice.object_id) > MAX_ID_LENGTH:
        raise WebhookUnreadable("an id is too long")
    if "\x00" in notice.event_id + notice.object_id + notice.type:
        raise WebhookUnreadable("an id holds a character that no database keeps")
    return _keep(provider, notice, body)


@opens_transaction
def _keep(provider: str, notice: WebhookNotice, body: bytes) -> bool:
    kept = ProviderWebhook.objects.filter(provider=provider, provider_event_id=notice.event_id)
    if kept.exists():
        return False
    ProviderWebhook.objects.bulk_create(
        [
            ProviderWebhook(
                provider=provider,
                provider_event_id=notice.event_id,
                type=notice.type[:MAX_TYPE_LENGTH],
                object_id=notice.object_id,
                raw_body=body,
                received_at=clock.now(),
            )
        ],
        # Two deliveries at once: the second insert waits for the first and changes nothing.
        ignore_conflicts=True,
    )
    return True
