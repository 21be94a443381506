from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from rest_framework.test import APIClient

from marketplace.core.tests import commands

Post = Callable[..., Any]


@pytest.fixture
def user(db: None) -> Any:
    return get_user_model().objects.create_user("buyer@shop.example", "a long enough passphrase")


@pytest.fixture
def client_of(settings: Any) -> Callable[[Any], APIClient]:
    settings.ROOT_URLCONF = "marketplace.core.tests.urls"

    def make(user: Any | None) -> APIClient:
        client = APIClient(raise_request_exception=False)
        if user is not None:
            client.credentials(HTTP_X_TEST_USER=str(user.pk))
        return client

    return make


@pytest.fixture(autouse=True)
def _kind_provider() -> Iterator[None]:
    yield
    commands.provider[0] = commands.nothing


@pytest.fixture
def in_threads() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Run functions at once, each on a connection of its own; returns what they returned."""
    from concurrent.futures import ThreadPoolExecutor

    def run(functions: list[Callable[[], Any]]) -> list[Any]:
        def on_own_connection(function: Callable[[], Any]) -> Any:
            try:
                return function()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(on_own_connection, functions))

    return run
