from marketplace.core.actor import Actor
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments.errors import ItemNotOpen, ReportLinesDiffer
from marketplace.payments.models import ItemSide, ReconciliationItem
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import ObjectKind, WebhookNotice
from marketplace.payments.repositories.open_items import find_item, of_subject, provider_id_of
from marketplace.payments.services.match_reports import (
    BOOKED_BY_REPORT,
    book_reported,
    match_report,
)
from marketplace.payments.services.process_webhooks import learn_object

OBJECTS = {
    "PAYMENT": ObjectKind.PAYMENT,
    "REFUND": ObjectKind.REFUND,
    "REFUND_RETURN": ObjectKind.REFUND,
    "PAYOUT": ObjectKind.PAYOUT,
    "PAYOUT_RETURN": ObjectKind.PAYOUT,
    "CHARGEBACK": ObjectKind.CHARGEBACK,
    "CHARGEBACK_FEE": ObjectKind.CHARGEBACK,
    "CHARGEBACK_RETURN": ObjectKind.CHARGEBACK,
}


def ask_about_item(*, item_id: int, actor: Actor) -> str:
    """Ask the provider about the object of an open item, as its webhook would have made us do.

    The answer is recorded by the command it belongs to, exactly once; the item then closes by
    itself. Returns what was done, "" for nothing. Money that is being held on its order's account
    is held in a moment, by the order's own reaction. A fee or settlement has only its line in the
    report to ask: that is booked, once a wrong journal of it has been taken back. Where several
    lines are about it, it is the one that was asked about, or that says what was taken back.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`ItemNotOpen`,
    :class:`ReportLinesDiffer`, :class:`ProviderFeeDiffers`, :class:`SettlementDiffers` and what the
    provider's calls raise.
    """
    require_permission(actor, "payments.resolve_item")
    item = find_item(item_id)
    if item.match_id is not None or item.resolution_id is not None:
        raise ItemNotOpen
    if item.kind in BOOKED_BY_REPORT:
        return _book_as_reported(item)
    kind = OBJECTS.get(item.kind)
    # The provider's name in our own rows first: a report may name a part of the object.
    object_id = provider_id_of(item) or item.object_id
    if kind is None or not object_id:
        return ""
    provider = get_provider(item.provider)
    notice = WebhookNotice(event_id="", type="asked by an operator", kind=kind, object_id=object_id)
    said = learn_object(provider, notice)
    match_report(provider=item.provider)
    return said


def _book_as_reported(item: ReconciliationItem) -> str:
    """By the open line, or by the line of what was ours and has been taken back."""
    line = item if item.side == ItemSide.THEIRS else _line_of(item)
    is_news = line is not None and book_reported(item=line, again=True)
    match_report(provider=item.provider)
    return "booked as the report says" if is_news else ""


def _line_of(ours: ReconciliationItem) -> ReconciliationItem | None:
    """The only line about it, or the one that says what ours took back."""
    lines = of_subject(ours).filter(side=ItemSide.THEIRS, kind=ours.kind).order_by("-id")
    by_amount = {line.amount_minor: line for line in lines}
    if len(by_amount) > 1 and -ours.amount_minor not in by_amount:
        said = ", ".join(str(Money(each, ours.currency)) for each in by_amount)
        raise ReportLinesDiffer(f"The lines say {said}. Ask about the one that is to be booked.")
    return by_amount.get(-ours.amount_minor) or next(iter(by_amount.values()), None)
