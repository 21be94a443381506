from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.policies import require_permission, require_reason
from marketplace.products.events import ProductUpdated
from marketplace.products.repositories.products import lock_any_product, snapshot_of
from marketplace.products.snapshots import ProductSnapshot


@opens_transaction
def feature_product(
    *, product_id: UUID, actor: Actor, is_featured: bool, reason: str
) -> ProductSnapshot:
    """Put a product among the featured ones, or take it out. By an operator.

    Nothing happens when it stands there already. Raises ``Forbidden``, ``InvalidInput`` without a
    reason, ``NotFound``.
    """
    require_permission(actor, "products.feature_product")
    reason = require_reason(reason)
    product = lock_any_product(product_id=product_id)
    if product.is_featured == is_featured:
        return snapshot_of(product)
    product.is_featured = is_featured
    product.save_edit("is_featured")
    record_action(
        actor=actor,
        action="products.feature_product",
        subject_type="products.product",
        subject_id=product.id,
        reason=reason,
        before={"is_featured": not is_featured},
        after={"is_featured": is_featured},
    )
    record(
        ProductUpdated(product_id=product.id, seller_id=product.seller_id, version=product.version),
        key=product.id,
    )
    return snapshot_of(product)
