"""Tells other services the names and ancestors of categories."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.core.categories import NamedCategory, register_categories
from marketplace.products.repositories.categories import CategoryTree


class CatalogueDirectory:
    def lineage(self, category_id: UUID) -> Sequence[NamedCategory]:
        path = CategoryTree.load().path(category_id)
        names = [shelf.name for shelf in path]
        return [
            NamedCategory(shelf.id, tuple(names[: depth + 1])) for depth, shelf in enumerate(path)
        ][::-1]

    def everything(self) -> Sequence[NamedCategory]:
        tree = CategoryTree.load()
        named = [
            NamedCategory(shelf.id, tuple(step.name for step in tree.path(shelf.id)))
            for shelf in tree.shelves.values()
        ]
        return sorted(named, key=lambda category: category.path)


register_categories(CatalogueDirectory())
