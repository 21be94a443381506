"""What is owed; exchanging and taking back, shown before it is booked; pages of the books."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.money import Money
from marketplace.payments.models import CurrencyExchange, LedgerEntry, LedgerJournal, Payment
from marketplace.payments.services import enter_settlement
from marketplace.payments.tests.factories import (
    actor_for,
    hold,
    make_bank_account,
    make_paid_seller,
    make_sale,
    make_user,
    report_top_up,
    start_top_up,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_write_off_receivable import owing

pytestmark = pytest.mark.django_db

EXCHANGE = "/admin/payments/currencyexchange/exchange/"


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user(Role.ADMIN))
    return client


def exchange_of(whose: Any, page: Any, **changes: str) -> dict[str, str]:
    return {
        "user": str(whose.pk),
        "sold": "10.00",
        "sold_currency": "EUR",
        "bought_currency": "USD",
        "rate": "1.0842",
        "reason": "Asked for by letter.",
        "exchange_id": str(page.context["form"]["exchange_id"].value()),
        **changes,
    }


class TestExchanging:
    def test_it_is_shown_in_words_and_figures_before_it_is_booked(
        self, operator: Client, provider: FakeProvider
    ) -> None:
        seller = make_paid_seller(provider)
        before = wallet(seller)
        wanted = exchange_of(seller, operator.get(EXCHANGE))

        shown = operator.post(EXCHANGE, wanted)

        text = " ".join(shown.content.decode().split())
        assert f"{seller.email} sells 10.00 EUR and gets 10.84 USD, at 1.0842 for one." in text
        assert not CurrencyExchange.objects.exists()
        kept = dict(shown.context["kept"])

        operator.post(EXCHANGE, {**kept, "confirmed": "1"})
        assert (wallet(seller), wallet(seller, "USD")) == (before - 1000, 1084)

    def test_twice_is_once(self, operator: Client, provider: FakeProvider) -> None:
        seller = make_paid_seller(provider)
        wanted = {**exchange_of(seller, operator.get(EXCHANGE)), "confirmed": "1"}

        for _ in range(2):
            assert operator.post(EXCHANGE, wanted).status_code == 302

        assert CurrencyExchange.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("user", "nobody", "There is no user of this id."),
            ("user", "00000000-0000-7000-8000-000000000000", "There is no user of this id."),
            ("rate", "NaN", "A rate is a number above zero"),
            ("rate", "0", "A rate is a number above zero"),
            ("rate", "\u0661.\u0662", "A rate is a number above zero"),
            ("sold", "-1", "greater than or equal to 0"),
            ("sold", "1.001", "EUR"),
            ("sold_currency", "XXX", "XXX"),
            ("reason", "", "This field is required."),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_booked(
        self, operator: Client, provider: FakeProvider, field: str, value: str, said: str
    ) -> None:
        seller = make_paid_seller(provider)
        wanted = exchange_of(seller, operator.get(EXCHANGE), **{field: value})

        answer = operator.post(EXCHANGE, {**wanted, "confirmed": "1"})

        assert said in answer.content.decode()
        assert not CurrencyExchange.objects.exists()

    def test_more_than_there_is_is_refused(self, operator: Client, provider: FakeProvider) -> None:
        seller = make_paid_seller(provider)
        wanted = exchange_of(seller, operator.get(EXCHANGE), sold="100000.00")

        answer = operator.post(EXCHANGE, {**wanted, "confirmed": "1"})

        assert answer.status_code == 200
        assert answer.context["form"].non_field_errors()
        assert not CurrencyExchange.objects.exists()

    def test_staff_without_the_role_sees_no_form(self, client: Client) -> None:
        staff = make_user()
        staff.is_staff = True
        staff.save(update_fields=["is_staff"])
        client.force_login(staff)

        assert client.get(EXCHANGE).status_code == 403


class TestTakingBack:
    def settlement(self, provider: FakeProvider) -> LedgerJournal:
        hold(make_sale(), provider)
        enter_settlement(
            provider="sandbox",
            settlement_id="st_1",
            amount=Money(500, "EUR"),
            occurred_at=clock.now(),
            reason="From the bank's statement.",
            actor=actor_for(make_user(Role.ADMIN)),
        )
        return LedgerJournal.objects.get(kind="settlement")

    def test_the_opposite_is_shown_and_then_booked(
        self, operator: Client, provider: FakeProvider
    ) -> None:
        journal = self.settlement(provider)
        path = reverse("admin:payments_ledgerjournal_reverse", args=[journal.pk])

        page = operator.get(path).content.decode()
        assert "A settlement of 5.00 EUR" in page
        assert "credit 5.00 EUR" in page
        assert operator.post(path, {"reason": ""}).status_code == 200
        assert not LedgerJournal.objects.filter(reverses_id=journal.pk).exists()

        answer = operator.post(path, {"reason": "Entered twice."}, follow=True)

        reversal = LedgerJournal.objects.get(reverses_id=journal.pk)
        assert str(reversal.pk) in answer.redirect_chain[-1][0]
        detail = operator.get(reverse("admin:payments_ledgerjournal_change", args=[journal.pk]))
        assert "Take it back" not in detail.content.decode()

    def test_what_a_command_takes_back_is_not_taken_back_here(
        self, operator: Client, provider: FakeProvider
    ) -> None:
        hold(make_sale(), provider)
        journal = LedgerJournal.objects.exclude(kind__in=("settlement", "write_off")).latest("id")
        path = reverse("admin:payments_ledgerjournal_reverse", args=[journal.pk])

        operator.post(path, {"reason": "Because."})

        assert not LedgerJournal.objects.filter(reverses_id=journal.pk).exists()


class TestWhatSellersOwe:
    def test_nobody_owes_anything(self, operator: Client) -> None:
        page = operator.get("/admin/payments/wallet/receivables/")

        assert "No seller owes anything." in page.content.decode()

    def test_debts_are_shown_by_age_the_oldest_first(
        self, operator: Client, provider: FakeProvider
    ) -> None:
        sale = owing(provider)

        with clock.shifted(timedelta(days=45)):
            operator.force_login(make_user(Role.ADMIN))
            page = operator.get("/admin/payments/wallet/receivables/")

        text = page.content.decode()
        assert sale.seller.email in text
        assert "45 days" in text
        zero, owed = Money.zero("EUR"), Money(4_500, "EUR")
        assert page.context["sums"] == [("EUR", zero, owed, zero, zero, owed)]

    def test_staff_without_the_role_sees_nothing(self, client: Client) -> None:
        staff = make_user()
        staff.is_staff = True
        staff.save(update_fields=["is_staff"])
        client.force_login(staff)

        assert client.get("/admin/payments/wallet/receivables/").status_code == 403


class TestPagesOfTheBooks:
    @pytest.mark.parametrize("page", ["ledgerentry", "ledgerjournal"])
    def test_a_page_is_one_walk_down_an_index(
        self, operator: Client, provider: FakeProvider, page: str
    ) -> None:
        for _ in range(3):
            make_paid_seller(provider)
        model: Any = {"ledgerentry": LedgerEntry, "ledgerjournal": LedgerJournal}[page]
        middle = model.objects.order_by("-pk")[2].pk

        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = operator.get(f"/admin/payments/{page}/?before={middle}")

        assert answer.status_code == 200
        ours = [q["sql"] for q in asked if f'FROM "{model._meta.db_table}"' in q["sql"]]
        assert ours
        assert not [sql for sql in ours if "OFFSET" in sql or "COUNT(" in sql]
        with connection.cursor() as cursor:
            # So few rows are read in one go; which way there is shows without that.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            listing = next(sql for sql in ours if "LIMIT" in sql and " < " in sql)
            cursor.execute(f"EXPLAIN (FORMAT JSON) {listing}")
            plan = json.dumps(cursor.fetchone()[0])
        assert f"{model._meta.db_table}_pkey" in plan

    def test_pages_follow_each_other_without_gap_or_repetition(
        self, operator: Client, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(admin.site._registry[LedgerEntry], "list_per_page", 3)
        for _ in range(3):
            make_paid_seller(provider)
        expected = list(LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True))
        assert len(expected) > 6

        seen: list[int] = []
        address = "/admin/payments/ledgerentry/"
        while address:
            changelist = operator.get(address).context["cl"]
            seen += [row.pk for row in changelist.result_list]
            address = changelist.older and f"/admin/payments/ledgerentry/{changelist.older}"

        assert seen == expected

    @pytest.mark.parametrize("before", ["nothing", "-1", "9" * 40, "\u0661"])
    def test_a_page_after_nothing_is_a_page(self, operator: Client, before: str) -> None:
        for page in ("ledgerentry", "ledgerjournal"):
            answer = operator.get(f"/admin/payments/{page}/", {"before": before})
            assert answer.status_code == 200


def test_the_list_of_journals_leads_to_what_each_is_about(
    operator: Client, provider: FakeProvider
) -> None:
    seller = make_paid_seller(provider)
    payout = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(2_500, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w",
    )
    top_up = start_top_up(seller)
    report_top_up(provider, top_up.id)
    page = operator.get(reverse("admin:payments_ledgerjournal_changelist")).content.decode()
    for name, subject_id in (
        ("payment", Payment.objects.get().pk),
        ("payout", payout.id),
        ("topup", top_up.id),
    ):
        assert f'href="{reverse(f"admin:payments_{name}_change", args=[subject_id])}"' in page
    assert "payment/?q=" not in page, "a search that would find nothing"
