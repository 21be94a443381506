from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.core.step_up import StepUpProof
from marketplace.users import codes, sign_in_flows
from marketplace.users.errors import EmailTaken, FlowRefused
from marketplace.users.events import EmailChanged
from marketplace.users.models import Factor, StepUpPurpose, User
from marketplace.users.phones import is_nobodys
from marketplace.users.repositories.users import lock_user
from marketplace.users.services._address_codes import CHANGE_EMAIL
from marketplace.users.services._step_up_purposes import Approval, describes_step_up
from marketplace.users.services.start_step_up import offered_factors
from marketplace.users.services.use_step_up import use_step_up


def change_email(*, user_id: UUID, flow_token: str, code: str, step_up: StepUpProof) -> None:
    """Make the address that received the code the account's own; the old one is told by letter.

    An attempt at the code counts even when nothing is changed.

    Errors: FlowRefused, CodeRefused, StepUpRequired, StepUpRefused, EmailTaken (somebody made an
    account with it since).
    """
    flow = sign_in_flows.resume_flow(flow_token)
    wanted = codes.proved(flow.state, purpose=CHANGE_EMAIL, code=code)
    if wanted["user_id"] != str(user_id):
        raise FlowRefused
    _change(user_id, wanted["email"], flow_id=flow.id, step_up=step_up)


@opens_transaction
def _change(user_id: UUID, email: str, *, flow_id: UUID, step_up: StepUpProof) -> None:
    if can_step_up(user_id):
        use_step_up(
            **asdict(step_up),
            user_id=user_id,
            purpose=StepUpPurpose.EMAIL_CHANGE,
            binding={"email": email},
        )
    user = lock_user(user_id)
    sign_in_flows.end_flow(flow_id)
    old = user.email
    user.email, user.updated_at = email, clock.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "updated_at"])
            EmailAddress.objects.filter(user_id=user_id).delete()
            EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    except IntegrityError as error:
        raise EmailTaken from error
    record(EmailChanged(user_id=user_id), key=user_id)
    if not is_nobodys(old):
        get_adapter().send_mail("account/email/email_changed", old, {})


def can_step_up(user_id: UUID) -> bool:
    """Whether there is anything to step up with.

    Somebody who signed up by telephone and has no address yet gets no letter with a code: on a
    platform that sends no texts any more, adding the first one is approved by its code alone.
    """
    user = User.objects.get(pk=user_id)
    return not is_nobodys(user.email) or Factor.EMAIL_CODE not in offered_factors(user)


@describes_step_up(StepUpPurpose.EMAIL_CHANGE)
def email_change(_user_id: UUID, details: Mapping[str, Any]) -> Approval:
    if set(details) != {"email"}:
        raise InvalidInput(fields={"details": ["Send email, the new address, alone."]})
    email = str(details["email"]).strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(fields={"details.email": ["Not an email address."]}) from error
    return Approval({"email": email}, f"Change the email address to {email}")
