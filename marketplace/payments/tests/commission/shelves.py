"""A tree of categories in memory: the catalogue stands beside this service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from marketplace.core.categories import NamedCategory
from marketplace.core.ids import new_id


@dataclass
class Shelves:
    """Made by ``shelves.put("Electronics", "Cameras")``, the path from the root down."""

    named: dict[tuple[str, ...], NamedCategory] = field(default_factory=dict)
    reads: int = 0

    def put(self, *path: str) -> UUID:
        for depth in range(1, len(path) + 1):
            step = path[:depth]
            self.named.setdefault(step, NamedCategory(new_id(), step))
        return self.named[path].id

    def lineage(self, category_id: UUID) -> Sequence[NamedCategory]:
        self.reads += 1
        path = next((path for path, each in self.named.items() if each.id == category_id), ())
        return [self.named[path[:depth]] for depth in range(len(path), 0, -1)]

    def everything(self) -> Sequence[NamedCategory]:
        self.reads += 1
        return [self.named[path] for path in sorted(self.named)]
