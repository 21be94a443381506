from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.errors import EnrolmentRefused, SecondFactorRefused
from marketplace.users.events import SecondFactorAdded
from marketplace.users.models import EnrolmentKind, Factor
from marketplace.users.repositories.factors import factor_snapshot, lock_enrolment
from marketplace.users.repositories.users import lock_user
from marketplace.users.services._factor_checks import count, open_guard
from marketplace.users.services.begin_totp import refuse_a_second, sealed_secret
from marketplace.users.services.renew_recovery_codes import first_recovery_codes
from marketplace.users.snapshots import NewFactor
from marketplace.users.totp import matching_step


def confirm_totp(*, user_id: UUID, sign_in_id: UUID, enrolment_id: UUID, code: str) -> NewFactor:
    """Take the app into use: it shows the right code. That code is used up by this.

    Errors: EnrolmentRefused, SecondFactorRefused, FactorExists, TooManyAttempts.
    """
    added = _confirm(user_id, sign_in_id, enrolment_id, code)
    if added is None:
        raise SecondFactorRefused
    return added


@opens_transaction
def _confirm(user_id: UUID, sign_in_id: UUID, enrolment_id: UUID, code: str) -> NewFactor | None:
    # A wrong code is returned, not raised: that it was tried must commit.
    user = lock_user(user_id)
    at = clock.database_now()
    guard = open_guard(user_id, at=at)
    enrolment = lock_enrolment(
        enrolment_id, user_id=user_id, sign_in_id=sign_in_id, kind=EnrolmentKind.TOTP
    )
    if enrolment is None or enrolment.done_at or enrolment.expires_at <= at:
        raise EnrolmentRefused
    refuse_a_second(user_id)
    assert enrolment.secret_encrypted is not None  # noqa: S101 - a constraint of the table
    secret = sealed_secret().unseal(bytes(enrolment.secret_encrypted), row_id=enrolment.pk)
    step = matching_step(secret=secret, code=code, at=at)
    if not count(guard, is_right=step is not None):
        return None
    row = Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": secret, "last_step": step}
    )
    enrolment.done_at = at
    enrolment.secret_encrypted = b""
    enrolment.save(update_fields=["done_at", "secret_encrypted"])
    record(SecondFactorAdded(user_id=user_id, factor=Factor.TOTP), key=user_id)
    get_adapter().send_notification_mail("mfa/email/totp_activated", user)
    return NewFactor(factor=factor_snapshot(row), recovery_codes=first_recovery_codes(user))
