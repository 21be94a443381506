from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter

from marketplace.core.db import opens_transaction
from marketplace.core.sms import send_sms
from marketplace.users import codes
from marketplace.users.models import User
from marketplace.users.repositories.consents import check_accepted
from marketplace.users.sign_in_flows import OpenFlow, create_flow

CHANGE_EMAIL, CHANGE_PHONE, SIGN_UP_BY_PHONE = "change_email", "change_phone", "sign_up_by_phone"


@opens_transaction
def send_email_code(*, user_id: UUID, email: str) -> OpenFlow:
    """Send a code to the address that somebody wants to be theirs.

    When it has an account, its owner is told by letter instead, and no code will fit: the caller
    cannot tell the two apart.
    """
    is_taken = User.objects.filter(email=email).exclude(pk=user_id).exists()
    code = "" if is_taken else codes.new_code()
    _write(email, code)
    return create_flow(_state(CHANGE_EMAIL, code, user_id=str(user_id), email=email))


@opens_transaction
def send_phone_code(*, user_id: UUID, phone_number: str) -> OpenFlow:
    """Send a code to the number that somebody wants to be theirs; the same of a taken one."""
    others = User.objects.filter(phone_number=phone_number, phone_verified_at__isnull=False)
    code = "" if others.exclude(pk=user_id).exists() else codes.new_code()
    _text(phone_number, code)
    state = _state(CHANGE_PHONE, code, user_id=str(user_id), phone_number=phone_number)
    return create_flow(state)


@opens_transaction
def send_sign_up_code(
    *, phone_number: str, consents: Mapping[str, str] | None = None, **person: str
) -> OpenFlow:
    """Send a code to a number that wants an account; a number that has one is told so.

    ``consents`` are versions by kind of document: the present one of each that is required.

    Errors: InvalidInput (a consent that is missing or old), TextsOff, TextsUsedUp.
    """
    check_accepted(consents or {})
    taken = User.objects.filter(phone_number=phone_number, phone_verified_at__isnull=False)
    code = "" if taken.exists() else codes.new_code()
    _text(phone_number, code)
    wanted = {**person, "phone_number": phone_number, "consents": dict(consents or {})}
    return create_flow(_state(SIGN_UP_BY_PHONE, code, person=wanted))


def address_in(state: Mapping[str, Any]) -> str:
    """Where the code of such a flow was sent."""
    return str(state.get("email") or state.get("phone_number") or state["person"]["phone_number"])


@opens_transaction
def resend_code(*, state: Mapping[str, Any]) -> None:
    """Send what the flow was opened with once more: the same code, whichever message comes first.

    Errors: TextsOff, TextsUsedUp.
    """
    send = _write if "email" in state else _text
    send(address_in(state), state["code"])


def _write(email: str, code: str) -> None:
    """Write the code, or that there is an account already."""
    if code:
        get_adapter().send_mail("account/email/address_code", email, {"code": code})
    else:
        get_adapter().send_account_already_exists_mail(email)


def _text(phone_number: str, code: str) -> None:
    """The same by text."""
    send_sms(to=phone_number, text=codes.text_with(code) if code else codes.text_with_account())


def _state(purpose: str, code: str, **about: Any) -> dict[str, Any]:
    return {"purpose": purpose, "code": code, **about}
