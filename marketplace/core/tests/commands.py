"""Small real commands for the tests of idempotency. Each effect is an event in the outbox."""

import threading
from collections.abc import Callable
from uuid import UUID, uuid5

from django.db import connection, transaction

from marketplace.core.db import forbid_transaction, needs_transaction, opens_transaction
from marketplace.core.events import DomainEvent, domain_event, record
from marketplace.core.ids import new_id
from marketplace.core.models import OutboxEvent


@domain_event("samples.Paid")
class Paid(DomainEvent):
    payment_id: UUID
    amount_minor: int


def nothing() -> None:
    """What the provider does unless a test says otherwise."""


provider: list[Callable[[], None]] = [nothing]
in_provider = threading.Event()


@opens_transaction
def pay(*, user_id: UUID, amount: int) -> UUID:
    payment_id = new_id()
    _record(payment_id, user_id, amount)
    return payment_id


@needs_transaction
def _record(payment_id: UUID, user_id: UUID, amount: int) -> None:
    record(Paid(payment_id=payment_id, amount_minor=amount), key=user_id)


def pay_through_provider(*, user_id: UUID, amount: int, key: str) -> UUID:
    """An intent, a call to a provider outside any transaction, an outcome.

    The intent's id comes from the key, so a second try after a crash finds the first one's.
    """
    payment_id = uuid5(user_id, key)
    with transaction.atomic():
        if not OutboxEvent.objects.filter(payload__payment_id=str(payment_id)).exists():
            _record(payment_id, user_id, amount)
    forbid_transaction("a call to the provider")
    provider[0]()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return payment_id


def payments() -> int:
    return OutboxEvent.objects.filter(type="samples.Paid").count()
