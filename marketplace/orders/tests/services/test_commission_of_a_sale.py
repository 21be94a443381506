"""A sale with tax on the commission and a buyer's share, from placing to the books."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.orders.models import Order
from marketplace.orders.tests.factories import Deal
from marketplace.payments.ledger import accounts
from marketplace.payments.models import CommissionRule, LedgerEntry, Payment, Refund
from marketplace.payments.projections import check_projections
from marketplace.payments.queries import get_commission_report
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.commission.rules import rule
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db
GERMAN = {"tax_bps": 1900, "tax_jurisdiction": "DE"}


@pytest.fixture
def deal(provider: FakeProvider) -> Deal:
    """Goods of 25.00, shipping of 4.90. 10 % is 2.50, 19 % of it 0.48 (0.475); the buyer pays
    half of the 2.98 on top: 1.49."""
    CommissionRule.objects.all().delete()
    rule(1000, name="Shared", buyer_share_bps=5000, **GERMAN)
    return Deal(provider)


def booked(kind: str) -> int:
    """What the accounts of a kind hold, as a person reads it."""
    entries = LedgerEntry.objects.filter(account__kind_id=kind)
    return -sum(entries.values_list("amount_minor", flat=True))


def test_the_buyer_pays_the_share_and_every_part_arrives(deal: Deal) -> None:
    order = deal.order
    assert (order.subtotal_minor, order.shipping_cost_minor) == (2_500, 490)
    assert (order.buyer_fee_minor, order.total_minor) == (149, 3_139)
    deal.drive_to("COMPLETED")

    assert Payment.objects.get(order_id=deal.id).captured_minor == 3_139
    assert payments.wallet(deal.seller) == 3_139 - 250 - 48
    assert (booked("revenue_commission"), booked("tax")) == (250, 48)
    assert payments.balance(accounts.order_escrow(deal.id, "EUR")) == 0
    tax = LedgerEntry.objects.get(account__kind_id="tax")
    assert tax.account.code == "tax:DE"
    assert check_projections().differences == []


def test_a_cancelled_sale_gives_the_share_back_with_the_rest(deal: Deal) -> None:
    deal.pay()
    deal.cancel(deal.seller)
    assert Refund.objects.get().amount_minor == 3_139
    assert (booked("revenue_commission"), booked("tax")) == (0, 0)


def test_a_refund_after_the_release_gives_commission_and_tax_back(deal: Deal) -> None:
    deal.drive_to("COMPLETED")
    deal.refund()
    assert Refund.objects.get().amount_minor == 3_139
    assert payments.wallet(deal.seller) == 0
    assert (booked("revenue_commission"), booked("tax")) == (0, 0)


def test_an_old_sale_is_released_and_refunded_by_the_terms_of_its_day(deal: Deal) -> None:
    """Mistake 16: commission recomputed at today's rate when an old order is refunded."""
    deal.pay()
    CommissionRule.objects.update(rate_bps=9_000, buyer_share_bps=0)
    deal.accept()
    deal.ship()
    deal.deliver()
    deal.confirm()
    assert (booked("revenue_commission"), booked("tax")) == (250, 48)
    CommissionRule.objects.update(rate_bps=1)
    deal.refund(Money(1_000, "EUR"))
    kept = booked("revenue_commission") + booked("tax")
    assert kept == round(298 * (3_139 - 1_000) / 3_139)
    assert Order.objects.get(id=deal.id).commission_terms["commission_minor"] == 250


class TestTheReport:
    def rows(self) -> list[Any]:
        at = clock.now()
        return get_commission_report(start=at - timedelta(days=1), end=at + timedelta(days=1))

    def test_a_sale_counts_for_its_rule_with_its_tax(self, deal: Deal) -> None:
        deal.drive_to("COMPLETED")
        (row,) = self.rows()
        assert (row.rule_name, row.currency, row.sales) == ("Shared", "EUR", 1)
        assert (row.commission, row.tax) == (Money(250, "EUR"), Money(48, "EUR"))
        assert row.tax_jurisdiction == "DE"

    def test_what_was_refunded_is_taken_off(self, deal: Deal) -> None:
        deal.drive_to("COMPLETED")
        deal.refund(Money(1_000, "EUR"))
        (row,) = self.rows()
        assert row.commission == Money(booked("revenue_commission"), "EUR")
        assert row.tax == Money(booked("tax"), "EUR")

    def test_days_without_sales_are_empty(self, deal: Deal) -> None:
        deal.drive_to("COMPLETED")
        at = clock.now() - timedelta(days=40)
        assert get_commission_report(start=at, end=at + timedelta(days=1)) == []
