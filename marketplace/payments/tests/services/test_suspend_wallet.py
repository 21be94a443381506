"""An operator suspends a wallet: it pays nothing, and what it is owed still arrives."""

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import ReasonMissing, WalletInactive
from marketplace.payments.models import Payout, Wallet, WalletDecision
from marketplace.payments.services import (
    approve_payout,
    reinstate_wallet,
    reject_payout,
    release_escrow,
    submit_payouts,
    suspend_wallet,
)
from marketplace.payments.tests.factories import (
    actor_for,
    everything,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    make_user,
    pay_by_wallet,
    start_top_up,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from marketplace.users.services import reinstate_user, suspend_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(provider: FakeProvider) -> User:
    """Somebody with 100.00 EUR in the wallet."""
    return make_paid_seller(provider)


def decide(command: Any, user: User, actor: Actor | None = None, reason: str = "A claim") -> None:
    command(
        wallet_id=Wallet.objects.get(user=user, currency="EUR").id,
        actor=actor or actor_for(make_user(Role.ADMIN)),
        reason=reason,
    )


def test_it_pays_nothing_until_it_is_reinstated(user: User) -> None:
    sale = make_sale(buyer=user)
    decide(suspend_wallet, user)
    with pytest.raises(WalletInactive):
        pay_by_wallet(sale)
    with pytest.raises(WalletInactive):
        start_top_up(user)

    decide(reinstate_wallet, user, reason="The claim was withdrawn")
    pay_by_wallet(sale)

    assert wallet(user) == 0


def suspend_wallet_of(user: User) -> Any:
    decide(suspend_wallet, user)
    return lambda: decide(reinstate_wallet, user)


def suspend_owner(user: User) -> Any:
    operator = actor_for(make_user(Role.ADMIN))
    suspend_user(user_id=user.pk, actor=operator, reason="A claim")
    return lambda: reinstate_user(user_id=user.pk, actor=operator, reason="It was withdrawn")


@pytest.mark.parametrize("suspend", [suspend_wallet_of, suspend_owner])
class TestWhatWasRequestedBefore:
    def test_is_not_sent_until_it_is_lifted_and_two_approve(
        self, user: User, provider: FakeProvider, suspend: Any
    ) -> None:
        payout = withdraw(user)
        lift = suspend(user)
        assert submit_payouts() == 1
        payout.refresh_from_db()
        assert (payout.awaits_approval, payout.reasons) == (True, ["suspended"])
        with pytest.raises(WalletInactive, match=r"Reject the payout"):
            approve(payout)

        lift()
        approve(payout)
        approve(payout)
        assert submit_payouts() == 1
        assert len(provider.payouts) == 1

    def test_can_be_rejected(self, user: User, provider: FakeProvider, suspend: Any) -> None:
        payout = withdraw(user)
        suspend(user)
        submit_payouts()
        reject_payout(
            payout_id=payout.id, actor=actor_for(make_user(Role.ADMIN)), reason="A claim."
        )
        assert (wallet(user), provider.payouts) == (10_000, {})


def withdraw(user: User) -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(user),
        amount=Money(8_000, "EUR"),
        bank_account_id=make_bank_account(user).id,
        idempotency_key="w-1",
    )
    return Payout.objects.get(id=snapshot.id)


def approve(payout: Payout) -> None:
    approve_payout(payout_id=payout.id, actor=actor_for(make_user(Role.ADMIN)), reason="Seen")


def test_money_still_arrives(user: User, provider: FakeProvider) -> None:
    decide(suspend_wallet, user)
    sale = make_sale(seller=user, rate_bps=0)
    hold(sale, provider)

    in_transaction(release_escrow, order_id=sale.order_id)

    assert wallet(user) == 20_000


def test_who_decided_and_why_is_kept_for_good(user: User) -> None:
    operator = make_user(Role.ADMIN)
    decide(suspend_wallet, user, actor_for(operator), "A claim of fraud")
    decide(reinstate_wallet, user, Actor.system("risk"), "Cleared")

    first, second = WalletDecision.objects.order_by("id")
    assert (first.is_active, first.reason, first.decided_by) == (
        False,
        "A claim of fraud",
        operator,
    )
    assert (second.is_active, second.decided_by, second.decided_by_job) == (True, None, "risk")
    assert len(recorded("payments.WalletSuspended")) == 1
    assert len(recorded("payments.WalletReinstated")) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        WalletDecision.objects.update(reason="Another")
    with pytest.raises(DatabaseError), transaction.atomic():
        WalletDecision.objects.all().delete()


def test_the_same_again_has_no_effect(user: User) -> None:
    decide(suspend_wallet, user)
    before = everything()

    decide(suspend_wallet, user)

    assert everything() == before
    assert WalletDecision.objects.count() == 1


@pytest.mark.parametrize("command", [suspend_wallet, reinstate_wallet])
@pytest.mark.parametrize(
    ("role", "reason", "wallet_id", "error"),
    [
        (Role.SELLER, "Why", None, Forbidden),
        (Role.ADMIN, " ", None, ReasonMissing),
        (Role.ADMIN, "Why", new_id(), NotFound),
    ],
)
def test_what_is_refused_changes_nothing(
    user: User,
    command: Any,
    role: Role,
    reason: str,
    wallet_id: UUID | None,
    error: type[DomainError],
) -> None:
    known = Wallet.objects.get(user=user).id
    actor = actor_for(make_user(role))
    before = everything()
    with pytest.raises(error):
        command(wallet_id=wallet_id or known, actor=actor, reason=reason)
    assert everything() == before
    assert WalletDecision.objects.count() == 0
