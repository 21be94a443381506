from collections.abc import Mapping
from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.users.errors import TooManyAddresses
from marketplace.users.models import UserAddress
from marketplace.users.postal import check_postal
from marketplace.users.repositories.addresses import (
    address_snapshot,
    addresses_of,
    follow_addresses,
    undo_default,
)
from marketplace.users.repositories.users import lock_profile
from marketplace.users.snapshots import AddressSnapshot

MAX_ADDRESSES = 20


@opens_transaction
def add_address(
    *, user_id: UUID, address: Mapping[str, str], is_default: bool = False
) -> AddressSnapshot:
    """Keep one more place to send goods to. The first one is the default without asking.

    Errors: NotFound, InvalidInput (what its country needs), TooManyAddresses.
    """
    check_postal(address)
    # The profile's lock makes the count and the one default hold under parallel calls.
    profile = lock_profile(user_id)
    count = len(addresses_of(user_id).values_list("pk")[: MAX_ADDRESSES + 1])
    if count >= MAX_ADDRESSES:
        raise TooManyAddresses(f"At most {MAX_ADDRESSES}; remove one first.")
    is_default = is_default or count == 0
    if is_default:
        undo_default(user_id)
    added = UserAddress.objects.create(user_id=user_id, is_default=is_default, **address)
    follow_addresses(profile)
    return address_snapshot(added)
