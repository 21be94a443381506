from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.db import opens_transaction
from marketplace.core.errors import Forbidden
from marketplace.core.events import record
from marketplace.users.events import SellerActivated
from marketplace.users.queries.consents import check_consents
from marketplace.users.repositories.users import lock_user, snapshot
from marketplace.users.snapshots import UserSnapshot


@opens_transaction
def become_seller(*, user_id: UUID) -> UserSnapshot:
    """Let a buyer sell as well; asking again changes nothing.

    Errors: NotFound, Forbidden (not a buyer: the platform's own accounts do not trade),
    ConsentsOutstanding.
    """
    user = lock_user(user_id)
    if Role.SELLER in user.roles:
        return snapshot(user)
    if Role.BUYER not in user.roles:
        raise Forbidden("Only a buyer can become a seller.")
    check_consents(user_id=user_id)
    user.roles = [*user.roles, Role.SELLER.value]
    user.updated_at = clock.now()
    user.save(update_fields=["roles", "updated_at"])
    record(SellerActivated(user_id=user_id), key=user_id)
    return snapshot(user)
