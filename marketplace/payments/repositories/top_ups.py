"""Load and lock top-ups."""

from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments.models import TopUp
from marketplace.payments.snapshots import TopUpSnapshot


@needs_transaction
def lock_top_up(top_up_id: UUID) -> TopUp:
    """The top-up, locked. It is decided on what is read here, never on an earlier read."""
    top_up = TopUp.objects.select_for_update(no_key=True).filter(id=top_up_id).first()
    if top_up is None:
        raise NotFound("top-up")
    return top_up


@needs_transaction
def lock_top_up_of_provider(provider: str, provider_payment_id: str) -> TopUp | None:
    """The top-up that the provider knows under this id, locked."""
    found = TopUp.objects.select_for_update(no_key=True)
    return found.filter(provider=provider, provider_payment_id=provider_payment_id).first()


def top_up_snapshot_of(top_up: TopUp) -> TopUpSnapshot:
    return TopUpSnapshot(
        id=top_up.id,
        user_id=top_up.user_id,
        wallet_id=top_up.wallet_id,
        amount=Money(top_up.amount_minor, top_up.currency),
        payment_method=top_up.method,
        payment_provider=top_up.provider,
        attempt_status=top_up.status,
        is_credited=top_up.credited_at is not None,
        failure_code=top_up.failure_code,
        redirect_url=top_up.redirect_url,
        created_at=top_up.created_at,
        updated_at=top_up.updated_at,
    )
