from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users import passkeys
from marketplace.users.errors import EnrolmentRefused, FactorExists, SecondFactorRefused
from marketplace.users.events import SecondFactorAdded
from marketplace.users.models import EnrolmentKind, Factor
from marketplace.users.repositories.factors import factor_snapshot, lock_enrolment
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.begin_passkey import refuse_too_many
from marketplace.users.services.renew_recovery_codes import first_recovery_codes
from marketplace.users.snapshots import NewFactor

UNNAMED = "Passkey"


@opens_transaction
def confirm_passkey(
    *,
    user_id: UUID,
    sign_in_id: UUID,
    enrolment_id: UUID,
    name: str,
    credential: Mapping[str, Any],
) -> NewFactor:
    """Keep the passkey that the browser made for this enrolment.

    Errors: EnrolmentRefused, SecondFactorRefused, FactorExists, TooManyFactors.
    """
    user = lock_user(user_id)
    at = clock.database_now()
    enrolment = lock_enrolment(
        enrolment_id, user_id=user_id, sign_in_id=sign_in_id, kind=EnrolmentKind.PASSKEY
    )
    if enrolment is None or enrolment.done_at or enrolment.expires_at <= at:
        raise EnrolmentRefused
    assert enrolment.challenge is not None  # noqa: S101 - a constraint of the table
    try:
        passkeys.complete_registration(credential, challenge=enrolment.challenge)
    except passkeys.PasskeyRefused as refusal:
        raise SecondFactorRefused from refusal
    refuse_too_many(user_id)
    if passkeys.is_registered(credential, user_id=user_id):
        raise FactorExists
    row = Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": name or UNNAMED, "credential": passkeys.kept_part(credential)},
    )
    enrolment.done_at = at
    enrolment.save(update_fields=["done_at"])
    record(SecondFactorAdded(user_id=user_id, factor=Factor.PASSKEY), key=user_id)
    get_adapter().send_notification_mail("mfa/email/webauthn_added", user)
    return NewFactor(factor=factor_snapshot(row), recovery_codes=first_recovery_codes(user))
