"""Reads of a person's own addresses."""

from uuid import UUID

from marketplace.users.repositories.addresses import address_snapshot, addresses_of, own_address
from marketplace.users.snapshots import AddressSnapshot


def list_postal_addresses(*, user_id: UUID) -> list[AddressSnapshot]:
    """All of them (a person keeps few), the default first, in one query."""
    rows = addresses_of(user_id).order_by("-is_default", "-pk")
    return [address_snapshot(address) for address in rows]


def get_postal_address(*, user_id: UUID, address_id: UUID) -> AddressSnapshot:
    """One of the person's own; raises NotFound for anybody else's."""
    return address_snapshot(own_address(user_id, address_id))
