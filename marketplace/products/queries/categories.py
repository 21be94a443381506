"""The public tree of categories."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from marketplace.core.errors import NotFound
from marketplace.products.models import Category
from marketplace.products.repositories.categories import CategoryTree, Shelf
from marketplace.products.repositories.images import image_url


def list_categories() -> list[dict[str, Any]]:
    """The roots, each with its ``children``, by name; hidden branches are absent. One query."""
    tree = CategoryTree.load()
    children: dict[UUID | None, list[Shelf]] = defaultdict(list)
    for shelf in tree.shelves.values():
        if shelf.is_active:
            children[shelf.parent_id].append(shelf)

    def branch(shelf: Shelf) -> dict[str, Any]:
        return {**_render(shelf), "children": [branch(child) for child in children[shelf.id]]}

    return [branch(root) for root in children[None]]


def get_category(*, category_id: UUID) -> dict[str, Any]:
    """One category with the path that leads to it and its children; raises ``NotFound``."""
    tree = CategoryTree.load()
    if not tree.is_shown(category_id):
        raise NotFound("category")
    path = tree.path(category_id)
    children = [s for s in tree.shelves.values() if s.parent_id == category_id and s.is_active]
    return {
        **_render(path[-1]),
        "path": [{"id": str(s.id), "name": s.name, "slug": s.slug} for s in path],
        "children": [_render(child) for child in children],
    }


def find_category(text: str) -> UUID | None:
    """The category with this id or slug, whether shown or not; ``None``: there is none."""
    try:
        given = {"id": UUID(text)}
    except ValueError:
        given = {"slug": text}  # type: ignore[dict-item]
    return Category.objects.filter(**given).values_list("id", flat=True).first()


def _render(shelf: Shelf) -> dict[str, Any]:
    image = shelf.image
    return {
        "id": str(shelf.id),
        "name": shelf.name,
        "slug": shelf.slug,
        "description": shelf.description,
        "parent_id": str(shelf.parent_id) if shelf.parent_id else None,
        "image": image if image.startswith(("http://", "https://", "/")) else image_url(image),
    }
