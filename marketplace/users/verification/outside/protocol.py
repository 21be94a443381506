"""What an outside verification service does for us, whoever it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Verdict(StrEnum):
    PASSED = "PASSED"
    FAILED = "FAILED"
    PENDING = "PENDING"


class Unreachable(Exception):
    """No answer, or none that can be read: what was asked may have happened."""


@dataclass(frozen=True, slots=True)
class StartRequest:
    """``check_id`` is the idempotency key: asked again with it, the same check is answered."""

    check_id: UUID
    level: str
    legal_name: str
    country: str
    return_url: str


@dataclass(frozen=True, slots=True)
class Session:
    """Where the person goes; ``reference`` is the service's own id of the check."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """``event_id`` is there in calls only: the same one is the same call again."""

    reference: str
    verdict: Verdict
    code: str = ""
    event_id: str = ""


class VerificationService(Protocol):
    """Every adapter passes ``tests/outside/test_contract.py``. Nothing here is called inside a
    transaction, except ``read_call``, which only reckons."""

    @property
    def name(self) -> str: ...

    @property
    def levels(self) -> frozenset[str]: ...

    def start(self, request: StartRequest) -> Session:
        """Begin a check, or find the one that was begun. Raises Unreachable."""
        ...

    def get_outcome(self, reference: str) -> Outcome:
        """How it stands, for calls that never came. Raises Unreachable."""
        ...

    def read_call(self, *, body: bytes, headers: Mapping[str, str], at: datetime) -> Outcome:
        """What a call says, its signature and age checked first. Raises CallbackRefused."""
        ...
