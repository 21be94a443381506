"""Small typed makers of rows. They write the tables directly: the setting, not the subject."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from marketplace.core.actor import Actor, Role
from marketplace.products.models import Category, Product, ProductStatus
from marketplace.users.models import User

_numbers = count(1)


def make_category(name: str = "", *, parent: Category | None = None, **fields: Any) -> Category:
    number = next(_numbers)
    fields.setdefault("slug", f"category-{number}")
    return Category.objects.create(name=name or f"Category {number}", parent=parent, **fields)


def make_seller(**fields: Any) -> User:
    fields.setdefault("verification_status", "VERIFIED")
    fields.setdefault("user_type", "SELLER")
    fields.setdefault("roles", [Role.BUYER, Role.SELLER])
    fields.setdefault("first_name", "Sam")
    email = fields.pop("email", f"seller-{next(_numbers)}@example.test")
    return User.objects.create(email=email, password="!", **fields)


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


def actor_for(user: User) -> Actor:
    return Actor.user(user.pk, *(Role(role) for role in user.roles))
