from collections.abc import Sequence
from uuid import UUID

from marketplace.users.repositories import social_accounts
from marketplace.users.snapshots import ConnectedProvider


def list_connected_providers(*, user_id: UUID) -> Sequence[ConnectedProvider]:
    """Who besides a password signs the user in; as many as there are providers at most."""
    return social_accounts.list_connected(user_id)
