from dataclasses import asdict
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.events import record
from marketplace.core.step_up import StepUpProof
from marketplace.users.errors import NoSecondFactor
from marketplace.users.events import RecoveryCodesRenewed
from marketplace.users.models import User
from marketplace.users.repositories.factors import has_strong_factor
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.use_step_up import use_step_up


@opens_transaction
def renew_recovery_codes(*, user_id: UUID, step_up: StepUpProof) -> tuple[str, ...]:
    """Ten new codes, shown this once; the old ones are good for nothing any more.

    Errors: StepUpRequired, StepUpRefused, NoSecondFactor.
    """
    use_step_up(
        **asdict(step_up),
        user_id=user_id,
        purpose="factor_change",
        binding={"action": "renew_recovery_codes"},
    )
    user = lock_user(user_id)
    if not has_strong_factor(user_id):
        raise NoSecondFactor
    Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.RECOVERY_CODES).delete()
    record(RecoveryCodesRenewed(user_id=user_id), key=user_id)
    get_adapter().send_notification_mail("mfa/email/recovery_codes_generated", user)
    return _make(user)


@needs_transaction
def first_recovery_codes(user: User) -> tuple[str, ...]:
    """With somebody's first factor come their codes; afterwards none are made by themselves."""
    has_codes = Authenticator.objects.filter(
        user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES
    ).exists()
    return () if has_codes else _make(user)


def _make(user: User) -> tuple[str, ...]:
    codes = RecoveryCodes.activate(user)
    codes.mark_as_viewed()
    return tuple(codes.generate_codes())
