"""What buyers are told of a seller follows the seller's sales."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from rest_framework.test import APIClient

from marketplace.core.actor import Actor
from marketplace.core.events.testing import deliver_all
from marketplace.core.ids import new_id
from marketplace.orders.tests.factories import Deal
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users import services
from marketplace.users.models import SellerStats
from marketplace.users.tests.factories import make_buyer, make_seller

pytestmark = pytest.mark.django_db


def page_of(seller_id: Any) -> Any:
    return APIClient().get(f"/api/v1/sellers/{seller_id}/")


def test_a_completed_sale_is_counted_and_can_be_counted_again(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to("COMPLETED")
    deliver_all()
    seen = page_of(deal.seller.pk).json()
    assert (seen["completed_sales"], seen["typical_hours_to_ship"]) == (1, 0)
    # One sale says nothing of a seller.
    assert (seen["dispute_rate"], seen["rating"]) == (None, None)

    call_command("rebuild_seller_stats", "--check", stdout=StringIO())
    SellerStats.objects.update(completed_sales=0)
    with pytest.raises(CommandError, match=str(deal.seller.pk)):
        call_command("rebuild_seller_stats", "--check", stdout=StringIO())
    call_command("rebuild_seller_stats", stdout=StringIO())
    assert SellerStats.objects.get().completed_sales == 1
    assert page_of(deal.seller.pk).json() == seen


def test_an_order_that_is_not_paid_counts_nothing(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to("PENDING_PAYMENT")
    deliver_all()
    call_command("rebuild_seller_stats", "--check", stdout=StringIO())
    assert not SellerStats.objects.filter(seller_id=deal.seller.pk).exists()


def test_the_check_names_what_differs(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to("PAYMENT_RECEIVED")
    with pytest.raises(CommandError, match=str(deal.id)):
        call_command("rebuild_seller_stats", "--check", stdout=StringIO())


def test_rates_are_of_the_paid_sales(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    seller = make_seller()
    SellerStats.objects.create(
        seller_id=seller.pk, paid_sales=250, completed_sales=240, disputed_sales=2,
        called_off_sales=5, shipped_sales=2, ship_seconds_total=2 * 86_400,
    )  # fmt: skip
    with django_assert_num_queries(4):
        seen = page_of(seller.pk).json()
    assert (seen["dispute_rate"], seen["called_off_rate"]) == ("0.8", "2.0")
    assert seen["typical_hours_to_ship"] == 24


def test_only_sellers_have_a_page() -> None:
    closed = make_seller()
    services.suspend_user(user_id=closed.pk, actor=Actor.system("test"), reason="fraud")
    for nobody in (make_buyer().pk, closed.pk, new_id()):
        assert page_of(nobody).status_code == 404
        assert Client().get(f"/sellers/{nobody}/").status_code == 404


def test_the_page_carries_nothing_that_runs_and_nothing_private() -> None:
    seller = make_seller(first_name="<b>Ana", last_name="Lantern", phone_number="+254712345678")
    services.update_profile(
        user_id=seller.pk,
        changes={
            "bio": "<script>alert(1)</script>",
            "social_links": {"instagram": "https://instagram.com/ana"},
        },
    )
    answer = Client().get(f"/sellers/{seller.pk}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<script" not in text
    assert "<b>Ana" not in text
    assert "&lt;script&gt;" in text
    assert not [word for word in ("Lantern", "+254", seller.email) if word in text]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert not answer.cookies
    assert f'property="og:url" content="http://127.0.0.1:8000/sellers/{seller.pk}/"' in text
    assert 'property="og:title"' in text
    assert 'rel="nofollow noopener ugc"' in text
