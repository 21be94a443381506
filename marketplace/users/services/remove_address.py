from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.users.repositories.addresses import follow_addresses, own_address
from marketplace.users.repositories.users import lock_profile


@opens_transaction
def remove_address(*, user_id: UUID, address_id: UUID) -> None:
    """Forget an address. None takes the default's place: the person chooses.

    Errors: NotFound.
    """
    profile = lock_profile(user_id)
    own_address(user_id, address_id).delete()
    follow_addresses(profile)
