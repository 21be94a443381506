from collections.abc import Callable
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.core.policies import require_permission
from marketplace.core.sms import send_sms
from marketplace.users import codes, policies
from marketplace.users.errors import NobodyToTell, NoSecondFactor
from marketplace.users.events import SecondFactorsReset
from marketplace.users.factor_resets import prepare_factor_reset
from marketplace.users.models import Factor, FactorEnrolment, SignInEnd, User
from marketplace.users.phones import is_nobodys
from marketplace.users.repositories.factors import FACTOR_OF, lock_factors
from marketplace.users.repositories.sign_ins import end_sign_ins
from marketplace.users.repositories.users import lock_user


@opens_transaction
def reset_second_factors(*, user_id: UUID, actor: Actor, reason: str) -> None:
    """Take the second factors from somebody who lost them.

    Whoever asks for this may be somebody else who knows the password, so that one ends as well:
    the way back in is a letter, a code to the proved telephone, or a connected provider. Every
    device and session at the desk is signed out, the person is told, and payments let no money go
    to their bank accounts for as long as to a new one. Of somebody who approves by text, and has a
    mailbox to come back by, it is the proved number that ends. Who has no address is told by text.

    Errors: NotFound, Forbidden, InvalidInput (no reason), NoSecondFactor, NobodyToTell (neither
    address nor proved number), TextsOff, TextsUsedUp.
    """
    require_permission(actor, policies.RESET_FACTORS)
    prepare_factor_reset(user_id)
    user = lock_user(user_id)
    policies.check_may_reset_factors(actor, user)
    if not reason.strip():
        raise InvalidInput(fields={"reason": ["Say why."]})
    tell = _way_to_tell(user)
    factors = lock_factors(user_id)
    removed = [FACTOR_OF[factor.type].value for factor in factors] or _forget_number(user)
    if not removed:
        raise NoSecondFactor("This person has no second factor.")
    for factor in factors:
        factor.delete()
    FactorEnrolment.objects.filter(user_id=user_id).delete()
    _end_password(user)
    end_sign_ins(user_id=user_id, reason=SignInEnd.SIGNED_OUT)
    record_action(
        actor=actor,
        action="users.reset_second_factors",
        subject_type="users.user",
        subject_id=user_id,
        reason=reason,
        before={"factors": removed},
        after={"factors": []},
    )
    record(SecondFactorsReset(user_id=user_id, reset_by=actor.user_id), key=user_id)
    tell()


def _way_to_tell(user: User) -> Callable[[], None]:
    """How the person learns of it: chosen before anything is taken away."""
    address = EmailAddress.objects.get_primary_email(user)
    if address and not is_nobodys(address):
        adapter = get_adapter()
        return lambda: adapter.send_notification_mail("users/factors_reset", user)
    if user.phone_verified_at is None:
        raise NobodyToTell
    number = user.phone_number
    return lambda: send_sms(to=number, text=codes.text_of_reset())


def _forget_number(user: User) -> list[str]:
    if user.phone_verified_at is None or is_nobodys(user.email):
        return []
    user.phone_verified_at = None
    user.save(update_fields=["phone_verified_at"])
    return [Factor.SMS_CODE.value]


def _end_password(user: User) -> None:
    # Sessions at the desk end with the hash that they were signed for.
    user.set_unusable_password()
    user.password_needs_factor, user.updated_at = False, clock.now()
    user.save(update_fields=["password", "password_needs_factor", "updated_at"])
