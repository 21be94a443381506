"""What the provider says about an attempt, however it was learned: answer, webhook or repair."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.payments.events import CaptureReported, PaymentDeclined
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.providers.protocol import ProviderPayment
from marketplace.payments.repositories.payments import lock_attempt
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.services._collecting import Collection, leave_unknown, observe, refuse
from marketplace.payments.streams import facts


@opens_transaction
def record_attempt_observed(*, attempt_id: UUID, observed: ProviderPayment) -> str:
    """Bring the attempt up to what the provider says now; see ``_collecting.observe``."""
    return observe(_Attempt(*lock_attempt(attempt_id)), observed)


@opens_transaction
def record_attempt_refused(*, attempt_id: UUID, code: str) -> str:
    """The provider refused the request itself: definite, and nothing was collected."""
    return refuse(_Attempt(*lock_attempt(attempt_id)), code)


@opens_transaction
def record_attempt_unknown(*, attempt_id: UUID, error: str) -> None:
    """No answer: the repair job will ask."""
    leave_unknown(_Attempt(*lock_attempt(attempt_id)), error)


class _Attempt(Collection):
    """To pay an order: the capture is reported, and the order's owner puts it into escrow."""

    def __init__(self, payment: Payment, attempt: PaymentAttempt) -> None:
        self.payment, self.payment_id = payment, payment.id
        self.row = self.attempt = attempt
        self.user_id = payment.user_id

    def append(self, fact: facts.Fact) -> None:
        append_to_payment(
            payment=self.payment,
            payment_id=self.payment.id,
            facts_to_add=[fact],
            actor=Actor.provider(self.row.provider),
            attempts=[self.attempt],
        )

    def captured(self, confirmed: facts.CaptureConfirmed) -> None:
        record(
            CaptureReported(
                payment_id=self.payment.id,
                order_id=self.payment.order_id,
                attempt_id=self.row.id,
                amount_minor=confirmed.amount_minor,
                currency=confirmed.currency,
            ),
            key=self.payment.order_id,
        )

    def declined(self, declined: facts.AttemptDeclined) -> None:
        record(
            PaymentDeclined(
                payment_id=self.payment.id,
                order_id=self.payment.order_id,
                attempt_id=self.row.id,
                buyer_id=self.payment.user_id,
                code=declined.code,
            ),
            key=self.payment.order_id,
        )
