from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.users.errors import EmailTaken
from marketplace.users.events import EmailVerified, SellerActivated, UserRegistered
from marketplace.users.models import User, UserProfile, UserType
from marketplace.users.repositories.users import snapshot
from marketplace.users.services.validate_password import validate_password
from marketplace.users.snapshots import UserSnapshot

EMAIL_ONCE = "users_user_email_key"


@opens_transaction
def register_user(
    *,
    email: str,
    password: str,
    first_name: str = "",
    last_name: str = "",
    phone_number: str = "",
    user_type: str = UserType.BUYER,
    is_email_verified: bool = False,
) -> UserSnapshot:
    """Make a buyer's or a seller's account with its profile; sends nothing.

    For the platform's own use (demo, import): a person signs up through ``sign_up``, which does
    not tell whether an address is taken.

    Errors: InvalidInput (an administrator), PasswordRefused, EmailTaken.
    """
    about = {"email": email, "first_name": first_name, "last_name": last_name}
    validate_password(password, about=about)
    user = create_account(
        email=email,
        password=password,
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        user_type=user_type,
    )
    EmailAddress.objects.create(
        user=user, email=user.email, primary=True, verified=is_email_verified
    )
    if is_email_verified:
        record(EmailVerified(user_id=user.pk), key=user.pk)
    return snapshot(user)


def create_account(
    *,
    email: str,
    password: str | None,
    first_name: str,
    last_name: str,
    phone_number: str,
    user_type: str,
) -> User:
    """The rows and the facts of a new account, without its email address's confirmation.

    Without a password, none opens it.
    """
    if user_type not in {UserType.BUYER, UserType.SELLER}:
        raise InvalidInput(fields={"user_type": ["An account is made as BUYER or as SELLER."]})
    roles = [Role.BUYER, Role.SELLER] if user_type == UserType.SELLER else [Role.BUYER]
    user = User(
        email=email.strip().lower(),
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        user_type=user_type,
        roles=roles,
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == EMAIL_ONCE:
            raise EmailTaken from error
        raise
    UserProfile.objects.create(user=user)
    _publish(user.pk, user_type)
    return user


def _publish(user_id: UUID, user_type: str) -> None:
    record(
        UserRegistered(user_id=user_id, user_type=user_type, registered_at=clock.now()),
        key=user_id,
    )
    if user_type == UserType.SELLER:
        record(SellerActivated(user_id=user_id), key=user_id)
