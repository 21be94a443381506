from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users import codes, sign_in_flows
from marketplace.users.errors import PhoneTaken
from marketplace.users.events import PhoneVerified
from marketplace.users.models import ConsentSource, UserType
from marketplace.users.phones import address_of_nobody
from marketplace.users.repositories.consents import add_consents
from marketplace.users.repositories.phone_proofs import add_phone_proof
from marketplace.users.services._address_codes import SIGN_UP_BY_PHONE
from marketplace.users.services.register_user import create_account


def register_by_phone(*, flow_token: str, code: str) -> UUID:
    """Make the account that a number asked for, now that it has shown the code; returns its id.

    Before that there is no account: nobody fills the platform with numbers of others. It has no
    password and no address; an address is added like any is changed.

    Errors: FlowRefused, CodeRefused, PhoneTaken (an account proved the number since),
    PhoneProvedTooOften (for other accounts, lately).
    """
    flow = sign_in_flows.resume_flow(flow_token)
    wanted = codes.proved(flow.state, purpose=SIGN_UP_BY_PHONE, code=code)
    return _register(flow.id, **wanted["person"])


@opens_transaction
def _register(
    flow_id: UUID,
    *,
    phone_number: str,
    first_name: str = "",
    last_name: str = "",
    user_type: str = UserType.BUYER,
    consents: Mapping[str, str] | None = None,
) -> UUID:
    sign_in_flows.end_flow(flow_id)
    user = create_account(
        email=address_of_nobody(),
        password=None,
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        user_type=user_type,
    )
    user.phone_verified_at = clock.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["phone_verified_at"])
    except IntegrityError as error:
        raise PhoneTaken from error
    add_phone_proof(user)
    # As they were agreed to: what was published within these minutes is asked for later.
    add_consents(user.pk, consents or {}, ConsentSource.SIGN_UP)
    record(PhoneVerified(user_id=user.pk), key=user.pk)
    user_id: UUID = user.pk
    return user_id
