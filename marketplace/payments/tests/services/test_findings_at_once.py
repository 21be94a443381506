"""Two of the same at one moment, and what is asked under a lock: one row, and nobody waits long."""

from functools import partial

import pytest
from django.db import connection

from marketplace.core.ids import new_id
from marketplace.payments.models import PaymentInstrument, RiskFinding
from marketplace.payments.repositories.findings import has_open_finding
from marketplace.payments.repositories.instruments import keep_instrument
from marketplace.payments.services import clear_finding
from marketplace.payments.tests.factories import in_transaction, make_sale, make_user
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once
from marketplace.payments.tests.services.test_decide_finding import WHY, finance, make_finding
from marketplace.payments.tests.services.test_look_at_sale import linked, look

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sale_that_is_looked_at_twice_at_one_moment_leaves_one_finding(
    provider: FakeProvider,
) -> None:
    sale = linked(provider)
    assert at_once(*[partial(look, sale)] * 3) == [None] * 3
    assert RiskFinding.objects.count() == 1


def test_two_sales_of_the_same_two_people_at_one_moment_leave_one_finding_each(
    provider: FakeProvider,
) -> None:
    sale = linked(provider)
    other = make_sale(buyer=sale.buyer, seller=sale.seller)
    assert at_once(partial(look, sale), partial(look, other)) == [None] * 2
    assert set(RiskFinding.objects.values_list("payment_id", flat=True)) == {
        sale.payment_id,
        other.payment_id,
    }


def test_one_card_that_pays_twice_at_one_moment_is_kept_once() -> None:
    user = make_user()
    keep = partial(
        in_transaction, keep_instrument, user_id=user.pk, provider="sandbox", name="a card"
    )
    assert at_once(keep, keep, keep) == [None] * 3
    assert PaymentInstrument.objects.count() == 1


def test_a_decision_while_the_same_sale_is_looked_at_again_stands(provider: FakeProvider) -> None:
    sale = linked(provider)
    look(sale)
    finding = RiskFinding.objects.get()
    clear = partial(clear_finding, finding_id=finding.id, actor=finance(), reason=WHY)
    assert at_once(clear, partial(look, sale)) == [None] * 2
    assert [row.status for row in RiskFinding.objects.all()] == ["CLEARED"]


def test_whether_payouts_wait_is_told_by_an_index_of_what_holds_them() -> None:
    """Under the wallet's lock, of a seller who may have had thousands of findings cleared."""
    finding = make_finding()
    asked = RiskFinding.objects.filter(
        seller_id=finding.seller_id, status__in=["OPEN", "CONFIRMED"]
    )
    assert has_open_finding(finding.seller_id) is asked.exists() is True
    assert "payments_finding_holding" in plan_of(asked)
    assert "payments_finding_of_order" in plan_of(RiskFinding.objects.filter(order_id=new_id()))


def plan_of(rows: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
    try:
        return str(rows.explain())  # type: ignore[attr-defined]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan")
