from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.products.events import ProductPublished, ProductSubmittedForReview
from marketplace.products.models import Product
from marketplace.products.policies import ReviewPolicy, require_seller
from marketplace.products.repositories.products import lock_own_product, snapshot_of
from marketplace.products.repositories.sellers import verification_status_of
from marketplace.products.snapshots import ProductSnapshot
from marketplace.users.queries import check_consents


@opens_transaction
def publish_product(
    *, product_id: UUID, actor: Actor, expected_version: int | None = None
) -> ProductSnapshot:
    """DRAFT or INACTIVE → ACTIVE, or → UNDER_REVIEW where the review policy asks for it.

    A listing that was public before is not reviewed again.
    Raises ``NotFound``, ``NotASeller``, ``StaleVersion``, ``ConsentsOutstanding``,
    ``ProductTransitionRefused``.
    """
    product = lock_own_product(
        product_id=product_id, actor=actor, expected_version=expected_version
    )
    check_consents(user_id=require_seller(actor))
    if product.published_at is None and _needs_review(product):
        product.take("submit")
        event: type[ProductSubmittedForReview | ProductPublished] = ProductSubmittedForReview
    else:
        product.take("publish")
        event = ProductPublished
    product.review_reason = ""
    product.save_edit("status", "published_at", "review_reason")
    record(
        event(product_id=product.id, seller_id=product.seller_id, version=product.version),
        key=product.id,
    )
    return snapshot_of(product)


def _needs_review(product: Product) -> bool:
    policy = ReviewPolicy.current()
    if not policy.first_listings:
        return False
    published = Product.objects.filter(seller_id=product.seller_id, published_at__isnull=False)
    return policy.needs_review(
        verification_status=verification_status_of(product.seller_id),
        published_before=published[: policy.first_listings].count(),
    )
