from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.products.events import ProductDeleted
from marketplace.products.repositories.products import lock_own_product


@opens_transaction
def delete_product(*, product_id: UUID, actor: Actor, expected_version: int | None = None) -> None:
    """INACTIVE for good, and nobody finds it any more, its seller included. Final.

    The row stays, whether it was sold or not: orders, reservations and conversations point to it,
    and one way of deleting is easier to trust than two.
    Raises ``NotFound`` (also for what is deleted already), ``StaleVersion``.
    """
    product = lock_own_product(
        product_id=product_id, actor=actor, expected_version=expected_version
    )
    product.take("delete")
    product.deleted_at = clock.now()
    product.save_edit("status", "deleted_at")
    record(
        ProductDeleted(product_id=product.id, seller_id=product.seller_id, version=product.version),
        key=product.id,
    )
