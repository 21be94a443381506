"""The state machine of an order, as one table. Nothing else in the platform knows these rules.

``Order.perform`` enforces it, ``README.md`` draws it (a test compares the two), and the tests walk
through every combination of state, command and party.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import models


class OrderStatus(models.TextChoices):
    """The specification's eight names."""

    PENDING_PAYMENT = "PENDING_PAYMENT"
    PAYMENT_RECEIVED = "PAYMENT_RECEIVED"
    PROCESSING = "PROCESSING"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"


FINAL_STATUSES = frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.REFUNDED})


class Party(StrEnum):
    """As what somebody acts on one order."""

    BUYER = "BUYER"
    SELLER = "SELLER"
    OPERATOR = "OPERATOR"
    SYSTEM = "SYSTEM"
    """A timer."""
    PROVIDER = "PROVIDER"
    """A payment provider or a carrier, through a verified message."""


class Command(StrEnum):
    PLACE_ORDER = "place_order"
    PAY_ORDER = "pay_order"
    RECEIVE_PAYMENT = "receive_payment"
    EXPIRE_PAYMENT = "expire_payment"
    ACCEPT_ORDER = "accept_order"
    REQUEST_CANCELLATION = "request_cancellation"
    DECLINE_CANCELLATION = "decline_cancellation"
    CANCEL_ORDER = "cancel_order"
    CANCEL_BY_SILENCE = "cancel_by_silence"
    EXTEND_SHIP_BY = "extend_ship_by"
    EXPIRE_SHIP_BY = "expire_ship_by"
    SHIP_ORDER = "ship_order"
    NOTE_MISSING_SCAN = "note_missing_scan"
    RECORD_DELIVERY = "record_delivery"
    REMIND_BUYER = "remind_buyer"
    CONFIRM_RECEIPT = "confirm_receipt"
    COMPLETE_AUTOMATICALLY = "complete_automatically"
    REFUND_ORDER = "refund_order"
    CHARGE_BACK = "charge_back"
    REFUND_PART = "refund_part"
    """What ``refund_order`` comes to while the buyer does not have everything back."""


class Guard(StrEnum):
    """A condition beside the status; ``models.order`` holds the test and the error of each."""

    NOT_FROZEN = "not frozen"
    NO_OPEN_REQUEST = "no open request"
    OPEN_REQUEST = "open request"
    NO_SCAN_IN_TIME = "no scan in time"
    BUYER_REMINDED = "buyer reminded"


@dataclass(frozen=True, slots=True)
class Transition:
    source: OrderStatus
    target: OrderStatus
    command: Command
    parties: frozenset[Party]
    guards: tuple[Guard, ...] = ()


def _rows() -> Iterator[Transition]:
    s, c, g = OrderStatus, Command, Guard
    buyer, seller, operator = Party.BUYER, Party.SELLER, Party.OPERATOR
    system, provider = Party.SYSTEM, Party.PROVIDER

    def row(
        source: OrderStatus,
        target: OrderStatus,
        command: Command,
        parties: set[Party],
        *guards: Guard,
    ) -> Transition:
        return Transition(source, target, command, frozenset(parties), guards)

    pending, paid, processing = s.PENDING_PAYMENT, s.PAYMENT_RECEIVED, s.PROCESSING
    shipped, delivered, completed, cancelled = s.SHIPPED, s.DELIVERED, s.COMPLETED, s.CANCELLED

    yield row(pending, pending, c.PAY_ORDER, {buyer})
    yield row(pending, paid, c.RECEIVE_PAYMENT, {provider})
    yield row(pending, cancelled, c.EXPIRE_PAYMENT, {system})
    yield row(pending, cancelled, c.CANCEL_ORDER, {buyer, seller, operator})

    yield row(paid, processing, c.ACCEPT_ORDER, {seller}, g.NOT_FROZEN)
    for unshipped in (paid, processing):
        yield row(
            unshipped, unshipped, c.REQUEST_CANCELLATION, {buyer}, g.NOT_FROZEN, g.NO_OPEN_REQUEST
        )
        yield row(unshipped, unshipped, c.DECLINE_CANCELLATION, {seller}, g.OPEN_REQUEST)
        yield row(unshipped, unshipped, c.EXTEND_SHIP_BY, {buyer})
        yield row(unshipped, cancelled, c.CANCEL_ORDER, {seller, operator}, g.NOT_FROZEN)
        yield row(unshipped, cancelled, c.CANCEL_BY_SILENCE, {system}, g.NOT_FROZEN, g.OPEN_REQUEST)
        yield row(unshipped, cancelled, c.EXPIRE_SHIP_BY, {system}, g.NOT_FROZEN)

    yield row(processing, shipped, c.SHIP_ORDER, {seller}, g.NOT_FROZEN, g.NO_OPEN_REQUEST)
    yield row(shipped, shipped, c.NOTE_MISSING_SCAN, {system})
    yield row(shipped, cancelled, c.CANCEL_ORDER, {buyer}, g.NOT_FROZEN, g.NO_SCAN_IN_TIME)
    yield row(shipped, delivered, c.RECORD_DELIVERY, {buyer, operator, provider})

    yield row(delivered, delivered, c.REMIND_BUYER, {system}, g.NOT_FROZEN)
    yield row(delivered, completed, c.CONFIRM_RECEIPT, {buyer}, g.NOT_FROZEN)
    yield row(
        delivered, completed, c.COMPLETE_AUTOMATICALLY, {system}, g.NOT_FROZEN, g.BUYER_REMINDED
    )

    for was_paid in (paid, processing, shipped, delivered, completed):
        yield row(was_paid, s.REFUNDED, c.REFUND_ORDER, {operator}, g.NOT_FROZEN)
        yield row(was_paid, s.REFUNDED, c.CHARGE_BACK, {provider})
        yield row(was_paid, was_paid, c.REFUND_PART, {operator}, g.NOT_FROZEN)


TRANSITIONS: tuple[Transition, ...] = tuple(_rows())


def parties_of(command: Command) -> frozenset[Party]:
    """Everybody who may ever give ``command``, whatever the status."""
    return frozenset(
        party for row in TRANSITIONS if row.command is command for party in row.parties
    )


def rows_of(command: Command, status: str) -> tuple[Transition, ...]:
    return tuple(row for row in TRANSITIONS if row.command is command and row.source == status)


def commands_for(party: Party, status: str) -> tuple[Command, ...]:
    """What ``party`` may try in ``status``, guards aside."""
    return tuple(
        row.command for row in TRANSITIONS if row.source == status and party in row.parties
    )


def mermaid() -> str:
    """The table as a Mermaid state diagram: one arrow per row that changes the status."""
    lines = ["stateDiagram-v2", f"    [*] --> PENDING_PAYMENT: {Command.PLACE_ORDER} (BUYER)"]
    for row in TRANSITIONS:
        if row.source != row.target:
            who = ", ".join(sorted(row.parties))
            guards = f" [{', '.join(row.guards)}]" if row.guards else ""
            lines.append(f"    {row.source} --> {row.target}: {row.command} ({who}){guards}")
    lines += [f"    {status} --> [*]" for status in sorted(FINAL_STATUSES)]
    return "\n".join(lines)
