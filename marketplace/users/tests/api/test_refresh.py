from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.events.testing import recorded
from marketplace.core.testing.figures import publish
from marketplace.users import services
from marketplace.users.models import SignIn, SignInEnd
from marketplace.users.tests.factories import make_user, sign_in

PARALLEL = 50


def refresh(token: str) -> Any:
    return APIClient().post("/api/v1/auth/refresh/", {"refresh_token": token})


def is_live(access_token: str) -> bool:
    response = APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {access_token}")
    return response.status_code == 200


@pytest.mark.django_db
def test_a_refresh_token_is_swapped_for_a_new_pair() -> None:
    first = sign_in(make_user())

    response = refresh(first.refresh_token)

    assert response.status_code == 200
    body = response.json()
    assert body["refresh_token"] != first.refresh_token
    assert is_live(body["access_token"])
    assert response["Cache-Control"] == "no-store"
    assert SignIn.objects.get().refresh_count == 1


@pytest.mark.django_db
def test_a_replay_ends_the_whole_family() -> None:
    first = sign_in(make_user())
    second = refresh(first.refresh_token).json()

    replay = refresh(first.refresh_token)

    assert replay.status_code == 401
    assert replay.json()["code"] == "refresh_token_refused"
    assert refresh(second["refresh_token"]).status_code == 401
    assert not is_live(second["access_token"])
    assert not is_live(first.access_token)
    assert SignIn.objects.get().end_reason == SignInEnd.REUSED
    assert len(recorded("users.RefreshTokenReused")) == 1


@pytest.mark.django_db
def test_a_replay_leaves_other_devices_alone() -> None:
    user = make_user()
    phone, laptop = sign_in(user), sign_in(user)
    refresh(phone.refresh_token)

    refresh(phone.refresh_token)

    assert is_live(laptop.access_token)
    assert refresh(laptop.refresh_token).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_refreshes_leave_at_most_one_live_successor_and_a_replay_none() -> None:
    first = sign_in(make_user())
    barrier = Barrier(PARALLEL)

    def attempt(_: int) -> Any:
        barrier.wait()
        try:
            return refresh(first.refresh_token)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PARALLEL) as pool:
        responses = list(pool.map(attempt, range(PARALLEL)))

    assert {response.status_code for response in responses} <= {200, 401}
    successors = [r.json() for r in responses if r.status_code == 200]
    assert len(successors) == 1
    assert sum(is_live(successor["access_token"]) for successor in successors) <= 1
    refresh(first.refresh_token)
    assert not any(is_live(successor["access_token"]) for successor in successors)
    assert all(refresh(s["refresh_token"]).status_code == 401 for s in successors)
    assert len(recorded("users.RefreshTokenReused")) == 1
    publish(
        "one refresh token at the same moment",
        refreshes=PARALLEL,
        live_successors=len(successors),
        live_after_a_replay=sum(is_live(successor["access_token"]) for successor in successors),
    )


@pytest.mark.django_db
def test_refreshing_does_not_lengthen_a_sign_in() -> None:
    tokens = sign_in(make_user())
    started = clock.now()
    for day in (10, 20, 29):
        with clock.frozen(started + timedelta(days=day)):
            response = refresh(tokens.refresh_token)
            assert response.status_code == 200
            tokens = services.SignInTokens(
                access_token=response.json()["access_token"],
                refresh_token=response.json()["refresh_token"],
                expires_in_seconds=900,
                user=tokens.user,
            )

    with clock.frozen(started + timedelta(days=30, seconds=1)):
        assert refresh(tokens.refresh_token).status_code == 401
    # Refused for its age, which is no theft.
    assert not recorded("users.RefreshTokenReused")


@pytest.mark.django_db
def test_an_idle_sign_in_expires_after_a_fortnight() -> None:
    tokens = sign_in(make_user())

    with clock.shifted(timedelta(days=14, seconds=1)):
        assert refresh(tokens.refresh_token).status_code == 401


@pytest.mark.django_db
def test_an_access_token_does_not_refresh() -> None:
    tokens = sign_in(make_user())

    assert refresh(tokens.access_token).status_code == 401
    assert SignIn.objects.get().ended_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "a.b.c", "é.é.é", "x" * 2048])
def test_rubbish_does_not_refresh(token: str) -> None:
    assert refresh(token).json()["code"] == "refresh_token_refused"


@pytest.mark.django_db
def test_a_suspended_user_does_not_refresh() -> None:
    user = make_user()
    tokens = sign_in(user)
    services.suspend_user(user_id=user.pk, actor=Actor.system("test"), reason="fraud")

    assert refresh(tokens.refresh_token).status_code == 401


@pytest.mark.django_db
def test_signing_out_ends_both_tokens_of_this_device_at_once() -> None:
    user = make_user()
    here, elsewhere = sign_in(user), sign_in(user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {here.access_token}")

    assert client.post("/api/v1/auth/sign-out/").status_code == 204

    assert not is_live(here.access_token)
    assert refresh(here.refresh_token).status_code == 401
    assert is_live(elsewhere.access_token)
    assert client.post("/api/v1/auth/sign-out/").status_code == 401
