from collections.abc import Mapping

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from django.db import transaction

from marketplace.core.db import opens_transaction
from marketplace.core.ids import new_id
from marketplace.users.errors import EmailTaken
from marketplace.users.models import ConsentSource, User, UserType
from marketplace.users.repositories.consents import add_consents, check_accepted
from marketplace.users.services.register_user import create_account
from marketplace.users.services.validate_password import refuse_breached, validate_password


def sign_up(
    *,
    email: str,
    password: str,
    first_name: str = "",
    last_name: str = "",
    phone_number: str = "",
    user_type: str = UserType.BUYER,
    consents: Mapping[str, str] | None = None,
) -> None:
    """Make an account and send the letter that confirms its address.

    When the address has an account, its owner is told by letter and nothing else happens: the
    caller cannot tell the two apart, neither by the answer nor by the work done.

    ``consents`` are versions by kind of document: the present one of each that is required.

    Errors: PasswordRefused, InvalidInput (an administrator; a consent that is missing or old).
    """
    email = email.strip().lower()
    about = {"email": email, "first_name": first_name, "last_name": last_name}
    validate_password(password, about=about)
    refuse_breached(password)
    person = {
        "password": password,
        "first_name": first_name,
        "last_name": last_name,
        "phone_number": phone_number,
        "user_type": user_type,
    }
    _sign_up(email, person, consents or {})


@opens_transaction
def _sign_up(email: str, person: dict[str, str], accepted: Mapping[str, str]) -> None:
    check_accepted(accepted)
    if User.objects.filter(email=email).exists():
        _imitate(person, accepted)
        get_adapter().send_account_already_exists_mail(email)
        return
    try:
        address = _create(email, person, accepted)
    except EmailTaken:
        # Somebody else's sign-up committed a moment ago.
        get_adapter().send_account_already_exists_mail(email)
        return
    send_confirmation(address)


def _create(email: str, person: dict[str, str], accepted: Mapping[str, str]) -> EmailAddress:
    user = create_account(email=email, **person)
    add_consents(user.pk, accepted, ConsentSource.SIGN_UP)
    return EmailAddress.objects.create(user=user, email=email, primary=True)


def _imitate(person: dict[str, str], accepted: Mapping[str, str]) -> None:
    """Do everything that a new account takes, and undo it: the time taken tells nothing."""
    with transaction.atomic():
        _create(f"{new_id().hex}@nobody.invalid", person, accepted)
        transaction.set_rollback(True)


def send_confirmation(address: EmailAddress) -> None:
    """Write the letter with allauth's signed key, which works once and expires."""
    confirmation = get_emailconfirmation_model().create(address)
    get_adapter().send_confirmation_mail(None, confirmation, signup=True)
