from uuid import UUID

from allauth.account.models import EmailAddress, get_emailconfirmation_model

from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.errors import KeyRefused
from marketplace.users.events import EmailVerified
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.cancel_erasure import cancel_erasure


@opens_transaction
def verify_email(*, key: str) -> UUID:
    """Take the key from the letter as proof of the address; returns whose it is.

    A key works once: it belongs to an address that is not verified yet.

    Errors: KeyRefused.
    """
    verification = get_emailconfirmation_model().from_key(key)
    if verification is None or verification.key_expired():
        raise KeyRefused
    user_id: UUID = verification.email_address.user_id
    if not mark_verified(user_id=user_id, email=verification.email_address.email):
        raise KeyRefused
    return user_id


def mark_verified(*, user_id: UUID, email: str) -> bool:
    """Note that the user has shown to read letters to ``email``; False when that was known.

    An erasure that waits is taken back: it was for want of this (``forget_unproved``).
    """
    # The account's lock lets one of two parallel confirmations win.
    user = lock_user(user_id)
    changed = EmailAddress.objects.filter(user_id=user_id, email=email, verified=False).update(
        verified=True
    )
    if changed:
        cancel_erasure(user=user)
        record(EmailVerified(user_id=user_id), key=user_id)
    return bool(changed)
