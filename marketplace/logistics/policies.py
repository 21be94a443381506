"""Who may see a parcel."""

from marketplace.core.actor import Actor
from marketplace.logistics.models import Shipment


def may_see(shipment: Shipment, actor: Actor) -> bool:
    """Its two parties, and staff who look at parcels."""
    is_party = actor.user_id in (shipment.buyer_id, shipment.seller_id)
    return is_party or actor.may("logistics.view_shipment")
