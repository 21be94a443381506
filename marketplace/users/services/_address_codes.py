from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter

from marketplace.core.db import opens_transaction
from marketplace.core.sms import send_sms
from marketplace.users import codes
from marketplace.users.models import User
from marketplace.users.sign_in_flows import OpenFlow, create_flow

CHANGE_EMAIL, CHANGE_PHONE, SIGN_UP_BY_PHONE = "change_email", "change_phone", "sign_up_by_phone"


@opens_transaction
def send_email_code(*, user_id: UUID, email: str) -> OpenFlow:
    """Send a code to the address that somebody wants to be theirs.

    When it has an account, its owner is told by letter instead, and no code will fit: the caller
    cannot tell the two apart.
    """
    adapter = get_adapter()
    code = ""
    if User.objects.filter(email=email).exclude(pk=user_id).exists():
        adapter.send_account_already_exists_mail(email)
    else:
        code = codes.new_code()
        adapter.send_mail("account/email/address_code", email, {"code": code})
    return create_flow(_state(CHANGE_EMAIL, code, user_id=str(user_id), email=email))


@opens_transaction
def send_phone_code(*, user_id: UUID, phone_number: str) -> OpenFlow:
    """Send a code to the number that somebody wants to be theirs; the same of a taken one."""
    others = User.objects.filter(phone_number=phone_number, phone_verified_at__isnull=False)
    code = _text(phone_number, is_taken=others.exclude(pk=user_id).exists())
    state = _state(CHANGE_PHONE, code, user_id=str(user_id), phone_number=phone_number)
    return create_flow(state)


@opens_transaction
def send_sign_up_code(*, phone_number: str, **person: str) -> OpenFlow:
    """Send a code to a number that wants an account; a number that has one is told so."""
    taken = User.objects.filter(phone_number=phone_number, phone_verified_at__isnull=False)
    code = _text(phone_number, is_taken=taken.exists())
    state = _state(SIGN_UP_BY_PHONE, code, person={**person, "phone_number": phone_number})
    return create_flow(state)


def _text(phone_number: str, *, is_taken: bool) -> str:
    code = "" if is_taken else codes.new_code()
    send_sms(to=phone_number, text=codes.text_with_account() if is_taken else codes.text_with(code))
    return code


def _state(purpose: str, code: str, **about: Any) -> dict[str, Any]:
    return {"purpose": purpose, "code": code, **about}
