from collections.abc import Iterator

import pytest

from marketplace.payments.providers import factory
from marketplace.payments.tests.commission.shelves import Shelves
from marketplace.payments.tests.fake_provider import FakeProvider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """The provider of this test, in memory."""
    fake = FakeProvider()
    monkeypatch.setitem(factory.BUILDERS, "sandbox", lambda: fake)
    factory.get_provider.cache_clear()
    yield fake
    factory.get_provider.cache_clear()


@pytest.fixture
def shelves(monkeypatch: pytest.MonkeyPatch) -> Shelves:
    """The categories of this test, in memory."""
    made = Shelves()
    monkeypatch.setattr("marketplace.core.categories._directory", made)
    return made
