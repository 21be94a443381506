import pytest

from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.models import AuditEntry
from marketplace.products.models import Product
from marketplace.products.services import feature_product
from marketplace.products.tests.factories import make_product
from marketplace.users.tests.factories import actor, make_staff

pytestmark = pytest.mark.django_db
WHY = "Sells well."


def test_a_product_is_featured_and_not_any_more_and_the_log_says_why() -> None:
    support, product = make_staff("SUPPORT"), make_product()
    for is_featured, why in ((True, WHY), (False, "Sold out soon.")):
        told = feature_product(
            product_id=product.pk, actor=actor(support), is_featured=is_featured, reason=why
        )
        assert told.is_featured is is_featured

    entries = AuditEntry.objects.filter(subject_id=product.pk).order_by("id")
    assert [(entry.actor_id, entry.reason, entry.after) for entry in entries] == [
        (support.pk, WHY, {"is_featured": True}),
        (support.pk, "Sold out soon.", {"is_featured": False}),
    ]


def test_the_same_again_does_nothing() -> None:
    support, product = actor(make_staff("SUPPORT")), make_product()
    versions = {
        feature_product(product_id=product.pk, actor=support, is_featured=True, reason=WHY).version
        for _ in range(2)
    }

    assert len(versions) == 1
    assert AuditEntry.objects.count() == len(recorded("products.ProductUpdated")) == 1


def test_refusals_change_nothing() -> None:
    support, product = actor(make_staff("SUPPORT")), make_product()
    for who, what, why, refusal in (
        (actor(product.seller), product.pk, WHY, Forbidden),
        (actor(make_staff("MEDIATOR")), product.pk, WHY, Forbidden),
        (support, product.pk, " ", InvalidInput),
        (support, new_id(), WHY, NotFound),
    ):
        with pytest.raises(refusal):
            feature_product(product_id=what, actor=who, is_featured=True, reason=why)
    assert not Product.objects.get().is_featured
    assert not AuditEntry.objects.exists()
    assert not recorded("products.ProductUpdated")
