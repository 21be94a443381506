"""The operator's pages of commission: made, ended, succeeded, explained, reported."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.ids import new_id
from marketplace.payments.models import CommissionRule
from marketplace.payments.services import SaleLine, quote_commission
from marketplace.payments.tests.commission.rules import rule
from marketplace.payments.tests.commission.shelves import Shelves
from marketplace.payments.tests.factories import HUNDRED_EUR, make_sale, make_user
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db
NAME = "admin:payments_commissionrule"
NEW = {
    "name": "Books",
    "category": "",
    "seller_level": "T2",
    "currency": "eur",
    "amount_from": "10.00",
    "amount_to": "",
    "valid_from_at": "",
    "valid_until_at": "",
    "rate": "7.5",
    "fixed": "0.30",
    "minimum": "",
    "cap": "25",
    "tax": "19",
    "tax_jurisdiction": "de",
    "buyer_share": "",
    "reason": "Agreed with the board",
}


@pytest.fixture
def operator(client: Client) -> Client:
    CommissionRule.objects.all().delete()
    client.force_login(make_user(Role.ADMIN))
    return client


def add(operator: Client, **changes: str) -> Any:
    return operator.post(reverse(f"{NAME}_add"), {**NEW, **changes})


def test_a_rule_is_made_from_percentages_and_decimal_amounts(operator: Client) -> None:
    assert add(operator).status_code == 302
    made = CommissionRule.objects.get()
    assert (made.rate_bps, made.tax_bps, made.buyer_share_bps) == (750, 1900, 0)
    assert (made.currency, made.amount_from_minor, made.amount_to_minor) == ("EUR", 1_000, None)
    assert (made.fixed_minor, made.minimum_minor, made.cap_minor) == (30, 0, 2_500)
    assert (made.seller_level, made.tax_jurisdiction) == ("T2", "DE")
    assert made.created_reason == "Agreed with the board"
    assert made.created_by is not None


def test_a_rule_that_ties_shows_the_one_it_ties_with(operator: Client) -> None:
    other = rule(name="The one that is there", seller_level="T2", currency="EUR", fixed_minor=5)
    page = add(operator, amount_from="")
    assert page.status_code == 200
    assert "both could win for one sale" in page.text
    assert reverse(f"{NAME}_change", args=[other.pk]) in page.text
    assert "10 % + 0.05 EUR; sellers of level T2, sales in EUR" in page.text
    assert CommissionRule.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"currency": ""}, "An amount needs a currency."),
        ({"currency": "ZZZ"}, "is not an ISO 4217 currency code"),
        ({"currency": "JPY"}, "JPY has 0 decimal places"),
        ({"rate": "101"}, "less than or equal to 100"),
        ({"rate": "7.555"}, "no more than 2 decimal places"),
        ({"tax_jurisdiction": ""}, "Name the ISO 3166 code"),
        ({"cap": "0.10", "minimum": "0.20"}, "The cap is below the minimum."),
        ({"is_promotional": "on"}, "A promotion has an end."),
        ({"valid_from_at": "2020-01-01T00:00"}, "A rule begins now or later"),
        ({"reason": ""}, "This field is required."),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(
    operator: Client, changes: dict[str, str], words: str
) -> None:
    page = add(operator, **changes)
    assert page.status_code == 200
    assert words in page.text
    assert not CommissionRule.objects.exists()


def test_a_rule_is_ended_with_a_reason_and_never_edited_or_deleted(operator: Client) -> None:
    made = rule(name="Old")
    path = reverse(f"{NAME}_end", args=[made.pk])
    assert operator.get(path).status_code == 200
    assert operator.post(path, {"reason": " "}).status_code == 200
    assert operator.post(path, {"reason": "Too dear", "ends_at": ""}).status_code == 302
    made.refresh_from_db()
    assert made.ended_reason == "Too dear"
    assert "was ended before" in operator.post(path, {"reason": "Again"}).text
    change = reverse(f"{NAME}_change", args=[made.pk])
    assert "Too dear" in operator.get(change).text
    assert operator.post(change, {"name": "Other"}).status_code == 403
    delete = reverse(f"{NAME}_delete", args=[made.pk])
    assert operator.post(delete, {"post": "yes"}).status_code == 403


def test_a_successors_form_begins_as_the_rule_it_succeeds(operator: Client) -> None:
    made = rule(750, name="Books", currency="EUR", fixed_minor=30, seller_level="T2")
    path = reverse(f"{NAME}_succeed", args=[made.pk])
    page = operator.get(path).text
    assert 'value="7.5"' in page
    assert 'value="0.30"' in page
    assert operator.post(path, {**NEW, "rate": "6", "amount_from": ""}).status_code == 302
    made.refresh_from_db()
    successor = CommissionRule.objects.get(succeeds=made)
    assert made.valid_until_at == successor.valid_from_at
    assert (successor.rate_bps, made.ended_reason) == (600, "Agreed with the board")


def test_a_payment_shows_the_rule_of_its_day_and_why_it_applied(
    operator: Client, provider: FakeProvider
) -> None:
    rule(750, name="Standing", currency="EUR", fixed_minor=30)
    terms = quote_commission(lines=[SaleLine(HUNDRED_EUR)], seller_id=new_id())
    sale = make_sale(terms=terms)
    CommissionRule.objects.update(rate_bps=1)
    page = operator.get(reverse("admin:payments_payment_change", args=[sale.payment_id])).text
    assert "Standing (sales in EUR). 7.5 % of 100.00 EUR: 7.50 EUR; a fixed part" in page
    assert reverse(f"{NAME}_change", args=[terms.rule_id]) in page


def test_who_is_no_operator_makes_no_rule(client: Client) -> None:
    helper = make_user(Role.BUYER)
    type(helper).objects.filter(pk=helper.pk).update(is_staff=True)
    client.force_login(helper)
    for name in ("add", "explain", "report"):
        assert client.post(reverse(f"{NAME}_{name}"), NEW).status_code in (302, 403)
    assert not CommissionRule.objects.filter(name="Books").exists()


def test_the_list_reads_the_tree_once_for_any_number_of_rules(
    operator: Client, shelves: Shelves
) -> None:
    shelf = shelves.put("Cameras")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = operator.get(reverse(f"{NAME}_changelist"))
        assert "category Cameras" in page.text
        return len(captured)

    rule(category_id=shelf)
    few = queries()
    for number in range(1, 50):
        rule(
            category_id=shelf,
            currency="EUR",
            amount_from_minor=number,
            amount_to_minor=number + 1,
        )
    reads = shelves.reads
    assert queries() == few
    assert shelves.reads == reads + 1


@pytest.mark.parametrize(
    ("state", "names"), [("valid", ["Now"]), ("coming", ["Soon"]), ("over", ["Past"])]
)
def test_rules_are_filtered_by_how_they_stand(
    operator: Client, state: str, names: list[str]
) -> None:
    at = clock.now()
    rule(name="Past", valid_until_at=at - timedelta(hours=1))
    rule(name="Now", valid_from_at=at - timedelta(hours=1), valid_until_at=at + timedelta(hours=1))
    rule(name="Soon", valid_from_at=at + timedelta(hours=1))
    page = operator.get(reverse(f"{NAME}_changelist"), {"state": state})
    assert [each.name for each in page.context["cl"].result_list] == names


class TestTheExplanation:
    SALE = {"price": "120.00", "currency": "EUR", "category": "", "seller_level": "T2", "at": ""}

    def page(self, operator: Client, **changes: str) -> str:
        return operator.get(reverse(f"{NAME}_explain"), {**self.SALE, **changes}).text

    def test_the_winner_the_arithmetic_and_why_each_other_rule_does_not_win(
        self, operator: Client, shelves: Shelves
    ) -> None:
        shelf = shelves.put("Cameras")
        rule(1000, name="Every sale")
        rule(750, name="Cameras", category_id=shelf, currency="EUR", fixed_minor=30)
        rule(100, name="Businesses", seller_level="T3")
        page = self.page(operator, category=str(shelf))
        assert "It applies because of: category Cameras, sales in EUR." in page
        assert "It is more specific than 1 other rule that applies." in page
        assert "7.5 % of 120.00 EUR" in page
        assert "110.70 EUR" in page
        assert "only sellers of level T3" in page
        assert "applies, less specific" in page

    def test_another_moment_may_have_another_winner(self, operator: Client) -> None:
        at = clock.now()
        rule(name="Then", valid_until_at=at)
        rule(name="Now", valid_from_at=at)
        assert ">Now</a></p>" in self.page(operator)
        before = f"{at - timedelta(minutes=2):%Y-%m-%dT%H:%M}"
        assert ">Then</a></p>" in self.page(operator, at=before)

    def test_without_a_rule_it_says_so(self, operator: Client) -> None:
        assert "No rule applies to this sale" in self.page(operator)

    @pytest.mark.parametrize("changes", [{"price": "0"}, {"price": "1.234"}, {"currency": "ZZZ"}])
    def test_a_sale_that_cannot_be_is_refused(
        self, operator: Client, changes: dict[str, str]
    ) -> None:
        assert "The arithmetic" not in self.page(operator, **changes)
