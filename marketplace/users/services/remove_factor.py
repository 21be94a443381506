from dataclasses import asdict
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator

from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.step_up import StepUpProof
from marketplace.users.errors import LongerPasswordNeeded
from marketplace.users.events import SecondFactorRemoved
from marketplace.users.repositories.factors import FACTOR_OF, STRONG, lock_factors, public_id
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.use_step_up import use_step_up

LETTERS = {
    Authenticator.Type.TOTP: "mfa/email/totp_deactivated",
    Authenticator.Type.WEBAUTHN: "mfa/email/webauthn_removed",
}


@opens_transaction
def remove_factor(*, user_id: UUID, factor_id: UUID, step_up: StepUpProof) -> None:
    """Give up an authenticator app or a passkey; with the last one go the recovery codes.

    A password too short to stand alone is changed before that: it cannot be seen here how long a
    password is, so it is remembered when it is chosen.

    Errors: StepUpRequired, StepUpRefused, NotFound, LongerPasswordNeeded.
    """
    use_step_up(
        **asdict(step_up),
        user_id=user_id,
        purpose="factor_change",
        binding={"action": "remove", "factor_id": str(factor_id)},
    )
    # The lock under which a shorter password is accepted.
    user = lock_user(user_id)
    rows = {public_id(row): row for row in lock_factors(user_id)}
    factor = rows.pop(factor_id, None)
    if factor is None or factor.type not in STRONG:
        raise NotFound("factor")
    if not any(row.type in STRONG for row in rows.values()):
        if user.password_needs_factor:
            raise LongerPasswordNeeded
        for row in rows.values():
            row.delete()
    factor.delete()
    record(SecondFactorRemoved(user_id=user_id, factor=FACTOR_OF[factor.type]), key=user_id)
    get_adapter().send_notification_mail(LETTERS[factor.type], user)
