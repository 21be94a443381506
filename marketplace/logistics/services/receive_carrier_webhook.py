from collections.abc import Mapping

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.logistics.carriers import SignatureInvalid, carrier_codes, get_carrier
from marketplace.logistics.errors import WebhookRejected
from marketplace.logistics.models import CarrierWebhook

MAX_BODY_BYTES = 64 * 1024


@opens_transaction
def receive_carrier_webhook(*, carrier: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Store a carrier's message, once it is proven to be the carrier's; returns whether it is new.

    Nothing else happens here: the job ``logistics.process_carrier_webhooks`` acts on it. The raw
    bytes are verified. Raises NotFound for an unknown carrier, WebhookRejected otherwise.
    """
    if carrier not in carrier_codes():
        raise NotFound("carrier")
    if len(body) > MAX_BODY_BYTES:
        raise WebhookRejected("The message is too large.")
    try:
        event_id = get_carrier(carrier).verify(body=body, headers=headers)
    except SignatureInvalid as error:
        raise WebhookRejected(f"Not accepted: {error}.") from error
    now = clock.database_now()
    before = CarrierWebhook.objects.filter(carrier=carrier, event_id=event_id).exists()
    # A second delivery at the same moment: the unique key keeps one row.
    CarrierWebhook.objects.bulk_create(
        [
            CarrierWebhook(
                carrier=carrier,
                event_id=event_id,
                body=body,
                received_at=now,
                next_attempt_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return not before
