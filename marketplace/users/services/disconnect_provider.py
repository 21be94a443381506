from dataclasses import asdict
from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.step_up import StepUpProof
from marketplace.users.errors import LastWayIn
from marketplace.users.events import ProviderDisconnected
from marketplace.users.models import StepUpPurpose, User
from marketplace.users.repositories.social_accounts import find_connected, list_connected
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.connect_provider import approval, tell_owner
from marketplace.users.services.use_step_up import use_step_up


@opens_transaction
def disconnect_provider(*, user_id: UUID, provider: str, step_up: StepUpProof) -> None:
    """Let the provider open this account no longer, and tell the account's owner by letter.

    Devices that are signed in stay so. A password, or another provider, must be left: a one-time
    code by letter lets one choose a password first.

    Errors: StepUpRequired, StepUpRefused, NotFound, LastWayIn.
    """
    use_step_up(
        **asdict(step_up),
        user_id=user_id,
        purpose=StepUpPurpose.FACTOR_CHANGE,
        binding=approval("disconnect", provider),
    )
    # The account's lock: of two providers disconnected at once, the last one stays.
    user = lock_user(user_id)
    connected = find_connected(user_id, provider)
    if connected is None:
        raise NotFound("connected provider")
    if not _has_another_way_in(user):
        raise LastWayIn
    connected.delete()
    record(ProviderDisconnected(user_id=user_id, provider=provider), key=user_id)
    tell_owner("account_disconnected", user, provider)


def _has_another_way_in(user: User) -> bool:
    return user.has_usable_password() or len(list_connected(user.pk)) > 1
