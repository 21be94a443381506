"""Small typed makers of rows. They write the tables directly: the setting, not the subject."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from marketplace.products.models import Category, Product, ProductStatus
from marketplace.users.models import User
from marketplace.users.tests.factories import make_seller

_numbers = count(1)


def make_category(name: str = "", *, parent: Category | None = None, **fields: Any) -> Category:
    number = next(_numbers)
    fields.setdefault("slug", f"category-{number}")
    return Category.objects.create(name=name or f"Category {number}", parent=parent, **fields)


def make_product(
    *, seller: User | None = None, categories: Iterable[Category] = (), **fields: Any
) -> Product:
    """An ACTIVE product at 25.00 EUR with 10 in stock, of a verified seller, unless told else."""
    fields.setdefault("title", f"Product {next(_numbers)}")
    fields.setdefault("price_minor", 2500)
    fields.setdefault("currency", "EUR")
    fields.setdefault("inventory_count", 10)
    fields.setdefault("status", ProductStatus.ACTIVE)
    product = Product.objects.create(seller=seller or make_seller(), **fields)
    product.categories.set(categories)
    return product
