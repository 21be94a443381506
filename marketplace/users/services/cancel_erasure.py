from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.users import privacy_letters
from marketplace.users.events import ErasureCancelled
from marketplace.users.models import User
from marketplace.users.repositories.erasures import find_open


@needs_transaction
def cancel_erasure(*, user: User) -> bool:
    """Take a waiting erasure back because its owner signed in; says whether there was one.

    The caller holds the account's lock, and so does the job that starts an erasure: one of the two
    comes first, and the other sees it.
    """
    erasure = find_open(user.pk)
    if erasure is None or erasure.started_at is not None:
        return False
    erasure.cancelled_at, erasure.next_attempt_at = clock.database_now(), None
    erasure.save(update_fields=["cancelled_at", "next_attempt_at"])
    record(ErasureCancelled(user_id=user.pk, erasure_id=erasure.pk), key=user.pk)
    privacy_letters.write_erasure_cancelled(email=user.email)
    return True
