"""Who may do what to an order."""

from marketplace.core.actor import Actor, ActorKind
from marketplace.core.errors import Forbidden
from marketplace.orders.errors import NotYourPart, OrderRefused
from marketplace.orders.models import Order
from marketplace.orders.transitions import Command, Party, commands_for, parties_of

STAFF_PERMISSIONS = {
    Command.CANCEL_ORDER: "orders.cancel_order",
    Command.RECORD_DELIVERY: "orders.record_delivery",
    Command.REFUND_ORDER: "orders.refund_order",
}
"""What a member of staff needs for a command beside seeing the order."""


def party_of(order: Order, actor: Actor) -> Party | None:
    """As what ``actor`` acts on this order; None for a stranger, who may not know that it exists.

    An operator who buys or sells is that party and nothing more: nobody judges their own order.
    """
    if actor.kind is ActorKind.SYSTEM:
        return Party.SYSTEM
    if actor.kind is ActorKind.PROVIDER:
        return Party.PROVIDER
    if actor.user_id == order.buyer_id:
        return Party.BUYER
    if actor.user_id == order.seller_id:
        return Party.SELLER
    return Party.OPERATOR if actor.may("orders.view_order") else None


def authorize(order: Order, actor: Actor, command: Command) -> Party:
    """The part in which ``actor`` may ever give ``command``.

    Raises NotYourPart, and Forbidden for staff whose roles do not permit it.
    """
    party = party_of(order, actor)
    allowed = parties_of(command)
    if party is None or party not in allowed:
        who = " or ".join(sorted(p.lower() for p in allowed))
        raise NotYourPart(
            f"You act as {party.lower() if party else 'a stranger'}; this is for the {who} to do."
        )
    if not _is_permitted(actor, party, command):
        raise Forbidden(f"This needs the permission {STAFF_PERMISSIONS.get(command, command)}.")
    return party


def _is_permitted(actor: Actor, party: Party, command: Command) -> bool:
    if party is not Party.OPERATOR:
        return True
    # A command that is not in the list is for administrators.
    return actor.may(STAFF_PERMISSIONS.get(command, f"orders.{command}"))


def available_commands(order: Order, party: Party, actor: Actor) -> tuple[Command, ...]:
    """What ``actor`` can do right now, guards included: what a client shows as buttons."""
    return tuple(
        command
        for command in commands_for(party, order.status)
        if _is_permitted(actor, party, command) and _is_open(order, command, party)
    )


def _is_open(order: Order, command: Command, party: Party) -> bool:
    try:
        order.transition_for(command, by=party)
    except OrderRefused:
        return False
    return True
