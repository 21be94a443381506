"""What a seller writes into a listing: checked and applied in one place for create and update."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict
from uuid import UUID

import orjson

from marketplace.core.errors import InvalidInput
from marketplace.core.money import InvalidMoney, Money
from marketplace.products.errors import UnknownCategory
from marketplace.products.models import Category, Product
from marketplace.products.models.product import MAX_INVENTORY
from marketplace.products.repositories.categories import CategoryTree

MAX_CATEGORIES = 5
MAX_SPECIFICATIONS = 50
MAX_SPECIFICATION_BYTES = 10_000


class ListingChanges(TypedDict, total=False):
    """Fields to set; absent ones stay. Prices are decimal strings in major units."""

    title: str
    description: str
    price: str
    compare_price: str | None
    currency: str
    category_ids: Iterable[UUID]
    specifications: Mapping[str, Any]
    inventory_count: int


def apply_changes(product: Product, changes: ListingChanges) -> None:
    """Set the fields on ``product`` without saving; raises ``InvalidInput`` naming the field.

    ``inventory_count`` replaces what is for sale; what orders have reserved is not part of it.
    """
    if "title" in changes:
        product.title = _title(changes["title"])
    if "description" in changes:
        product.description = changes["description"]
    if "specifications" in changes:
        product.specifications = _specifications(changes["specifications"])
    if "inventory_count" in changes:
        product.inventory_count = _inventory(changes["inventory_count"])
    _apply_prices(product, changes)


def known_categories(category_ids: Iterable[UUID]) -> list[Category]:
    """The categories, when each of them is shown; raises ``UnknownCategory``."""
    wanted = set(category_ids)
    if len(wanted) > MAX_CATEGORIES:
        raise _invalid("category_ids", f"A product stands in at most {MAX_CATEGORIES} categories.")
    tree = CategoryTree.load()
    unknown = [str(category_id) for category_id in wanted if not tree.is_shown(category_id)]
    if unknown:
        text = f"No such category: {', '.join(sorted(unknown))}."
        raise UnknownCategory(text, fields={"category_ids": [text]})
    return list(Category.objects.filter(id__in=wanted))


def _title(value: str) -> str:
    title = " ".join(value.split())
    if not title:
        raise _invalid("title", "A listing needs a title.")
    return title


def _inventory(value: int) -> int:
    if not 0 <= value <= MAX_INVENTORY:
        raise _invalid("inventory_count", f"Between 0 and {MAX_INVENTORY}.")
    return value


def _apply_prices(product: Product, changes: ListingChanges) -> None:
    currency = changes.get("currency", product.currency)
    if currency != product.currency and "price" not in changes:
        raise _invalid("price", "Another currency needs the price in that currency.")
    if currency != product.currency and product.compare_price_minor is not None:
        # An amount of the old currency means nothing in the new one.
        product.compare_price_minor = None
    product.currency = currency
    if "price" in changes:
        product.price_minor = _amount("price", changes["price"], currency)
    if "compare_price" in changes:
        compare = changes["compare_price"]
        product.compare_price_minor = (
            None if compare is None else _amount("compare_price", compare, currency)
        )
    compare_minor = product.compare_price_minor
    if compare_minor is not None and compare_minor < product.price_minor:
        raise _invalid("compare_price", "The compare price is not below the price.")


def _amount(field: str, value: str, currency: str) -> int:
    try:
        amount = Money.from_decimal(value, currency)
    except InvalidMoney as error:
        named = "currency" if "currency code" in error.detail else field
        raise InvalidMoney(error.detail, fields={named: [error.detail]}) from None
    if not amount.is_positive:
        raise _invalid(field, "A price is above zero.")
    return amount.amount_minor


def _specifications(value: Mapping[str, Any]) -> dict[str, Any]:
    if len(value) > MAX_SPECIFICATIONS:
        raise _invalid("specifications", f"At most {MAX_SPECIFICATIONS} entries.")
    for name, entry in value.items():
        items = entry if isinstance(entry, list) else [entry]
        if not name.strip() or not all(isinstance(i, str | int | float | bool) for i in items):
            raise _invalid(
                "specifications", "Names with texts, numbers, true or false, or lists of them."
            )
    if len(orjson.dumps(value)) > MAX_SPECIFICATION_BYTES:
        raise _invalid("specifications", f"At most {MAX_SPECIFICATION_BYTES} bytes of JSON.")
    return dict(value)


def _invalid(field: str, text: str) -> InvalidInput:
    return InvalidInput(text, fields={field: [text]})
