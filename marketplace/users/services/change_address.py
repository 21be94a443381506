from collections.abc import Mapping
from uuid import UUID

from django.forms.models import model_to_dict

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.users.postal import check_postal
from marketplace.users.repositories.addresses import (
    CHANGEABLE,
    address_snapshot,
    follow_addresses,
    own_address,
    undo_default,
)
from marketplace.users.repositories.users import lock_profile
from marketplace.users.snapshots import AddressSnapshot


@opens_transaction
def change_address(
    *,
    user_id: UUID,
    address_id: UUID,
    changes: Mapping[str, str],
    is_default: bool | None = None,
) -> AddressSnapshot:
    """Change the named fields; orders that were placed keep what they had.

    Errors: NotFound, InvalidInput (what its country needs).
    """
    profile = lock_profile(user_id)
    address = own_address(user_id, address_id)
    check_postal({**model_to_dict(address, CHANGEABLE), **changes})
    for name in CHANGEABLE:
        if name in changes:
            setattr(address, name, changes[name])
    if is_default is not None:
        if is_default:
            undo_default(user_id)
        address.is_default = is_default
    address.updated_at = clock.now()
    address.save(update_fields=[*CHANGEABLE, "is_default", "updated_at"])
    follow_addresses(profile)
    return address_snapshot(address)
