from collections.abc import Iterator

import pytest

# The contract is a module of its own, and its assertions must still say what was wrong.
pytest.register_assert_rewrite("marketplace.payments.tests.providers.contract")

from marketplace.payments.tests.providers.sandbox_server import (  # noqa: E402
    RunningSandbox,
    running_sandbox,
)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running
