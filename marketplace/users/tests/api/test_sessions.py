"""Where somebody is signed in, and signing out there."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.users.models import SignIn, SignInEnd, User
from marketplace.users.services import start_sign_in
from marketplace.users.snapshots import SignInTokens
from marketplace.users.tests.factories import make_user

pytestmark = pytest.mark.django_db

PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Mobile Safari/537.36"
)


def signed_in(user: User, user_agent: str = PHONE) -> tuple[SignInTokens, APIClient]:
    tokens = start_sign_in(user_id=user.pk, ip_address="203.0.113.7", user_agent=user_agent)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access_token}")
    return tokens, client


def listed(client: APIClient, query: str = "") -> Any:
    return client.get(f"/api/v1/auth/sessions/{query}")


def is_in(client: APIClient) -> bool:
    return client.get("/api/v1/auth/me/").status_code == 200


def test_every_device_is_listed_newest_first_and_this_one_is_marked() -> None:
    user = make_user()
    _, phone = signed_in(user)
    signed_in(user, "fairhold-app/2.1 (iPhone; iOS 19)")
    signed_in(make_user())

    body = listed(phone).json()

    assert [row["device"] for row in body["results"]] == [
        "fairhold-app on iPhone",
        "Chrome on Android",
    ]
    assert [row["is_current"] for row in body["results"]] == [False, True]
    assert body["results"][0]["ip_address"] == "203.0.113.7"
    assert set(body["results"][0]) == {
        "id",
        "device",
        "ip_address",
        "created_at",
        "refreshed_at",
        "expires_at",
        "is_current",
    }


def test_ended_and_expired_ones_are_not_listed() -> None:
    user = make_user()
    _, client = signed_in(user)
    signed_in(user)
    newest = SignIn.objects.order_by("-id").first()
    assert newest is not None
    long_ago = clock.now() - timedelta(days=40)
    SignIn.objects.filter(pk=newest.pk).update(
        created_at=long_ago, expires_at=long_ago + timedelta(days=30)
    )
    signed_in(user)[1].post("/api/v1/auth/sign-out/")

    assert len(listed(client).json()["results"]) == 1


@pytest.mark.parametrize("count", [1, 50])
def test_a_page_takes_the_same_queries_however_many_rows(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = make_user()
    _, client = signed_in(user)
    for _ in range(count - 1):
        signed_in(user)

    with django_assert_num_queries(2):
        assert len(listed(client, "?page_size=100").json()["results"]) == count


def test_pages_follow_each_other() -> None:
    user = make_user()
    _, client = signed_in(user)
    for _ in range(4):
        signed_in(user)

    first = listed(client, "?page_size=3").json()
    second = client.get(first["next"]).json()

    ids = [row["id"] for row in first["results"] + second["results"]]
    assert len(set(ids)) == 5
    assert second["next"] is None


def test_a_device_is_signed_out_from_another_one() -> None:
    user = make_user()
    _, mine = signed_in(user)
    lost, lost_client = signed_in(user)
    session_id = listed(mine).json()["results"][0]["id"]

    assert mine.delete(f"/api/v1/auth/sessions/{session_id}/").status_code == 204

    assert is_in(mine)
    assert not is_in(lost_client)
    refreshed = APIClient().post("/api/v1/auth/refresh/", {"refresh_token": lost.refresh_token})
    assert refreshed.status_code == 401
    assert SignIn.objects.get(pk=session_id).end_reason == SignInEnd.SIGNED_OUT
    # Twice is once.
    assert mine.delete(f"/api/v1/auth/sessions/{session_id}/").status_code == 404


def test_nobody_signs_a_stranger_out() -> None:
    user = make_user()
    _, client = signed_in(user)
    session_id = listed(client).json()["results"][0]["id"]
    _, stranger = signed_in(make_user())

    foreign = stranger.delete(f"/api/v1/auth/sessions/{session_id}/")
    unknown = stranger.delete(f"/api/v1/auth/sessions/{uuid4()}/")

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["detail"] == unknown.json()["detail"]
    assert is_in(client)


def test_everywhere_else_and_everywhere() -> None:
    user = make_user()
    _, mine = signed_in(user)
    others = [signed_in(user)[1] for _ in range(3)]
    _, stranger = signed_in(make_user())

    answer = mine.post("/api/v1/auth/sessions/end-all/", {"keep_this_device": True})

    assert answer.json() == {"ended": 3}
    assert is_in(mine)
    assert not any(is_in(other) for other in others)

    answer = mine.post("/api/v1/auth/sessions/end-all/", {"keep_this_device": False})

    assert answer.json() == {"ended": 1}
    assert not is_in(mine)
    assert is_in(stranger)


@pytest.mark.parametrize("body", [{}, {"keep_this_device": "perhaps"}, {"all": True}])
def test_whether_to_stay_has_to_be_said(body: object) -> None:
    _, client = signed_in(make_user())

    answer = client.post("/api/v1/auth/sessions/end-all/", body)

    assert answer.status_code == 400
    assert is_in(client)
