from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.products.events import ProductDeactivated
from marketplace.products.repositories.products import lock_own_product, snapshot_of
from marketplace.products.snapshots import ProductSnapshot


@opens_transaction
def deactivate_product(
    *, product_id: UUID, actor: Actor, expected_version: int | None = None
) -> ProductSnapshot:
    """ACTIVE or UNDER_REVIEW → INACTIVE: off the catalogue; orders placed before go on.

    Raises ``NotFound``, ``StaleVersion``, ``ProductTransitionRefused``.
    """
    product = lock_own_product(
        product_id=product_id, actor=actor, expected_version=expected_version
    )
    product.take("deactivate")
    product.save_edit("status")
    record(
        ProductDeactivated(
            product_id=product.id, seller_id=product.seller_id, version=product.version
        ),
        key=product.id,
    )
    return snapshot_of(product)
