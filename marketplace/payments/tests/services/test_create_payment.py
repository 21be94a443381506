from uuid import UUID

import pytest

from marketplace.core.db import TransactionMissing
from marketplace.core.errors import InvalidInput
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import CommissionDoesNotFit, PaymentExists
from marketplace.payments.models import Payment, PaymentEvent
from marketplace.payments.services import CommissionTerms, create_payment
from marketplace.payments.tests.factories import (
    HUNDRED_EUR,
    everything,
    in_transaction,
    make_sale,
    make_user,
    terms_for,
)

pytestmark = pytest.mark.django_db


def arguments(**changes: object) -> dict[str, object]:
    return {
        "payment_id": new_id(),
        "order_id": new_id(),
        "buyer_id": make_user().pk,
        "seller_id": make_user().pk,
        "amount": HUNDRED_EUR,
        "commission": terms_for(HUNDRED_EUR),
        **changes,
    }


def test_the_payment_waits_with_its_commission_frozen() -> None:
    wanted = arguments()
    snapshot = in_transaction(create_payment, **wanted)
    payment = Payment.objects.get(id=snapshot.id)
    assert (payment.status, payment.escrow_status) == ("PENDING", None)
    assert payment.commission_minor == 1_000
    assert snapshot.commission == wanted["commission"]
    (event,) = PaymentEvent.objects.filter(stream_id=payment.id)
    assert (event.version, event.type) == (1, "PaymentCreated")


def test_an_order_has_one_payment() -> None:
    sale = make_sale()
    before = everything()
    with pytest.raises(PaymentExists):
        in_transaction(create_payment, **arguments(order_id=sale.order_id))
    assert everything() == before


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_an_amount_that_is_not_positive_is_refused(amount_minor: int) -> None:
    with pytest.raises(InvalidInput):
        in_transaction(create_payment, **arguments(amount=Money(amount_minor, "EUR")))
    assert Payment.objects.count() == 0


def test_nobody_sells_to_themselves() -> None:
    person = make_user().pk
    with pytest.raises(InvalidInput):
        in_transaction(create_payment, **arguments(buyer_id=person, seller_id=person))


@pytest.mark.parametrize("commission", [Money(10_001, "EUR"), Money(100, "USD"), Money(-1, "EUR")])
def test_a_commission_that_does_not_fit_is_refused(commission: Money) -> None:
    terms = CommissionTerms(1000, None, HUNDRED_EUR, commission)
    with pytest.raises(CommissionDoesNotFit):
        in_transaction(create_payment, **arguments(commission=terms))
    assert Payment.objects.count() == 0


def test_it_is_part_of_its_callers_transaction() -> None:
    with pytest.raises(TransactionMissing):
        create_payment(**arguments())  # type: ignore[arg-type]


def test_commission_recomputed_at_todays_rate_is_a_mistake_of_others() -> None:
    """Mistake 16: the terms of a sale are data of the sale, not of the rule."""
    rule = UUID(int=7)
    terms = CommissionTerms(500, rule, HUNDRED_EUR, HUNDRED_EUR.share(500))
    snapshot = in_transaction(create_payment, **arguments(commission=terms))
    assert CommissionTerms.from_json(terms.to_json()) == terms
    assert snapshot.commission.rule_id == rule
