from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField
from marketplace.core.step_up import StepUpProof
from marketplace.users.errors import FactorExists
from marketplace.users.mfa_adapter import MFAAdapter
from marketplace.users.models import EnrolmentKind, FactorEnrolment
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.use_step_up import use_step_up
from marketplace.users.snapshots import TotpEnrolment

ENROLMENT_LIFE = timedelta(minutes=10)


@opens_transaction
def begin_totp(*, user_id: UUID, step_up: StepUpProof) -> TotpEnrolment:
    """A secret for an authenticator app; it counts once ``confirm_totp`` was given its code.

    Errors: StepUpRequired, StepUpRefused, FactorExists.
    """
    use_step_up(
        **asdict(step_up), user_id=user_id, purpose="factor_change", binding={"action": "add_totp"}
    )
    user = lock_user(user_id)
    refuse_a_second(user_id)
    secret, at, enrolment_id = generate_totp_secret(), clock.database_now(), new_id()
    FactorEnrolment.objects.create(
        id=enrolment_id,
        user_id=user_id,
        sign_in_id=step_up.sign_in_id,
        kind=EnrolmentKind.TOTP,
        secret_encrypted=sealed_secret().seal(secret, row_id=enrolment_id),
        created_at=at,
        expires_at=at + ENROLMENT_LIFE,
    )
    url = MFAAdapter().build_totp_url(user, secret)
    return TotpEnrolment(
        id=enrolment_id,
        secret=secret,
        otpauth_url=url,
        qr_svg=MFAAdapter().build_totp_svg(url),
        expires_at=at + ENROLMENT_LIFE,
    )


def sealed_secret() -> EncryptedField:
    field = FactorEnrolment._meta.get_field("secret_encrypted")
    assert isinstance(field, EncryptedField)  # noqa: S101 - for the type checker
    return field


def refuse_a_second(user_id: UUID) -> None:
    if Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).exists():
        raise FactorExists
