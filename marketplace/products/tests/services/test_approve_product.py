import pytest

from marketplace.core.errors import Forbidden, InvalidInput, NotFound, StaleVersion
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.models import AuditEntry
from marketplace.products.errors import ProductTransitionRefused
from marketplace.products.models import Product
from marketplace.products.services import approve_product
from marketplace.products.tests.factories import make_product
from marketplace.users.tests.factories import actor, make_seller, make_staff

pytestmark = pytest.mark.django_db
WHY = "The label is shown."


def test_a_listing_goes_public_and_the_log_says_why() -> None:
    support, product = make_staff("SUPPORT"), make_product(status="UNDER_REVIEW")

    approved = approve_product(product_id=product.pk, actor=actor(support), reason=f" {WHY} ")

    assert approved.status == "ACTIVE"
    assert [fact["product_id"] for fact in recorded("products.ProductPublished")] == [
        str(product.pk)
    ]
    entry = AuditEntry.objects.get(subject_id=product.pk)
    assert (entry.actor_id, entry.action) == (support.pk, "products.approve_product")
    assert entry.reason == WHY
    assert (entry.before, entry.after) == ({"status": "UNDER_REVIEW"}, {"status": "ACTIVE"})


def test_refusals_change_nothing() -> None:
    support = actor(make_staff("SUPPORT"))
    product, draft = make_product(status="UNDER_REVIEW"), make_product(status="DRAFT")
    for who, what, why, version, refusal in (
        (actor(product.seller), product.pk, WHY, None, Forbidden),
        (actor(make_staff("AUDITOR")), product.pk, WHY, None, Forbidden),
        (actor(make_seller()), new_id(), WHY, None, Forbidden),
        (support, product.pk, "", None, InvalidInput),
        (support, product.pk, " \n", None, InvalidInput),
        (support, product.pk, "x" * 1001, None, InvalidInput),
        (support, new_id(), WHY, None, NotFound),
        (support, product.pk, WHY, product.version + 1, StaleVersion),
        (support, draft.pk, WHY, None, ProductTransitionRefused),
    ):
        with pytest.raises(refusal):
            approve_product(product_id=what, actor=who, reason=why, expected_version=version)
    assert set(Product.objects.values_list("status", flat=True)) == {"UNDER_REVIEW", "DRAFT"}
    assert not AuditEntry.objects.exists()
    assert not recorded("products.ProductPublished")


def test_it_is_approved_once() -> None:
    support, product = actor(make_staff("SUPPORT")), make_product(status="UNDER_REVIEW")
    approve_product(product_id=product.pk, actor=support, reason=WHY)

    with pytest.raises(ProductTransitionRefused):
        approve_product(product_id=product.pk, actor=support, reason=WHY)

    assert AuditEntry.objects.count() == len(recorded("products.ProductPublished")) == 1
