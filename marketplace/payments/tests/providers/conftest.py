import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

# The contract is a module of its own, and its assertions must still say what was wrong.
pytest.register_assert_rewrite("marketplace.payments.tests.providers.contract")

from marketplace.payments.tests.providers.localstripe import (  # noqa: E402
    Absent,
    running_localstripe,
)
from marketplace.payments.tests.providers.paystack_server import PaystackServer  # noqa: E402
from marketplace.payments.tests.providers.sandbox_server import (  # noqa: E402
    RunningSandbox,
    running_sandbox,
)
from marketplace.payments.tests.providers.stripe_server import StripeServer  # noqa: E402


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def localstripe() -> Iterator[str]:
    """Its address; skipped where it cannot be installed, except in CI."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_localstripe())
        except Absent as absent:
            refuse = pytest.fail if os.environ.get("FAIRHOLD_REQUIRE_ALL") == "1" else pytest.skip
            refuse(f"localstripe cannot be installed here: {absent}")
        yield url


@pytest.fixture(scope="session")
def stripe_server(localstripe: str) -> Iterator[StripeServer]:
    server = StripeServer(localstripe)
    with server.running():
        yield server


@pytest.fixture(scope="session")
def paystack_server() -> Iterator[PaystackServer]:
    server = PaystackServer()
    with server.running():
        yield server
