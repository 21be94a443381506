from collections.abc import Iterator

import pytest

from marketplace.payments.tests.providers.sandbox_server import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running
