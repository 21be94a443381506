"""What every fact is, and the register of them."""

import dataclasses
import typing
from collections.abc import Mapping
from typing import ClassVar, TypeVar
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


class ChargebackFact(Fact):
    """A fact about one chargeback of the payment."""

    chargeback_id: UUID


F = TypeVar("F", bound=Fact)
classes: dict[str, type[Fact]] = {}


@typing.dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(cls: type[F]) -> type[F]:
    frozen = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
    frozen.type = cls.__name__
    if cls.__name__ in classes:
        raise ValueError(f"fact {cls.__name__} is defined twice")
    classes[cls.__name__] = frozen
    return frozen


def known_facts() -> Mapping[str, type[Fact]]:
    return classes
