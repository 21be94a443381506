"""What every command on a chargeback has in common."""

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.payments.events import ChargebackEvent
from marketplace.payments.models import Chargeback, Payment
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.streams import facts


@needs_transaction
def append_to_chargeback(payment: Payment, chargeback: Chargeback, fact: facts.Fact) -> None:
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[fact],
        actor=Actor.provider(chargeback.provider),
        chargebacks=[chargeback],
    )


@needs_transaction
def publish(event_class: type[ChargebackEvent], payment: Payment, chargeback: Chargeback) -> None:
    record(
        event_class(
            chargeback_id=chargeback.id,
            payment_id=payment.id,
            order_id=payment.order_id,
            buyer_id=payment.user_id,
            seller_id=payment.seller_id,
            amount_minor=chargeback.amount_minor,
            currency=chargeback.currency,
        ),
        key=payment.order_id,
    )
