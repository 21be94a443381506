from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.policies import require_permission, require_reason
from marketplace.products.events import ProductRejected
from marketplace.products.repositories.products import lock_any_product, snapshot_of
from marketplace.products.snapshots import ProductSnapshot

MAX_REASON_LENGTH = 500


@opens_transaction
def reject_product(
    *, product_id: UUID, actor: Actor, reason: str, expected_version: int | None = None
) -> ProductSnapshot:
    """UNDER_REVIEW → DRAFT, by an operator, with a ``reason`` that the seller reads.

    Raises ``Forbidden``, ``InvalidInput`` without a reason, ``NotFound``, ``StaleVersion``,
    ``ProductTransitionRefused``.
    """
    require_permission(actor, "products.review_product")
    reason = require_reason(reason, at_most=MAX_REASON_LENGTH)
    product = lock_any_product(product_id=product_id, expected_version=expected_version)
    product.take("reject")
    product.review_reason = reason
    product.save_edit("status", "review_reason")
    record_action(
        actor=actor,
        action="products.reject_product",
        subject_type="products.product",
        subject_id=product.id,
        reason=reason,
        before={"status": "UNDER_REVIEW"},
        after={"status": product.status},
    )
    record(
        ProductRejected(
            product_id=product.id,
            seller_id=product.seller_id,
            version=product.version,
            reason=reason,
        ),
        key=product.id,
    )
    return snapshot_of(product)
