from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from marketplace.core.actor import Actor
from marketplace.core.events.testing import recorded
from marketplace.users import services
from marketplace.users.models import User, UserProfile
from marketplace.users.tests.factories import authorized_client, make_admin, make_user

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"
PROFILE = "/api/v1/users/me/profile/"
BECOME_SELLER = "/api/v1/users/me/become-seller/"
SOME_ID = "0198c0de-7a11-7000-8000-0123456789ab"
ADDRESS = {"line1": "12 Lake Road", "city": "Kisumu", "country": "KE"}


def row(user: User) -> dict[str, Any]:
    return dict(User.objects.filter(pk=user.pk).values().get())


def profile_row(user: User) -> dict[str, Any]:
    return dict(UserProfile.objects.filter(user=user).values().get())


def test_shows_every_field_of_the_account_and_no_secret() -> None:
    user = make_user(email="marigold@example.com")

    body = authorized_client(user).get(ME).json()

    assert set(body) == {
        "id",
        "email",
        "phone_number",
        "is_phone_verified",
        "first_name",
        "last_name",
        "profile_picture",
        "user_type",
        "roles",
        "verification_status",
        "created_at",
        "updated_at",
    }
    assert body["email"] == "marigold@example.com"


def test_changes_what_is_sent_and_nothing_else() -> None:
    user = make_user(last_name="Lantern")

    response = authorized_client(user).patch(
        ME,
        {
            "first_name": "Clover",
            "phone_number": "+254 712 345678",
        },
    )

    assert response.status_code == 200
    assert response.json()["phone_number"] == "+254712345678"
    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("Clover", "Lantern")
    (event,) = recorded("users.UserUpdated")
    assert event["changed"] == ["first_name", "phone_number"]


def test_the_same_values_again_are_no_change() -> None:
    user = make_user(first_name="Marigold")
    before = row(user)

    response = authorized_client(user).patch(ME, {"first_name": "Marigold"})

    assert response.status_code == 200
    assert row(user) == before
    assert not recorded("users.UserUpdated")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", SOME_ID),
        ("email", "mallory@example.com"),
        ("password", "a quiet harbour at dusk"),
        ("password_hash", "x"),
        ("user_type", "ADMIN"),
        ("roles", ["ADMIN"]),
        ("profile_picture", ""),
        ("profile_picture", "https://img.example.com/a.jpg"),
        ("verification_status", "VERIFIED"),
        ("is_active", False),
        ("is_staff", True),
        ("is_superuser", True),
        ("suspended_at", None),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("updated_at", "2020-01-01T00:00:00Z"),
    ],
)
def test_a_read_only_field_of_the_account_stays(field: str, value: object) -> None:
    user = make_user()
    before = row(user)

    response = authorized_client(user).patch(ME, {field: value})

    assert response.status_code == 400
    assert [fault["field"] for fault in response.json()["errors"]] == [field]
    assert row(user) == before


@pytest.mark.parametrize(
    "body",
    [
        {"first_name": ""},
        {"first_name": "x" * 101},
        {"first_name": "a\nb"},
        {"first_name": None},
        {"phone_number": "12345"},
        {"phone_number": "+254712345678; drop"},
        [],
    ],
)
def test_bad_input_changes_nothing(body: object) -> None:
    user = make_user()
    before = row(user)

    response = authorized_client(user).patch(ME, body)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_input"
    assert row(user) == before


def test_the_profile_is_written_and_read_back() -> None:
    user = make_user()
    client = authorized_client(user)
    links = {"instagram": "https://instagram.com/kisumu"}

    response = client.patch(
        PROFILE, {"bio": "Baskets\nfrom Kisumu.", "address": ADDRESS, "social_links": links}
    )

    assert response.status_code == 200
    body = client.get(PROFILE).json()
    assert body["bio"] == "Baskets\nfrom Kisumu."
    assert body["address"] == ADDRESS
    assert body["social_links"] == links
    assert body["rating"] == "0.00"
    assert len(recorded("users.ProfileUpdated")) == 1


def test_an_empty_profile_is_shown() -> None:
    body = authorized_client(make_user()).get(PROFILE).json()

    assert body["address"] is None
    assert body["id_verification_documents"] == []


