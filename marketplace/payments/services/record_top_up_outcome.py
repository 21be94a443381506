"""What the provider says about a top-up, however it was learned: answer, webhook or repair."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.payments.events import TopUpDeclined
from marketplace.payments.models import TopUp
from marketplace.payments.providers.protocol import ProviderPayment
from marketplace.payments.repositories.streams import append_to_top_up
from marketplace.payments.repositories.top_ups import lock_top_up
from marketplace.payments.services._collecting import Collection, leave_unknown, observe, refuse
from marketplace.payments.services.credit_top_up import credit_top_up
from marketplace.payments.streams import facts


@opens_transaction
def record_top_up_observed(*, top_up_id: UUID, observed: ProviderPayment) -> str:
    """Bring the top-up up to what the provider says now; a capture is in the wallet at once."""
    return observe(_TopUp(lock_top_up(top_up_id)), observed)


@opens_transaction
def record_top_up_refused(*, top_up_id: UUID, code: str) -> str:
    """The provider refused the request itself: definite, and nothing was collected."""
    return refuse(_TopUp(lock_top_up(top_up_id)), code)


@opens_transaction
def record_top_up_unknown(*, top_up_id: UUID, error: str) -> None:
    """No answer: the repair job will ask."""
    leave_unknown(_TopUp(lock_top_up(top_up_id)), error)


class _TopUp(Collection):
    """To fill a wallet: no order has a say, so the capture is booked in the same transaction."""

    def __init__(self, top_up: TopUp) -> None:
        self.row = self.top_up = top_up
        self.user_id = top_up.user_id

    def append(self, fact: facts.Fact) -> None:
        append_to_top_up(
            top_up=self.top_up, top_up_id=self.top_up.id, facts_to_add=[fact], actor=self._actor
        )

    def captured(self, confirmed: facts.CaptureConfirmed) -> None:
        credit_top_up(top_up=self.top_up, actor=self._actor)

    def declined(self, declined: facts.AttemptDeclined) -> None:
        record(
            TopUpDeclined(
                top_up_id=self.top_up.id,
                user_id=self.top_up.user_id,
                amount_minor=self.top_up.amount_minor,
                currency=self.top_up.currency,
                code=declined.code,
            ),
            key=self.top_up.id,
        )

    @property
    def _actor(self) -> Actor:
        return Actor.provider(self.top_up.provider)
