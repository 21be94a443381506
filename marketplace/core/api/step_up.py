"""The ``Step-Up`` header: which approval a request comes with."""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from rest_framework.request import Request

from marketplace.core.errors import DomainError, ErrorKind
from marketplace.core.step_up import StepUpProof

HEADER = "Step-Up"
F = TypeVar("F", bound=Callable[..., Any])


class StepUpHeaderInvalid(DomainError):
    code = "step_up_header_invalid"
    kind = ErrorKind.INVALID
    title = "The Step-Up header must be the id of a step-up"


def step_up_of(request: Request) -> StepUpProof:
    """The approval sent with an authenticated request; whether it is good, a command decides."""
    sign_in_id: UUID = cast("Any", request.auth).sign_in_id
    sent = request.headers.get(HEADER)
    if sent is None:
        return StepUpProof(step_up_id=None, sign_in_id=sign_in_id)
    try:
        return StepUpProof(step_up_id=UUID(sent), sign_in_id=sign_in_id)
    except ValueError as error:
        raise StepUpHeaderInvalid from error


def honours_step_up(view: F) -> F:
    """Say that a view method reads the ``Step-Up`` header; the API document shows it."""
    view.honours_step_up = True  # type: ignore[attr-defined]
    return view
