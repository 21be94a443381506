"""Every state, with and without each guard's fact; in it every command by every party.

What may happen comes from the table; what may not must be refused by name and change nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError, NotFound, StaleVersion
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.orders import services
from marketplace.orders.errors import NotYourPart, OrderRefused
from marketplace.orders.models import Order, OrderEvent, OrderStatus
from marketplace.orders.services.pay_order import pay_order
from marketplace.orders.tests.factories import (
    CARRIER,
    RETURN_URL,
    TIMER,
    Deal,
    everything,
    later,
)
from marketplace.orders.transitions import Command, Guard, Party, parties_of, rows_of
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.tests.factories import actor, make_buyer

pytestmark = pytest.mark.django_db

S = OrderStatus
DO_NOTHING: Callable[[Deal], Any] = lambda deal: None  # noqa: E731


@dataclass(frozen=True)
class Situation:
    """A status, what happened in it, and which guards hold then."""

    status: OrderStatus
    name: str = ""
    then: Callable[[Deal], Any] = DO_NOTHING
    holds: frozenset[Guard] = frozenset({Guard.NOT_FROZEN, Guard.NO_OPEN_REQUEST})

    def __str__(self) -> str:
        return f"{self.status} {self.name}".strip()


UNFROZEN = frozenset({Guard.NOT_FROZEN})
ASKED = UNFROZEN | {Guard.OPEN_REQUEST}
QUIET = UNFROZEN | {Guard.NO_OPEN_REQUEST}
SITUATIONS = (
    *(Situation(status) for status in OrderStatus),
    Situation(S.PAYMENT_RECEIVED, "asked to cancel", Deal.ask_to_cancel, ASKED),
    Situation(S.PROCESSING, "asked to cancel", Deal.ask_to_cancel, ASKED),
    Situation(S.SHIPPED, "scan overdue", Deal.miss_scan, QUIET | {Guard.NO_SCAN_IN_TIME}),
    Situation(S.DELIVERED, "reminded", Deal.remind, QUIET | {Guard.BUYER_REMINDED}),
    *(
        Situation(status, "frozen", Deal.freeze, frozenset({Guard.NO_OPEN_REQUEST}))
        for status in (S.PAYMENT_RECEIVED, S.PROCESSING, S.SHIPPED, S.DELIVERED)
    ),
)
COMMANDS = tuple(command for command in Command if command is not Command.PLACE_ORDER)
BY_USERS: dict[Command, Callable[..., Any]] = {
    Command.ACCEPT_ORDER: services.accept_order,
    Command.REQUEST_CANCELLATION: services.request_cancellation,
    Command.DECLINE_CANCELLATION: services.decline_cancellation,
    Command.CANCEL_ORDER: partial(services.cancel_order, reason="Out of stock"),
    Command.RECORD_DELIVERY: partial(services.record_delivery, note="Signed for"),
    Command.CONFIRM_RECEIPT: services.confirm_receipt,
    Command.CHARGE_BACK: services.follow_chargebacks,
}
BY_TIMERS = {
    Command.EXPIRE_PAYMENT: services.expire_payment,
    Command.CANCEL_BY_SILENCE: services.cancel_by_silence,
    Command.EXPIRE_SHIP_BY: services.expire_ship_by,
    Command.NOTE_MISSING_SCAN: services.note_missing_scan,
    Command.REMIND_BUYER: services.remind_buyer,
    Command.COMPLETE_AUTOMATICALLY: services.complete_automatically,
}


def give(command: Command, deal: Deal, by: Actor, **extra: Any) -> Any:
    """Give ``command`` with input that is right in itself."""
    if command in BY_TIMERS:
        with later(days=60):
            return BY_TIMERS[command](order_id=deal.id, actor=by)
    extra = {"order_id": deal.id, "actor": by, **extra}
    if command is Command.PAY_ORDER:
        return pay_order(method="card", idempotency_key="key-1", return_url=RETURN_URL, **extra)
    if command in (Command.REFUND_ORDER, Command.REFUND_PART):
        total = deal.order.total
        amount = total if command is Command.REFUND_ORDER else Money(1, total.currency)
        return services.refund_order(amount=amount, reason="Not as described", **extra)
    if command is Command.SHIP_ORDER:
        return services.ship_order(tracking_number=f"TRK-{deal.id.hex[-16:]}", **extra)
    if command is Command.EXTEND_SHIP_BY:
        return services.extend_ship_by(business_days=2, **extra)
    if command is Command.RECEIVE_PAYMENT:
        return services.receive_payment(
            payment_id=deal.order.payment_id, attempt_id=attempt_of(deal), **extra
        )
    return BY_USERS[command](**extra)


def attempt_of(deal: Deal) -> UUID:
    attempts = deal.payment.attempts.order_by("-id")
    return attempts[0].id if attempts else new_id()


def actor_as(party: Party, deal: Deal) -> Actor:
    return {
        Party.BUYER: lambda: actor(deal.buyer),
        Party.SELLER: lambda: actor(deal.seller),
        Party.OPERATOR: lambda: actor(deal.operator),
        Party.SYSTEM: lambda: TIMER,
        Party.PROVIDER: lambda: CARRIER,
    }[party]()


def arrange(situation: Situation, provider: FakeProvider, command: Command) -> Deal:
    deal = Deal(provider).drive_to(situation.status)
    situation.then(deal)
    if command is Command.RECEIVE_PAYMENT and situation.status == S.PENDING_PAYMENT:
        deal.capture()
    return deal


TIMERS_THAT_RAN = {
    ("scan overdue", Command.NOTE_MISSING_SCAN),
    ("reminded", Command.REMIND_BUYER),
}


def is_allowed(situation: Situation, command: Command, party: Party) -> bool:
    if (situation.name, command) in TIMERS_THAT_RAN or command is Command.CHARGE_BACK:
        return False
    return any(
        party in row.parties and situation.holds.issuperset(row.guards)
        for row in rows_of(command, situation.status)
    )


def parties_to_try(command: Command) -> list[Party]:
    # What the provider's word does in the other states is in test_receive_payment.
    # What the provider's word of a chargeback does is in test_follow_chargebacks.
    by_provider = (Command.RECEIVE_PAYMENT, Command.CHARGE_BACK)
    return [party for party in Party if not (command in by_provider and party is Party.PROVIDER)]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_whoever_may_not_is_refused_and_nothing_changes(
    situation: Situation, command: Command, provider: FakeProvider
) -> None:
    deal = arrange(situation, provider, command)
    before = everything()
    calls = list(provider.calls)

    for party in parties_to_try(command):
        if is_allowed(situation, command, party):
            continue
        expected = OrderRefused if party in parties_of(command) else NotYourPart
        with pytest.raises(expected) as refused:
            give(command, deal, actor_as(party, deal))
        assert refused.value.code not in {"error", ""}
        assert refused.value.detail

    with pytest.raises(NotFound):
        give(command, deal, actor(make_buyer()))
    assert everything() == before
    assert provider.calls == calls


@pytest.mark.parametrize(
    ("situation", "command", "party"),
    [
        (situation, command, party)
        for situation in SITUATIONS
        for command in COMMANDS
        for party in Party
        if is_allowed(situation, command, party)
    ],
    ids=str,
)
def test_whoever_may_does(
    situation: Situation, command: Command, party: Party, provider: FakeProvider
) -> None:
    deal = arrange(situation, provider, command)
    (row,) = [r for r in rows_of(command, situation.status) if party in r.parties]
    before = deal.order

    give(command, deal, actor_as(party, deal))

    after = deal.order
    assert after.status == row.target
    if command is Command.PAY_ORDER:
        assert after.version == before.version
        return
    assert after.version == before.version + 1
    line = OrderEvent.objects.filter(order_id=deal.id).latest("id")
    assert (line.command, line.party) == (command, party)
    assert (line.from_status, line.to_status) == (situation.status, row.target)
    if row.target != row.source:
        assert getattr(after, Order.STAMPS[row.target]) is not None


USER_COMMANDS = [
    (command, situation, party)
    for command in (*BY_USERS, Command.PAY_ORDER, Command.SHIP_ORDER, Command.EXTEND_SHIP_BY)
    for situation in SITUATIONS
    for party in (Party.BUYER, Party.SELLER, Party.OPERATOR)
    if is_allowed(situation, command, party)
]


@pytest.mark.parametrize(("command", "situation", "party"), USER_COMMANDS, ids=str)
def test_whoever_acts_on_an_old_version_is_told_so(
    situation: Situation, command: Command, party: Party, provider: FakeProvider
) -> None:
    deal = arrange(situation, provider, command)
    before = everything()

    for stale in (deal.order.version - 1, deal.order.version + 1):
        with pytest.raises(StaleVersion):
            give(command, deal, actor_as(party, deal), expected_version=stale)

    assert everything() == before


def test_every_refusal_has_its_own_code() -> None:
    def all_below(cls: type[DomainError]) -> set[type[DomainError]]:
        return {cls, *(x for sub in cls.__subclasses__() for x in all_below(sub))}

    refusals = all_below(OrderRefused) - {OrderRefused}
    assert len({refusal.code for refusal in refusals}) == len(refusals) > 20


def test_a_way_to_pay_that_does_not_exist_gives_no_more_time(provider: FakeProvider) -> None:
    """The longer time of a slow method is for those who can pay by it."""
    deal = Deal(provider)
    before = everything()
    with pytest.raises(DomainError) as refusal:
        deal.start(method="cheque")
    assert refusal.value.code == "payment_method_unavailable"
    assert everything() == before
