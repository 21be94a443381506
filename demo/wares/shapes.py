"""What the demo data consists of.

``SELLERS`` names the demo sellers by the part of their address before the @.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """``parent`` is a slug; parents stand before their children."""

    slug: str
    name: str
    description: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """``price`` and ``compare_price`` are decimal strings; ``picture`` is a name of
    ``demo.pictures.PICTURES``; ``status`` is where the listing is to end up."""

    title: str
    category: str
    price: str
    picture: str
    seller: str
    description: str
    specifications: dict[str, Any] = field(default_factory=dict)
    currency: str = "EUR"
    compare_price: str | None = None
    inventory_count: int = 8
    is_featured: bool = False
    status: str = "ACTIVE"


SELLERS = ("home-seller", "tech-seller", "craft-seller", "sport-seller")
HOME, TECH, CRAFT, SPORT = SELLERS
