"""Who acts: every command is told, none of them guesses."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    BUYER = "BUYER"
    SELLER = "SELLER"
    ADMIN = "ADMIN"


class ActorKind(StrEnum):
    USER = "user"
    SYSTEM = "system"
    """A timer or a reaction of the platform's own."""
    PROVIDER = "provider"
    """A payment provider or a carrier, through a verified webhook."""


@dataclass(frozen=True, slots=True)
class Actor:
    """``user_id`` is set for users only; ``name`` says which job or provider otherwise.

    ``permissions`` is what a member of staff holds by their staff roles: ``<app>.<codename>``.
    """

    kind: ActorKind
    user_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    name: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def user(cls, user_id: UUID, *roles: Role, permissions: Iterable[str] = ()) -> "Actor":
        return cls(
            kind=ActorKind.USER,
            user_id=user_id,
            roles=frozenset(roles),
            permissions=frozenset(permissions),
        )

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(kind=ActorKind.SYSTEM, name=name)

    @classmethod
    def provider(cls, name: str) -> "Actor":
        return cls(kind=ActorKind.PROVIDER, name=name)

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    @property
    def is_admin(self) -> bool:
        return Role.ADMIN in self.roles

    def may(self, permission: str) -> bool:
        """Whether this person holds a staff permission; an administrator holds every one."""
        return self.is_admin or permission in self.permissions

    def has(self, role: Role) -> bool:
        return role in self.roles

    def __str__(self) -> str:
        return f"{self.kind}:{self.user_id or self.name}"
