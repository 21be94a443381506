from typing import Any
from uuid import uuid4

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from rest_framework.test import APIClient

from marketplace.core.errors import InvalidInput
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.users import services
from marketplace.users.errors import TooManyAddresses
from marketplace.users.models import UserAddress, UserProfile
from marketplace.users.services.add_address import MAX_ADDRESSES
from marketplace.users.tests.factories import authorized_client, make_user

pytestmark = pytest.mark.django_db
ADDRESSES = "/api/v1/users/me/addresses/"
PROFILE = "/api/v1/users/me/profile/"
KISUMU = {"recipient": "Basket weaver", "line1": "12 Lake Road", "city": "Kisumu", "country": "KE"}
BERLIN = {
    "recipient": "Basket buyer",
    "line1": "Lindenstr. 1",
    "city": "Berlin",
    "postal_code": "10969",
    "country": "de",
}


def add(client: APIClient, address: dict[str, str], *, key: str = "") -> Any:
    return client.post(ADDRESSES, address, HTTP_IDEMPOTENCY_KEY=key or str(uuid4()))


def test_the_first_address_is_the_default_and_stands_in_the_profile() -> None:
    client = authorized_client(make_user())
    first = add(client, KISUMU)
    second = add(client, BERLIN)
    assert (first.status_code, second.status_code) == (201, 201), second.content
    assert (first.json()["is_default"], second.json()["is_default"]) == (True, False)
    assert client.get(PROFILE).json()["address"] == {
        "line1": "12 Lake Road",
        "city": "Kisumu",
        "country": "KE",
    }
    assert [row["city"] for row in client.get(ADDRESSES).json()["results"]] == ["Kisumu", "Berlin"]


def test_another_address_becomes_the_default() -> None:
    client = authorized_client(make_user())
    add(client, KISUMU)
    berlin = add(client, BERLIN).json()["id"]
    assert client.patch(f"{ADDRESSES}{berlin}/", {"is_default": True}).status_code == 200
    assert UserAddress.objects.filter(is_default=True).count() == 1
    assert client.get(PROFILE).json()["address"]["city"] == "Berlin"
    assert client.delete(f"{ADDRESSES}{berlin}/").status_code == 204
    assert client.get(PROFILE).json()["address"] is None
    assert client.get(f"{ADDRESSES}{berlin}/").status_code == 404


def test_the_profiles_address_is_the_default_one() -> None:
    client = authorized_client(make_user())
    add(client, KISUMU)
    client.patch(PROFILE, {"address": {"line1": "1 Oak Lane", "city": "Nairobi", "country": "KE"}})
    (kept,) = client.get(ADDRESSES).json()["results"]
    assert (kept["line1"], kept["recipient"]) == ("1 Oak Lane", "Basket weaver")
    client.patch(PROFILE, {"address": None})
    assert client.get(ADDRESSES).json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": "DE"}, "postal_code"),
        ({"country": "US", "postal_code": "95014"}, "region"),
        ({"country": "DE", "postal_code": "1234"}, "postal_code"),
        ({"country": "XX"}, "country"),
        ({"recipient": ""}, "recipient"),
        ({"line1": "a\u202eb"}, "line1"),
        ({"phone": "12"}, "phone"),
        ({"user_id": str(new_id())}, "user_id"),
    ],
)
def test_an_address_has_what_its_country_needs(changes: dict[str, str], field: str) -> None:
    answer = add(authorized_client(make_user()), {**KISUMU, **changes})
    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert not UserAddress.objects.exists()
    assert not recorded("users.ProfileUpdated")


def test_a_change_is_judged_as_a_whole() -> None:
    client = authorized_client(make_user())
    kept = add(client, KISUMU).json()
    answer = client.patch(f"{ADDRESSES}{kept['id']}/", {"country": "DE"})
    assert [fault["field"] for fault in answer.json()["errors"]] == ["postal_code"]
    assert client.get(f"{ADDRESSES}{kept['id']}/").json() == kept


def test_a_stranger_finds_nothing() -> None:
    address = services.add_address(user_id=make_user().pk, address=KISUMU)
    stranger = authorized_client(make_user())
    url = f"{ADDRESSES}{address.id}/"
    assert {stranger.get(url).status_code, stranger.delete(url).status_code} == {404}
    assert stranger.patch(url, {"city": "Mombasa"}).status_code == 404
    assert UserAddress.objects.get().city == "Kisumu"


def test_the_same_key_twice_makes_one_address() -> None:
    user = make_user()
    client = authorized_client(user)
    first = add(client, KISUMU, key="of-the-basket")
    again = add(client, KISUMU, key="of-the-basket")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    other = add(client, BERLIN, key="of-the-basket")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    missing = client.post(ADDRESSES, KISUMU)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")
    assert UserAddress.objects.count() == 1
    assert UserProfile.objects.get(user=user).version == 2


def test_a_refused_address_burns_no_key() -> None:
    client = authorized_client(make_user())
    assert add(client, {**KISUMU, "country": "XX"}, key="again").status_code == 400
    assert add(client, KISUMU, key="again").status_code == 201


def test_there_is_a_limit() -> None:
    user = make_user()
    for _ in range(MAX_ADDRESSES):
        services.add_address(user_id=user.pk, address=KISUMU)
    with pytest.raises(TooManyAddresses):
        services.add_address(user_id=user.pk, address=KISUMU)
    with pytest.raises(InvalidInput):
        services.add_address(user_id=user.pk, address={**KISUMU, "country": "DE"})
    assert UserAddress.objects.count() == MAX_ADDRESSES


def test_the_list_takes_one_query_at_1_and_at_20_addresses(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = make_user()
    client = authorized_client(user)
    for count in (1, MAX_ADDRESSES):
        while UserAddress.objects.count() < count:
            services.add_address(user_id=user.pk, address=KISUMU)
        with django_assert_num_queries(2):
            assert len(client.get(ADDRESSES).json()["results"]) == count


@pytest.mark.django_db(transaction=True)
def test_two_defaults_at_the_same_moment_leave_one() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    user = make_user()

    def add_default(_: int) -> None:
        try:
            services.add_address(user_id=user.pk, address=KISUMU, is_default=True)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_default, range(4)))
    assert UserAddress.objects.count() == 4
    assert UserAddress.objects.filter(is_default=True).count() == 1
    assert UserProfile.objects.get(user=user).version == 5
