"""Open items of the reconciliation, for those who resolve them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Model, QuerySet

from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments.errors import ItemNotOpen
from marketplace.payments.models import (
    Chargeback,
    ItemSide,
    LedgerJournal,
    PaymentAttempt,
    Payout,
    ReconciliationItem,
    Refund,
    TopUp,
)

PAYMENTS: Sequence[tuple[type[Model], str]] = (
    (PaymentAttempt, "provider_payment_id"),
    (TopUp, "provider_payment_id"),
)
REFUNDS = ((Refund, "provider_refund_id"),)
PAYOUTS = ((Payout, "provider_payout_id"),)
CHARGEBACKS = ((Chargeback, "provider_chargeback_id"),)
OBJECTS: Mapping[str, Sequence[tuple[type[Model], str]]] = {
    "PAYMENT": PAYMENTS,
    "REFUND": REFUNDS,
    "REFUND_RETURN": REFUNDS,
    "PAYOUT": PAYOUTS,
    "PAYOUT_RETURN": PAYOUTS,
    "CHARGEBACK": CHARGEBACKS,
    "CHARGEBACK_RETURN": CHARGEBACKS,
}
"""What is booked by commands of its own, and how the provider calls it."""
NAMED: Mapping[str, Sequence[tuple[type[Model], str]]] = {
    **OBJECTS,
    "FEE": PAYMENTS,
    "CHARGEBACK_FEE": CHARGEBACKS,
}


def find_item(item_id: int) -> ReconciliationItem:
    item = ReconciliationItem.objects.filter(id=item_id).first()
    if item is None:
        raise NotFound("open item")
    return item


@needs_transaction
def lock_difference(item: ReconciliationItem) -> list[ReconciliationItem]:
    """Everything open about the item's subject, locked, oldest first.

    Raises :class:`ItemNotOpen` when the item is no longer among it.
    """
    items = list(
        of_subject(item)
        .filter(match_id__isnull=True, resolution__isnull=True)
        .select_for_update(no_key=True)
        .order_by("id")
    )
    if item.id not in [each.id for each in items]:
        raise ItemNotOpen
    return items


def of_subject(item: ReconciliationItem) -> QuerySet[ReconciliationItem]:
    return ReconciliationItem.objects.filter(
        provider=item.provider, currency=item.currency, subject=item.subject
    )


def difference_of(items: Sequence[ReconciliationItem]) -> Money:
    """What our clearing account lacks: theirs less ours."""
    total = sum(
        item.amount_minor if item.side == ItemSide.THEIRS else -item.amount_minor for item in items
    )
    return Money(total, items[0].currency)


def first_ended(items: Sequence[ReconciliationItem]) -> Sequence[ReconciliationItem]:
    """What a person had ended, where these are nothing but the taking back of that."""
    while len(items) == 1 and items[0].side == ItemSide.OURS:
        reversals = LedgerJournal.objects.filter(id__in=[items[0].journal_id])
        ended = ReconciliationItem.objects.filter(
            resolution__journal_id__in=reversals.values("reverses_id")
        )
        if not ended:
            break
        items = list(ended.order_by("id"))
    return items


def is_not_booked_yet(items: Sequence[ReconciliationItem]) -> bool:
    """Whether they are lines about an object of ours that our books have not heard of."""
    return any(
        item.side == ItemSide.THEIRS
        and item.kind in OBJECTS
        and _is_ours(item)
        and not of_subject(item).filter(side=ItemSide.OURS, kind=item.kind).exists()
        for item in items
    )


def _is_ours(item: ReconciliationItem) -> bool:
    return provider_id_of(item) is not None


def provider_id_of(item: ReconciliationItem) -> str | None:
    """What the provider calls the object of ours that the item is about.

    None when it is about no object of ours; "" when the provider's name is not known yet.
    """
    try:
        own_id = UUID(item.subject)
    except ValueError:
        return None
    for model, column in NAMED.get(item.kind, ()):
        row = QuerySet(model).filter(id=own_id).values(column).first()
        if row is not None:
            return row[column] or ""
    return None
