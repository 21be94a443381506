from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.payments.snapshots import PaymentStart


def start_payment(
    *,
    payment_id: UUID,
    actor: Actor,
    method: str,
    provider: str | None = None,
    idempotency_key: str,
    return_url: str,
) -> PaymentStart:
    raise NotImplementedError
