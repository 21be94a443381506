from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.core.step_up import StepUpProof
from marketplace.users import codes, sign_in_flows
from marketplace.users.errors import FlowRefused, PhoneTaken
from marketplace.users.events import PhoneVerified
from marketplace.users.models import StepUpPurpose
from marketplace.users.phones import e164, is_nobodys
from marketplace.users.repositories.phone_proofs import add_phone_proof
from marketplace.users.repositories.users import lock_user
from marketplace.users.services._address_codes import CHANGE_PHONE
from marketplace.users.services._step_up_purposes import Approval, describes_step_up
from marketplace.users.services.change_email import can_step_up
from marketplace.users.services.use_step_up import use_step_up


def change_phone(*, user_id: UUID, flow_token: str, code: str, step_up: StepUpProof) -> None:
    """Make the number that received the code the account's own, and proved.

    A proved number signs its owner in, so adding one needs an approval like changing one. An
    attempt at the code counts even when nothing is changed.

    Errors: FlowRefused, CodeRefused, StepUpRequired, StepUpRefused, PhoneTaken (somebody proved it
    since), PhoneProvedTooOften (for other accounts, lately).
    """
    flow = sign_in_flows.resume_flow(flow_token)
    wanted = codes.proved(flow.state, purpose=CHANGE_PHONE, code=code)
    if wanted["user_id"] != str(user_id):
        raise FlowRefused
    _change(user_id, wanted["phone_number"], flow_id=flow.id, step_up=step_up)


@opens_transaction
def _change(user_id: UUID, phone_number: str, *, flow_id: UUID, step_up: StepUpProof) -> None:
    if can_step_up(user_id):
        use_step_up(
            **asdict(step_up),
            user_id=user_id,
            purpose=StepUpPurpose.PHONE_CHANGE,
            binding={"phone_number": phone_number},
        )
    user = lock_user(user_id)
    sign_in_flows.end_flow(flow_id)
    user.phone_number = phone_number
    user.phone_verified_at = user.updated_at = clock.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["phone_number", "phone_verified_at", "updated_at"])
    except IntegrityError as error:
        raise PhoneTaken from error
    add_phone_proof(user)
    record(PhoneVerified(user_id=user_id), key=user_id)
    if not is_nobodys(user.email):
        get_adapter().send_mail("account/email/phone_changed", user.email, {})


@describes_step_up(StepUpPurpose.PHONE_CHANGE)
def phone_change(_user_id: UUID, details: Mapping[str, Any]) -> Approval:
    if set(details) != {"phone_number"}:
        raise InvalidInput(fields={"details": ["Send phone_number, the new number, alone."]})
    number = e164(details["phone_number"], field="details.phone_number")
    return Approval({"phone_number": number}, f"Change the telephone number to {number}")
