"""The category tree, read whole: a shop has hundreds of shelves, not millions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from marketplace.products.models import Category


@dataclass(frozen=True, slots=True)
class Shelf:
    id: UUID
    name: str
    slug: str
    description: str
    parent_id: UUID | None
    image: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class CategoryTree:
    shelves: dict[UUID, Shelf]

    @classmethod
    def load(cls) -> Self:
        """One query."""
        fields = ("id", "name", "slug", "description", "parent_id", "image", "is_active")
        rows = Category.objects.order_by("name", "id").values_list(*fields)
        return cls({row[0]: Shelf(*row) for row in rows})

    def path(self, category_id: UUID) -> list[Shelf]:
        """From the root down to the category."""
        found: list[Shelf] = []
        next_id: UUID | None = category_id
        while next_id is not None and (shelf := self.shelves.get(next_id)):
            found.append(shelf)
            next_id = shelf.parent_id
        return found[::-1]

    def with_ancestors(self, category_ids: Iterable[UUID]) -> tuple[UUID, ...]:
        """The given ones first, then their parents, and so on up; each once."""
        level: Sequence[UUID] = sorted(set(category_ids) & self.shelves.keys())
        found: dict[UUID, None] = {}
        while level:
            found.update(dict.fromkeys(level))
            parents = {self.shelves[category_id].parent_id for category_id in level}
            level = sorted(p for p in parents if p is not None and p not in found)
        return tuple(found)

    def is_shown(self, category_id: UUID) -> bool:
        """Whether it and everything above it is active."""
        path = self.path(category_id)
        return bool(path) and all(shelf.is_active for shelf in path)

    def branch(self, category_id: UUID) -> set[UUID]:
        """The category and everything below it."""
        return {id for id in self.shelves if any(s.id == category_id for s in self.path(id))}  # noqa: A001