def test_an_address_can_be_taken_back() -> None:
    client = authorized_client(make_user())
    client.patch(PROFILE, {"address": ADDRESS})

    assert client.patch(PROFILE, {"address": None}).json()["address"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", SOME_ID),
        ("user_id", SOME_ID),
        ("rating", "5.00"),
        ("total_reviews", 99),
        ("is_featured", True),
        ("id_verification_documents", [{"kind": "passport"}]),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("updated_at", "2020-01-01T00:00:00Z"),
    ],
)
def test_a_read_only_field_of_the_profile_stays(field: str, value: object) -> None:
    user = make_user()
    before = profile_row(user)

    response = authorized_client(user).patch(PROFILE, {field: value})

    assert response.status_code == 400
    assert [fault["field"] for fault in response.json()["errors"]] == [field]
    assert profile_row(user) == before


@pytest.mark.parametrize(
    "body",
    [
        {"bio": "x" * 2001},
        {"bio": "bell\x07"},
        {"address": {"city": "Kisumu"}},
        {"address": {**ADDRESS, "country": "XX"}},
        {"address": {**ADDRESS, "line1": "x" * 201}},
        {"address": "12 Lake Road"},
        {"social_links": {"instagram": "http://instagram.com/x"}},
        {"social_links": {"instagram": "javascript:alert(1)"}},
        {"social_links": {"Bad Name": "https://example.com"}},
        {"social_links": {f"site{n}": "https://example.com" for n in range(11)}},
        {"social_links": []},
    ],
)
def test_a_bad_profile_changes_nothing(body: object) -> None:
    user = make_user()
    before = profile_row(user)

    response = authorized_client(user).patch(PROFILE, body)

    assert response.status_code == 400
    assert profile_row(user) == before
    assert not recorded("users.ProfileUpdated")


def test_an_unknown_member_of_an_address_is_refused() -> None:
    client = authorized_client(make_user())

    response = client.patch(PROFILE, {"address": {**ADDRESS, "note": "x" * 10_000}})

    assert response.status_code == 400
    assert [(fault["field"], fault["code"]) for fault in response.json()["errors"]] == [
        ("address.note", "unknown_field")
    ]
    assert not client.get(PROFILE).json()["address"]


def test_a_buyer_becomes_a_seller_once() -> None:
    user = make_user()
    client = authorized_client(user)

    first, second = client.post(BECOME_SELLER), client.post(BECOME_SELLER)

    assert first.status_code == second.status_code == 200
    assert first.json()["roles"] == ["BUYER", "SELLER"]
    assert len(recorded("users.SellerActivated")) == 1


def test_an_administrator_does_not_trade() -> None:
    admin = make_admin()

    assert authorized_client(admin).post(BECOME_SELLER).status_code == 403
    assert row(admin)["roles"] == ["ADMIN"]


@pytest.mark.parametrize("path", [ME, PROFILE])
def test_a_stranger_sees_and_changes_nothing(path: str) -> None:
    assert APIClient().get(path).status_code == 401
    assert APIClient().patch(path, {}).status_code == 401
    assert APIClient().post(BECOME_SELLER).status_code == 401


def test_a_card_shows_nothing_private() -> None:
    user = make_user(
        email="marigold@example.com",
        first_name="Marigold",
        last_name="Lantern",
        phone_number="+254712345678",
    )
    services.update_profile(user_id=user.pk, changes={"address": ADDRESS, "bio": "Baskets."})

    response = APIClient().get(f"/api/v1/users/{user.pk}/")

    assert response.status_code == 200
    assert response.json()["display_name"] == "Marigold L."
    text = response.content.decode()
    assert not [s for s in ("marigold@", "Lantern", "+254", "Lake Road") if s in text]


def test_a_card_of_nobody_and_of_a_suspended_user_are_not_found() -> None:
    user = make_user()
    services.suspend_user(user_id=user.pk, actor=Actor.system("test"), reason="fraud")

    suspended = APIClient().get(f"/api/v1/users/{user.pk}/")
    nobody = APIClient().get(f"/api/v1/users/{uuid4()}/")

    assert suspended.status_code == nobody.status_code == 404
    assert suspended.json()["detail"] == nobody.json()["detail"]


def test_reading_takes_one_query_more_than_knowing_who_asks(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = authorized_client(make_user())

    # A profile lists the documents that its person handed in.
    for path, count in ((ME, 2), (PROFILE, 3), ("/api/v1/auth/me/", 2)):
        with django_assert_num_queries(count):
            client.get(path)


def test_the_rating_stays_in_range() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        UserProfile.objects.filter(user=make_user()).update(rating=Decimal("5.01"))
