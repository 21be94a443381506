from dataclasses import asdict
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.db import IntegrityError, transaction

from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.step_up import StepUpProof
from marketplace.users.errors import (
    AccountSuspended,
    ConnectedToAnother,
    ProviderAlreadyConnected,
)
from marketplace.users.events import ProviderConnected
from marketplace.users.models import StepUpPurpose, User
from marketplace.users.repositories.social_accounts import (
    add_connected,
    find_connected,
    owner_of,
    provider_names,
)
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.use_step_up import use_step_up
from marketplace.users.sign_in_flows import end_flow
from marketplace.users.snapshots import ProviderIdentity


@opens_transaction
def connect_provider(
    *, user_id: UUID, identity: ProviderIdentity, step_up: StepUpProof, flow_id: UUID | None = None
) -> None:
    """Let the identity open this account from now on, and tell the account's owner by letter.

    What the owner approved is this provider, with a second factor: whoever holds a stolen access
    token connects nothing. Connecting what is connected already changes nothing. ``flow_id`` is the
    flow that proved the identity; it ends here.

    Errors: FlowRefused, StepUpRequired, StepUpRefused, AccountSuspended, ConnectedToAnother,
    ProviderAlreadyConnected.
    """
    use_step_up(
        **asdict(step_up),
        user_id=user_id,
        purpose=StepUpPurpose.FACTOR_CHANGE,
        binding=approval("connect", identity.provider),
    )
    if flow_id is not None:
        end_flow(flow_id)
    user = lock_user(user_id)
    if user.is_suspended or not user.is_active:
        raise AccountSuspended
    owner_id = owner_of(identity)
    if owner_id == user_id:
        return
    if owner_id is not None:
        raise ConnectedToAnother
    if find_connected(user_id, identity.provider) is not None:
        raise ProviderAlreadyConnected
    try:
        with transaction.atomic():
            add_connected(user_id, identity)
    except IntegrityError as error:
        # Somebody else connected it a moment ago.
        raise ConnectedToAnother from error
    record(ProviderConnected(user_id=user_id, provider=identity.provider), key=user_id)
    tell_owner("account_connected", user, identity.provider)


def approval(act: str, provider: str) -> dict[str, str]:
    """What a step-up for connecting or disconnecting is bound to."""
    return {"action": f"{act}_provider", "provider": provider}


def tell_owner(letter: str, user: User, provider: str) -> None:
    get_adapter().send_notification_mail(
        f"socialaccount/email/{letter}",
        user,
        {"provider_name": provider_names().get(provider, provider)},
    )
