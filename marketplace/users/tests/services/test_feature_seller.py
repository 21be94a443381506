import pytest
from django.test import Client
from rest_framework.test import APIClient

from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.models import AuditEntry
from marketplace.users.models import User, UserProfile
from marketplace.users.services import feature_seller
from marketplace.users.tests.factories import actor, make_buyer, make_seller, make_staff

pytestmark = pytest.mark.django_db
WHY = "A hundred sales without a quarrel."


def is_shown(seller: User) -> bool:
    told = APIClient().get(f"/api/v1/sellers/{seller.pk}/").json()["is_featured"]
    assert ("Featured by" in Client().get(f"/sellers/{seller.pk}/").content.decode()) is told
    return bool(told)


def test_a_seller_is_featured_and_not_any_more_and_the_log_says_why() -> None:
    support, seller = make_staff("SUPPORT"), make_seller()
    for is_featured, why in ((True, WHY), (False, "Moved away.")):
        feature_seller(user_id=seller.pk, actor=actor(support), is_featured=is_featured, reason=why)
        assert is_shown(seller) is is_featured

    entries = AuditEntry.objects.filter(subject_id=seller.pk).order_by("id")
    assert [(entry.actor_id, entry.reason, entry.after) for entry in entries] == [
        (support.pk, WHY, {"is_featured": True}),
        (support.pk, "Moved away.", {"is_featured": False}),
    ]


def test_the_same_again_does_nothing() -> None:
    support, seller = actor(make_staff("SUPPORT")), make_seller()
    versions = {
        feature_seller(user_id=seller.pk, actor=support, is_featured=True, reason=WHY).version
        for _ in range(2)
    }

    assert len(versions) == 1
    assert AuditEntry.objects.count() == len(recorded("users.ProfileUpdated")) == 1


def test_refusals_change_nothing() -> None:
    support, seller, staff = actor(make_staff("SUPPORT")), make_seller(), make_staff("SUPPORT")
    for who, whom, why, refusal in (
        (actor(make_seller()), seller.pk, WHY, Forbidden),
        (actor(make_staff("MEDIATOR")), seller.pk, WHY, Forbidden),
        (actor(staff), staff.pk, WHY, Forbidden),
        (support, seller.pk, " ", InvalidInput),
        (support, make_buyer().pk, WHY, NotFound),
        (support, new_id(), WHY, NotFound),
    ):
        with pytest.raises(refusal):
            feature_seller(user_id=whom, actor=who, is_featured=True, reason=why)
    assert not UserProfile.objects.filter(is_featured=True).exists()
    assert not AuditEntry.objects.exists()
    assert not recorded("users.ProfileUpdated")
