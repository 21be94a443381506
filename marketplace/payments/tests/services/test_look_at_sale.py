"""Whose money is held, and what links the two people of the sale."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.events.testing import deliver_all, pending
from marketplace.core.ids import new_id
from marketplace.core.models import InboxMessage, OutboxEvent
from marketplace.core.money import Money
from marketplace.payments.models import BankAccount, Payment, Payout, RiskFinding
from marketplace.payments.repositories.findings import has_open_finding
from marketplace.payments.services import (
    clear_finding,
    confirm_finding,
    hold_captured_funds,
    remove_bank_account,
    reopen_finding,
    void_payment,
)
from marketplace.payments.services.look_at_sale import look_at_sale
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    add_approved_bank_account,
    fill_wallet,
    hold,
    in_transaction,
    make_bank_account,
    make_sale,
    make_user,
    pay_by_wallet,
    report_capture,
    start,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import SignIn
from marketplace.users.tests.factories import actor, make_staff
from marketplace.users.tests.phones import let_go, prove

pytestmark = pytest.mark.django_db
OTHER_IBAN = "GB33BUKB20201555555555"


def hear() -> None:
    """Of money that is held, and of nothing else: these sales have no order that could react."""
    OutboxEvent.objects.exclude(type="payments.FundsHeld").delete()
    deliver_all()


def look(sale: Sale) -> None:
    in_transaction(
        look_at_sale,
        payment_id=sale.payment_id,
        buyer_id=sale.buyer.pk,
        seller_id=sale.seller.pk,
        currency=sale.amount.currency,
    )


def linked(provider: FakeProvider) -> Sale:
    """Held, of two people who keep one account number, under names and currencies of their own."""
    sale = make_sale()
    make_bank_account(sale.seller)
    add_approved_bank_account(
        actor=actor_for(sale.buyer),
        account_holder="Somebody Else",
        currency="USD",
        iban="DE89370400440532013000",
    )
    hold(sale, provider)
    return sale


def test_a_sale_between_two_who_keep_one_bank_account_is_to_be_looked_at(
    provider: FakeProvider,
) -> None:
    sale = linked(provider)
    assert not RiskFinding.objects.exists()

    hear()

    finding = RiskFinding.objects.get()
    assert (finding.kind, finding.status) == ("LINKED_PARTIES", "OPEN")
    assert finding.evidence == ["bank_account"]
    assert (finding.payment_id, finding.order_id) == (sale.payment_id, sale.order_id)
    assert (finding.buyer, finding.seller) == (sale.buyer, sale.seller)
    assert has_open_finding(sale.seller.pk)
    assert not has_open_finding(sale.buyer.pk), "who only bought has nothing that could wait"


def test_nothing_else_happens_and_nobody_hears_of_it(provider: FakeProvider) -> None:
    sale = linked(provider)
    hear()
    RiskFinding.objects.all().delete()
    before, unheard = Payment.objects.values().get(), pending()

    look(sale)

    assert RiskFinding.objects.count() == 1
    assert Payment.objects.values().get() == before
    assert pending() == unheard


def test_again_is_no_second_finding_and_undoes_no_decision(provider: FakeProvider) -> None:
    sale = linked(provider)
    hear()
    user = make_user()
    RiskFinding.objects.update(
        status="CLEARED", decided_by=user, decided_at=sale.payment.captured_at, decided_reason="x"
    )

    InboxMessage.objects.all().delete()  # as if the event came again, to a consumer without memory
    look(sale)

    assert RiskFinding.objects.get().status == "CLEARED"


def test_what_was_paid_out_of_a_wallet_is_looked_at_as_well(provider: FakeProvider) -> None:
    sale = make_sale()
    for person in (sale.buyer, sale.seller):
        make_bank_account(person)
    fill_wallet(sale.buyer, provider)
    pay_by_wallet(sale)

    hear()

    assert RiskFinding.objects.get(order_id=sale.order_id).evidence == ["bank_account"]


def test_an_account_that_was_removed_links_still(provider: FakeProvider) -> None:
    sale = make_sale()
    make_bank_account(sale.seller)
    account = make_bank_account(sale.buyer)
    remove_bank_account(bank_account_id=account.id, actor=actor_for(sale.buyer))
    hold(sale, provider)

    hear()

    assert RiskFinding.objects.count() == 1


@pytest.mark.parametrize("who_has_one", ["nobody", "buyer", "seller", "both, another number"])
def test_people_without_a_common_account_leave_nothing(
    provider: FakeProvider, who_has_one: str
) -> None:
    sale = make_sale()
    if who_has_one in ("buyer", "both, another number"):
        make_bank_account(sale.buyer)
    if who_has_one == "seller":
        make_bank_account(sale.seller)
    if who_has_one == "both, another number":
        add_approved_bank_account(
            actor=actor_for(sale.seller), account_holder="S", currency="EUR", iban=OTHER_IBAN
        )
    hold(sale, provider)

    hear()

    assert not RiskFinding.objects.exists()


def test_an_account_that_went_with_an_erasure_links_nobody(provider: FakeProvider) -> None:
    sale = linked(provider)
    BankAccount.objects.filter(user=sale.seller).update(
        number_encrypted=b"", account_holder_encrypted=b"", fingerprint=b"\x00" * 32
    )

    hear()

    assert not RiskFinding.objects.exists()


def test_one_number_is_found_while_fingerprints_move_to_another_key(
    provider: FakeProvider, settings: LazySettings
) -> None:
    old, new = "1:" + "A" * 43 + "=", "2:" + "B" * 43 + "="
    sale = make_sale()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    make_bank_account(sale.seller)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    settings.FIELD_FINGERPRINT_KEY = 2
    make_bank_account(sale.buyer)
    one, other = BankAccount.objects.values_list("fingerprint", flat=True)
    assert bytes(one) != bytes(other)
    hold(sale, provider)

    hear()

    assert RiskFinding.objects.count() == 1


def test_money_that_came_for_an_order_that_had_ended_leaves_nothing(provider: FakeProvider) -> None:
    sale = make_sale()
    for person in (sale.buyer, sale.seller):
        make_bank_account(person)
    attempt_id = start(sale).attempt_id
    in_transaction(void_payment, order_id=sale.order_id)
    report_capture(provider, attempt_id)
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)

    hear()

    assert not RiskFinding.objects.exists()


def test_a_sale_without_a_link_costs_a_few_queries(
    provider: FakeProvider, django_assert_max_num_queries: Any
) -> None:
    sale = make_sale()
    make_bank_account(sale.buyer)
    hold(sale, provider)
    with transaction.atomic(), django_assert_max_num_queries(8):
        look_at_sale(
            payment_id=sale.payment_id,
            buyer_id=sale.buyer.pk,
            seller_id=sale.seller.pk,
            currency="EUR",
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"evidence": []},
        {"evidence": ["a hunch"]},
        {"kind": "HUNCH"},
        {"status": "CLEARED"},
        {"status": "CONFIRMED", "decided_reason": "x"},
        {"decided_reason": "x"},
    ],
)
def test_the_database_takes_no_finding_that_says_nothing(
    provider: FakeProvider, wrong: dict[str, Any]
) -> None:
    look(linked(provider))
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskFinding.objects.update(**wrong)


def test_a_device_that_both_signed_in_on_is_evidence_beside_the_account(
    provider: FakeProvider,
) -> None:
    sale, at = linked(provider), clock.now() - timedelta(hours=1)
    for person in (sale.buyer, sale.seller):
        SignIn.objects.create(
            user=person,
            refresh_token_id=new_id(),
            ip_address="203.0.113.7",
            user_agent="A browser",
            created_at=at,
            expires_at=at + timedelta(days=30),
        )

    hear()

    assert RiskFinding.objects.get().evidence == ["bank_account", "device"]


def test_a_number_that_both_proved_is_evidence(provider: FakeProvider) -> None:
    sale = make_sale()
    prove(sale.buyer, "+254712345678")
    let_go(sale.buyer)
    prove(sale.seller, "+254712345678")
    hold(sale, provider)

    hear()

    assert RiskFinding.objects.get().evidence == ["phone"]


@pytest.mark.parametrize("whose", ["buyer", "seller"])
def test_an_account_that_was_altered_holds_up_neither_the_look_nor_the_order(
    provider: FakeProvider, whose: str
) -> None:
    sale = linked(provider)
    account = BankAccount.objects.get(user=getattr(sale, whose))
    altered = bytes(account.number_encrypted)[:-1] + b"?"
    BankAccount.objects.filter(id=account.id).update(number_encrypted=altered)

    hear()

    assert RiskFinding.objects.get().evidence == ["bank_account"]


def test_payouts_wait_for_approval_until_the_finding_is_cleared(provider: FakeProvider) -> None:
    sale = linked(provider)
    account = BankAccount.objects.get(user=sale.seller)
    by = actor(make_staff("FINANCE"))
    fill_wallet(sale.seller, provider)

    def reasons(key: str) -> list[str]:
        wanted = withdraw_approved(
            actor=actor_for(sale.seller),
            amount=Money(100, "EUR"),
            bank_account_id=account.id,
            idempotency_key=key,
        )
        payout = Payout.objects.get(id=wanted.id)
        assert payout.awaits_approval is bool(payout.reasons)
        return list(payout.reasons)

    before = reasons("before")
    hear()
    finding = RiskFinding.objects.get()
    while_open = reasons("while it is open")
    confirm_finding(finding_id=finding.id, actor=by, reason="One hand")
    confirmed = reasons("confirmed")
    reopen_finding(finding_id=finding.id, actor=by, reason="They wrote")
    clear_finding(finding_id=finding.id, actor=by, reason="A workshop")
    cleared = reasons("cleared")

    assert (before, while_open, confirmed, cleared) == ([], ["finding"], ["finding"], [])
