"""``freeze_payouts`` and ``lift_payout_freeze``, and what they do to payouts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import FreezeAlreadyLifted, ReasonMissing
from marketplace.payments.models import Payout, PayoutFreeze
from marketplace.payments.providers.protocol import PayoutOutcome
from marketplace.payments.repositories.freezes import payouts_frozen
from marketplace.payments.services import (
    freeze_payouts,
    lift_payout_freeze,
    submit_payouts,
)
from marketplace.payments.tests.factories import (
    actor_for,
    make_bank_account,
    make_paid_seller,
    make_user,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
MONITOR = Actor.system("payments.check_invariants")


@pytest.fixture
def operator() -> Actor:
    return actor_for(make_user(Role.ADMIN))


def freeze(actor: Actor = MONITOR, **changes: Any) -> UUID:
    return freeze_payouts(
        **{"actor": actor, "cause": "books", "detail": "They differ by 1.", **changes}
    )


def withdraw(seller: User) -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    return Payout.objects.get(id=snapshot.id)


def test_the_platform_freezes_by_itself_and_says_why() -> None:
    assert not payouts_frozen()
    freeze_id = freeze()
    assert payouts_frozen()
    row = PayoutFreeze.objects.get(id=freeze_id)
    assert (row.cause, row.opened_by, row.opened_by_job) == ("books", None, MONITOR.name)
    (event,) = recorded("payments.PayoutsFrozen")
    assert event["detail"] == "They differ by 1."


def test_a_second_breach_leaves_the_first_freeze_as_it_is(operator: Actor) -> None:
    first = freeze()
    assert freeze(operator, detail="Something else") == first
    assert PayoutFreeze.objects.get().detail == "They differ by 1."
    assert len(recorded("payments.PayoutsFrozen")) == 1


def test_a_named_operator_lifts_it_with_a_reason(operator: Actor) -> None:
    freeze_id = freeze()
    lift_payout_freeze(freeze_id=freeze_id, actor=operator, reason=" The line was explained. ")
    row = PayoutFreeze.objects.get()
    assert (row.lifted_by_id, row.lifted_reason) == (operator.user_id, "The line was explained.")
    assert not payouts_frozen()
    assert len(recorded("payments.PayoutFreezeLifted")) == 1
    assert freeze() != freeze_id, "the next breach freezes again"


def test_it_takes_an_operator_and_a_reason(operator: Actor) -> None:
    freeze_id = freeze()
    stranger = actor_for(make_user(Role.SELLER))
    for actor, reason, refusal in (
        (stranger, "Please", Forbidden),
        (MONITOR, "It looks well again", Forbidden),
        (operator, "  ", ReasonMissing),
    ):
        with pytest.raises(refusal):
            lift_payout_freeze(freeze_id=freeze_id, actor=actor, reason=reason)
    with pytest.raises(NotFound):
        lift_payout_freeze(freeze_id=new_id(), actor=operator, reason="Why not")
    with pytest.raises(Forbidden):
        freeze(stranger)
    with pytest.raises(ReasonMissing):
        freeze(operator, detail=" ")
    assert payouts_frozen()
    assert not recorded("payments.PayoutFreezeLifted")


def test_it_is_lifted_once_and_not_with_another_one(operator: Actor) -> None:
    first = freeze()
    lift_payout_freeze(freeze_id=first, actor=operator, reason="Explained")
    freeze()
    with pytest.raises(FreezeAlreadyLifted):
        lift_payout_freeze(freeze_id=first, actor=operator, reason="Again")
    assert payouts_frozen(), "the page showed the first; the second stays"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_payout_freeze SET detail = 'nothing much'",
        "DELETE FROM payments_payout_freeze",
        "TRUNCATE payments_payout_freeze",
        "UPDATE payments_payout_freeze SET lifted_at = now()",
    ],
)
def test_the_database_keeps_a_freeze(statement: str) -> None:
    freeze()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert payouts_frozen()


def test_nothing_is_sent_while_frozen_and_all_is_sent_afterwards(
    provider: FakeProvider, operator: Actor
) -> None:
    payout = withdraw(make_paid_seller(provider))
    freeze_id = freeze()
    for minutes in (0, 2, 4):
        with clock.shifted(timedelta(minutes=minutes)):
            submit_payouts()
    payout.refresh_from_db()
    assert "pay_out" not in provider.calls
    assert (payout.status, payout.checks) == ("REQUESTED", 0)
    lift_payout_freeze(freeze_id=freeze_id, actor=operator, reason="Explained")
    with clock.shifted(timedelta(minutes=6)):
        submit_payouts()
    payout.refresh_from_db()
    assert (payout.status, provider.calls.count("pay_out")) == ("SENT", 1)


def test_what_was_sent_before_a_freeze_is_still_learned(provider: FakeProvider) -> None:
    payout = withdraw(make_paid_seller(provider))
    submit_payouts()
    freeze()
    provider.settle_payout(str(payout.id), PayoutOutcome.PAID)
    with clock.shifted(timedelta(hours=2)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "PAID"


def test_a_freeze_in_the_middle_of_a_batch_holds_the_rest_back(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        withdraw(make_paid_seller(provider))
    send = provider.pay_out

    def send_and_freeze(new: Any) -> Any:
        answer = send(new)
        freeze()
        return answer

    monkeypatch.setattr(provider, "pay_out", send_and_freeze)
    assert submit_payouts() == 3
    assert provider.calls.count("pay_out") == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_freeze_at_the_same_moment_make_one_freeze() -> None:
    def one(number: int) -> UUID:
        try:
            return freeze(detail=f"breach {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(one, range(4)))
    assert found == {PayoutFreeze.objects.get().id}
    assert len(recorded("payments.PayoutsFrozen")) == 1
