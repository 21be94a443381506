from uuid import UUID

from marketplace.payments.models import WALLET, PaymentAttempt


def was_paid_from_wallet(*, payment_id: UUID, idempotency_key: str) -> bool:
    """Whether the wallet has paid this payment under this key: then it is asked a second time."""
    return PaymentAttempt.objects.filter(
        payment_id=payment_id, client_key=idempotency_key, method=WALLET
    ).exists()
