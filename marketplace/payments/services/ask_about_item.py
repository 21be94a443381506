from marketplace.core.actor import Actor
from marketplace.core.policies import require_permission
from marketplace.payments.errors import ItemNotOpen
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import ObjectKind, WebhookNotice
from marketplace.payments.repositories.open_items import find_item, provider_id_of
from marketplace.payments.services.match_reports import match_report
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
    is held in a moment, by the order's own reaction.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`ItemNotOpen` and what the provider's
    calls raise.
    """
    require_permission(actor, "payments.resolve_item")
    item = find_item(item_id)
    if item.match_id is not None or item.resolution_id is not None:
        raise ItemNotOpen
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
