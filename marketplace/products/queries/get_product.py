from dataclasses import dataclass
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.products.models import CatalogueEntry, Product
from marketplace.products.policies import may_see_any
from marketplace.products.repositories.products import snapshot_of
from marketplace.products.snapshots import ProductSnapshot


@dataclass(frozen=True, slots=True)
class PublicProduct:
    """Finished JSON text, as anybody may read it."""

    json: str
    version: int


def get_product(*, product_id: UUID, actor: Actor | None) -> PublicProduct | ProductSnapshot:
    """One product: its own seller and operators read the write model, in any status; everybody
    else what the catalogue shows. Raises ``NotFound``."""
    if actor is not None:
        own = Product.objects.filter(id=product_id, deleted_at__isnull=True)
        if not may_see_any(actor):
            own = own.filter(seller_id=actor.user_id)
        if product := own.first():
            return snapshot_of(product)
    entry = CatalogueEntry.objects.filter(product_id=product_id).values_list("detail", "version")
    if (found := entry.first()) is None:
        raise NotFound("product")
    return PublicProduct(*found)
