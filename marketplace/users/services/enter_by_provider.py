from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.errors import (
    AccountNotConnected,
    AccountSuspended,
    EmailTaken,
    SignUpNeeded,
)
from marketplace.users.events import EmailVerified, ProviderConnected
from marketplace.users.models import User, UserType
from marketplace.users.repositories.social_accounts import add_connected, owner_of
from marketplace.users.services.register_user import create_account
from marketplace.users.snapshots import ProviderIdentity


@opens_transaction
def enter_by_provider(*, identity: ProviderIdentity) -> UUID:
    """Whose account a proved identity opens; a newcomer with a proved address gets one.

    An account that is there is opened by an identity that its owner connected, and by nothing else:
    not by the same address, whoever vouches for it (ADR 0073). Signing in is the caller's next
    step, with all its stages.

    Errors: SignUpNeeded (a newcomer without a proved address), AccountNotConnected (the address has
    an account), AccountSuspended.
    """
    user_id = owner_of(identity)
    if user_id is not None:
        return _let_in(user_id, identity)
    if not identity.is_email_proved:
        raise SignUpNeeded(
            "The provider does not prove an email address of yours. Sign up with an address and a "
            "password, then connect the provider in your account."
        )
    try:
        # Undone as a whole when somebody was faster.
        with transaction.atomic():
            return _welcome(identity)
    except (EmailTaken, IntegrityError) as error:
        # The same person in another window a moment ago, or somebody with this address.
        user_id = owner_of(identity)
        if user_id is None:
            raise AccountNotConnected(
                "There is an account with your email address. Sign in to it, by a new password if "
                "need be, and connect the provider there."
            ) from error
        return _let_in(user_id, identity)


def _let_in(user_id: UUID, identity: ProviderIdentity) -> UUID:
    user = User.objects.only("suspended_at", "is_active").get(pk=user_id)
    if user.is_suspended or not user.is_active:
        raise AccountSuspended
    SocialAccount.objects.filter(provider=identity.provider, uid=identity.subject).update(
        last_login=clock.now()
    )
    return user_id


def _welcome(identity: ProviderIdentity) -> UUID:
    if EmailAddress.objects.filter(email=identity.email, verified=True).exists():
        raise EmailTaken
    user = create_account(
        email=identity.email,
        password=None,
        first_name=identity.first_name,
        last_name=identity.last_name,
        phone_number="",
        user_type=UserType.BUYER,
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    add_connected(user.pk, identity)
    record(EmailVerified(user_id=user.pk), key=user.pk)
    record(ProviderConnected(user_id=user.pk, provider=identity.provider), key=user.pk)
    user_id: UUID = user.pk
    return user_id
