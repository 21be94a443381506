from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.users import passkeys
from marketplace.users.errors import SecondFactorRefused
from marketplace.users.repositories.factors import lock_factors
from marketplace.users.services._factor_checks import FactorAnswer, is_right

Json = dict[str, Any]


def check_factor(*, user_id: UUID, answer: FactorAnswer, challenge: Json | None) -> None:
    """Take the second factor of somebody who has shown the first; each answer is good once.

    Errors: SecondFactorRefused, TooManyAttempts.
    """
    if not _is_right(user_id, answer, challenge):
        raise SecondFactorRefused


@opens_transaction
def _is_right(user_id: UUID, answer: FactorAnswer, challenge: Json | None) -> bool:
    return is_right(user_id, answer, challenge=challenge)


@opens_transaction
def check_factor_alone(*, credential: Mapping[str, Any], challenge: Json) -> tuple[UUID, int]:
    """Whose passkey signed the challenge, and which: for signing in with nothing else.

    Wrong ones are not counted against the person whom they name: anybody may name anybody, and
    there is nothing to guess.

    Errors: SecondFactorRefused.
    """
    try:
        user_id = passkeys.owner_of(credential)
        lock_factors(user_id)
        used = passkeys.complete_authentication(user_id, credential, challenge=challenge)
    except passkeys.PasskeyRefused as refusal:
        raise SecondFactorRefused from refusal
    return user_id, used.pk
