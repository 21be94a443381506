"""What can happen to a payment and to a payout, as its stream keeps it.

A fact is never renamed or given another meaning: its type and members are stored for good. A new
member gets a default.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar
from uuid import UUID


class Fact:
    """Base of every fact of a stream."""

    type: ClassVar[str]


class AttemptFact(Fact):
    """A fact about one attempt of the payment."""

    attempt_id: UUID


class RefundFact(Fact):
    """A fact about one refund of the payment."""

    refund_id: UUID


F = TypeVar("F", bound=Fact)
_classes: dict[str, type[Fact]] = {}


@typing.dataclass_transform(frozen_default=True, kw_only_default=True)
def _fact(cls: type[F]) -> type[F]:
    frozen = dataclass(frozen=True, kw_only=True)(cls)
    frozen.type = cls.__name__
    if cls.__name__ in _classes:
        raise ValueError(f"fact {cls.__name__} is defined twice")
    _classes[cls.__name__] = frozen
    return frozen


# --- a payment ---------------------------------------------------------------------------------


@_fact
class PaymentCreated(Fact):
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    amount_minor: int
    currency: str
    commission_terms: dict[str, Any]


@_fact
class AttemptStarted(AttemptFact):
    """The intent: committed before the provider hears of it."""

    attempt_id: UUID
    provider: str
    method: str
    client_key: str
    return_url: str


@_fact
class AttemptOutcomeUnknown(AttemptFact):
    attempt_id: UUID


@_fact
class AttemptRedirected(AttemptFact):
    attempt_id: UUID
    provider_payment_id: str
    redirect_url: str


@_fact
class AttemptDeclined(AttemptFact):
    attempt_id: UUID
    provider_payment_id: str | None
    code: str


@_fact
class CaptureConfirmed(AttemptFact):
    """The provider says that it has the money, and how much."""

    attempt_id: UUID
    provider_payment_id: str
    amount_minor: int
    currency: str
    details: dict[str, Any]


@_fact
class FundsHeld(AttemptFact):
    attempt_id: UUID
    amount_minor: int
    currency: str
    wallet_id: UUID
    must_settle_before: datetime
    journal_id: UUID


@_fact
class CapturePutInSuspense(AttemptFact):
    """Real money that is not this order's as it should be; an operator decides."""

    attempt_id: UUID
    review_id: UUID
    kind: str
    amount_minor: int
    currency: str
    journal_id: UUID


@_fact
class EscrowReleased(Fact):
    gross_minor: int
    commission_minor: int
    net_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


@_fact
class RefundRequested(RefundFact):
    refund_id: UUID
    attempt_id: UUID
    provider: str
    provider_payment_id: str
    source: str
    amount_minor: int
    currency: str
    reason: str
    wallet_id: UUID
    journal_id: UUID


@_fact
class RefundOutcomeUnknown(RefundFact):
    refund_id: UUID


@_fact
class RefundSubmitted(RefundFact):
    refund_id: UUID
    provider_refund_id: str


@_fact
class RefundSucceeded(RefundFact):
    refund_id: UUID
    provider_refund_id: str
    source: str
    journal_id: UUID


@_fact
class RefundFailed(RefundFact):
    """``after_success``: the provider took its success back."""

    refund_id: UUID
    source: str
    code: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
    after_success: bool = False


@_fact
class RefundContradicted(RefundFact):
    """It succeeded after it had failed and the wallet had been credited: booked as a shortage."""

    refund_id: UUID
    review_id: UUID
    journal_id: UUID


@_fact
class PaymentVoided(Fact):
    """The order ended before it was paid."""


# --- a payout ----------------------------------------------------------------------------------


@_fact
class PayoutRequested(Fact):
    user_id: UUID
    wallet_id: UUID
    bank_account_id: UUID
    amount_minor: int
    currency: str
    provider: str
    client_key: str
    journal_id: UUID


@_fact
class PayoutOutcomeUnknown(Fact):
    pass


@_fact
class PayoutSubmitted(Fact):
    provider_payout_id: str


@_fact
class PayoutPaid(Fact):
    provider_payout_id: str
    journal_id: UUID


@_fact
class PayoutFailed(Fact):
    """It never left; the wallet has it back."""

    code: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


@_fact
class PayoutReturned(Fact):
    """It came back, after it was paid or before we heard that it was."""

    code: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


@_fact
class PayoutContradicted(Fact):
    """It was paid after it had failed and the wallet had been credited: booked as a shortage."""

    review_id: UUID
    journal_id: UUID


# --- as JSON -----------------------------------------------------------------------------------


def to_payload(fact: Fact) -> dict[str, Any]:
    """The fact's members as JSON values."""
    return {
        field.name: _to_json(getattr(fact, field.name))
        for field in dataclasses.fields(fact)  # type: ignore[arg-type]
    }


def from_payload(fact_type: str, payload: Mapping[str, Any]) -> Fact:
    """The fact as it was recorded."""
    cls = _classes[fact_type]
    readers = _readers(fact_type)
    return cls(**{name: readers[name](value) for name, value in payload.items()})


def known_facts() -> Mapping[str, type[Fact]]:
    return _classes


def _to_json(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool | dict):
        return value
    raise TypeError(f"a fact cannot carry {type(value).__name__}")


@cache
def _readers(fact_type: str) -> Mapping[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(_classes[fact_type])
    return {name: _reader(hint) for name, hint in hints.items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    if typing.get_origin(hint) is types.UnionType:
        (hint,) = (arg for arg in typing.get_args(hint) if arg is not types.NoneType)
        inner = _reader(hint)
        return lambda value: None if value is None else inner(value)
    if hint is UUID:
        return UUID
    if hint is datetime:
        return datetime.fromisoformat
    return lambda value: value
