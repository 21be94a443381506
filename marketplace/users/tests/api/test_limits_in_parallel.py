"""A limit is a limit: however many try at once, and whether or not there is a cache."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from pytest_django import Settings
from redis.exceptions import RedisError
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.testing.figures import publish
from marketplace.users import tasks
from marketplace.users.limits import count_attempt
from marketplace.users.models import Attempts
from marketplace.users.tests.factories import PASSWORD, make_user

PARALLEL = 40
NO_CACHE = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        # Nobody listens at port 1.
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


@pytest.fixture(params=["cache up", "cache down"])
def weather(request: pytest.FixtureRequest, settings: Settings) -> str:
    if request.param == "cache down":
        settings.CACHES = NO_CACHE
        with pytest.raises(RedisError):
            cache.get("anything")
    return str(request.param)


def at_once(work: Callable[[int], Any]) -> list[Any]:
    barrier = Barrier(PARALLEL)

    def call(number: int) -> Any:
        try:
            barrier.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(call, range(PARALLEL)))


def guess(email: str, number: int) -> int:
    response = APIClient().post(
        "/api/v1/auth/sign-in/",
        {"email": email, "password": f"guess number {number}"},
        REMOTE_ADDR=f"203.0.113.{number}",
    )
    return int(response.status_code)


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_at_one_account_from_many_addresses(
    weather: str, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
    user = make_user()

    answers = Counter(at_once(lambda number: guess(user.email, number)))

    assert answers == {401: 5, 429: PARALLEL - 5}
    publish(
        f"parallel guesses at one account, {weather}",
        tried=PARALLEL,
        limit=5,
        let_through=answers[401],
    )


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_at_many_accounts_from_one_address(
    weather: str, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}

    def one(number: int) -> int:
        body = {"email": f"nobody{number}@example.com", "password": "a guess of mine"}
        return int(APIClient().post("/api/v1/auth/sign-in/", body).status_code)

    answers = Counter(at_once(one))

    assert answers == {401: 10, 429: PARALLEL - 10}
    publish(
        f"parallel guesses from one address, {weather}",
        tried=PARALLEL,
        limit=10,
        let_through=answers[401],
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("weather")
def test_people_sign_in_whether_or_not_there_is_a_cache() -> None:
    user = make_user()

    response = APIClient().post(
        "/api/v1/auth/sign-in/", {"email": user.email, "password": PASSWORD}
    )

    assert response.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_parallel_attempts_let_exactly_the_limit_through() -> None:
    counted = at_once(lambda _: count_attempt("of a test", amount=7, window_seconds=60))

    assert sum(at is not None for at in counted) == 7
    assert len(Attempts.objects.get().tried_at) == 7


@pytest.mark.django_db
def test_an_attempt_is_forgotten_when_its_window_has_passed() -> None:
    assert count_attempt("of a test", amount=1, window_seconds=60)
    assert not count_attempt("of a test", amount=1, window_seconds=60)
    long_ago = clock.now() - timedelta(seconds=61)

    Attempts.objects.update(tried_at=[long_ago], expires_at=long_ago + timedelta(seconds=60))

    assert count_attempt("of a test", amount=1, window_seconds=60)
    assert len(Attempts.objects.get().tried_at) == 1


@pytest.mark.django_db
def test_old_counts_are_purged_and_others_stay() -> None:
    count_attempt("old", amount=1, window_seconds=60)
    Attempts.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    count_attempt("new", amount=1, window_seconds=60)

    assert tasks.purge_attempts() == 1
    assert Attempts.objects.count() == 1


@pytest.mark.django_db
def test_counting_writes_no_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence::text FROM pg_class WHERE relname = 'users_attempts'")
        assert cursor.fetchone() == ("u",)
