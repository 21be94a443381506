from dataclasses import asdict
from uuid import UUID

from allauth.mfa.models import Authenticator

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.ids import new_id
from marketplace.core.step_up import StepUpProof
from marketplace.users import passkeys
from marketplace.users.errors import TooManyFactors
from marketplace.users.models import EnrolmentKind, FactorEnrolment
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.begin_totp import ENROLMENT_LIFE
from marketplace.users.services.use_step_up import use_step_up
from marketplace.users.snapshots import PasskeyEnrolment

MAX_PASSKEYS = 10


@opens_transaction
def begin_passkey(*, user_id: UUID, step_up: StepUpProof) -> PasskeyEnrolment:
    """What a browser needs to make a passkey for this site; it counts after ``confirm_passkey``.

    Errors: StepUpRequired, StepUpRefused, TooManyFactors.
    """
    use_step_up(
        **asdict(step_up),
        user_id=user_id,
        purpose="factor_change",
        binding={"action": "add_passkey"},
    )
    user = lock_user(user_id)
    refuse_too_many(user_id)
    options, challenge = passkeys.begin_registration(user)
    at = clock.database_now()
    enrolment = FactorEnrolment.objects.create(
        id=new_id(),
        user_id=user_id,
        sign_in_id=step_up.sign_in_id,
        kind=EnrolmentKind.PASSKEY,
        challenge=challenge,
        created_at=at,
        expires_at=at + ENROLMENT_LIFE,
    )
    return PasskeyEnrolment(
        id=enrolment.pk, public_key=options["publicKey"], expires_at=enrolment.expires_at
    )


def refuse_too_many(user_id: UUID) -> None:
    kept = Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN)
    if kept.count() >= MAX_PASSKEYS:
        raise TooManyFactors(f"Up to {MAX_PASSKEYS} passkeys can be kept.")
