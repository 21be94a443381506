"""Approvals for tests, here and in every other service."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from marketplace.core import clock
from marketplace.core.step_up import StepUpProof
from marketplace.users import tokens
from marketplace.users.models import Factor, SignIn, StepUp, User
from marketplace.users.repositories.step_ups import hash_of_binding
from marketplace.users.tests.factories import sign_in
from marketplace.users.tokens import TokenUse


def sign_in_id_of(user: User | UUID) -> UUID:
    """The newest live device of the person; a new one when there is none."""
    user_id = user if isinstance(user, UUID) else user.pk
    newest = SignIn.objects.filter(user_id=user_id, ended_at=None).order_by("-id").first()
    if newest is not None:
        return newest.pk
    return tokens.read(sign_in(user_id).access_token, TokenUse.ACCESS).sign_in_id


def approve_step_up(client: Any, purpose: str, details: Mapping[str, Any]) -> dict[str, str]:
    """Ask for a step-up over HTTP, let it be confirmed, and return the header to send."""
    answer = client.post(
        "/api/v1/auth/step-ups/", {"purpose": purpose, "details": details}, format="json"
    )
    assert answer.status_code == 201, answer.content
    step_up_id = answer.json()["id"]
    StepUp.objects.filter(pk=step_up_id).update(
        confirmed_at=clock.database_now(), factor=Factor.TOTP
    )
    return {"Step-Up": step_up_id}


def approve(
    user: User | UUID,
    purpose: str,
    binding: Mapping[str, str],
    *,
    is_confirmed: bool = True,
    life: timedelta = timedelta(minutes=10),
) -> StepUpProof:
    """What somebody holds who has confirmed exactly this on their newest device."""
    user_id = user if isinstance(user, UUID) else user.pk
    at = clock.database_now()
    sign_in_id = sign_in_id_of(user_id)
    step_up = StepUp.objects.create(
        user_id=user_id,
        sign_in_id=sign_in_id,
        purpose=purpose,
        binding_hash=hash_of_binding(purpose, binding),
        factor=Factor.TOTP if is_confirmed else "",
        created_at=at,
        expires_at=at + life,
        confirmed_at=at if is_confirmed else None,
    )
    return StepUpProof(step_up_id=step_up.pk, sign_in_id=sign_in_id)
