from typing import TypedDict
from uuid import UUID

from django.db import IntegrityError
from django.utils.text import slugify

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.events import record
from marketplace.core.policies import require_permission
from marketplace.products.errors import CategoryTreeRefused
from marketplace.products.events import CategoryChanged
from marketplace.products.models import Category


class CategoryFields(TypedDict, total=False):
    name: str
    slug: str
    description: str
    parent_id: UUID | None
    image: str
    is_active: bool


# What the database refuses, by the name of its constraint, in words for a person.
REFUSALS = {
    "products_category_no_cycle": "A category cannot stand below itself.",
    "products_category_depth": "The tree has at most 6 levels.",
    "products_category_slug_once": "Another category has this slug.",
    "products_category_name_once_per_parent": "Its parent has a category of this name already.",
}


@opens_transaction
def save_category(
    *, actor: Actor, fields: CategoryFields, reason: str, category_id: UUID | None = None
) -> UUID:
    """Make a category, or change the named fields of one; returns its id. By an operator.

    Raises ``Forbidden``, ``NotFound``, ``InvalidInput`` without a name or a reason,
    ``CategoryTreeRefused``
    when the place or the name is taken or would close a circle.
    """
    verb = "add" if category_id is None else "change"
    require_permission(actor, f"products.{verb}_category")
    category = Category() if category_id is None else _lock(category_id)
    before = {name: getattr(category, name) for name in fields}
    for name, value in fields.items():
        setattr(category, name, value)
    if not category.name.strip():
        raise InvalidInput(fields={"name": ["A category needs a name."]})
    category.slug = category.slug or slugify(category.name) or str(category.id)
    category.updated_at = clock.now()
    try:
        category.save()
    except IntegrityError as error:
        raise _refusal(error) from error
    record_action(
        actor=actor,
        action="products.save_category",
        subject_type="products.category",
        subject_id=category.id,
        reason=reason,
        before=before if category_id else {},
        after={name: getattr(category, name) for name in fields},
    )
    record(CategoryChanged(category_id=category.id), key=category.id)
    return category.id


def _lock(category_id: UUID) -> Category:
    category = Category.objects.select_for_update(no_key=True).filter(id=category_id).first()
    if category is None:
        raise NotFound("category")
    return category


def _refusal(error: IntegrityError) -> Exception:
    diagnosis = getattr(error.__cause__, "diag", None)
    text = REFUSALS.get(getattr(diagnosis, "constraint_name", None) or "")
    return CategoryTreeRefused(text) if text else error
