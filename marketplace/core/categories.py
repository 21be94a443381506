"""The tree of categories, for services that stand beside the one that owns it.

A commission rule or a policy names a category by its id. Its name and its ancestors are asked
here; the catalogue registers itself as the one that knows (as queues and audits are registered).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NamedCategory:
    """``path`` has the names from the root down to the category itself."""

    id: UUID
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        return " > ".join(self.path)


class CategoryDirectory(Protocol):
    """Each call is one query."""

    def lineage(self, category_id: UUID) -> Sequence[NamedCategory]:
        """The category, its parent, and so on to the root; empty for an unknown one."""

    def everything(self) -> Sequence[NamedCategory]:
        """Every category, shown or not, in the order of the tree."""


class _Nothing:
    def lineage(self, category_id: UUID) -> Sequence[NamedCategory]:
        return ()

    def everything(self) -> Sequence[NamedCategory]:
        return ()


_directory: CategoryDirectory = _Nothing()


def register_categories(directory: CategoryDirectory) -> None:
    global _directory  # noqa: PLW0603 - registered once, when the catalogue is ready
    _directory = directory


def categories() -> CategoryDirectory:
    """The registered directory; an empty one where there is no catalogue."""
    return _directory
