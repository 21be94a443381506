from collections.abc import Iterator

import pytest

from marketplace.payments.providers import factory
from marketplace.payments.tests.fake_provider import FakeProvider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """The provider of this test, in memory."""
    fake = FakeProvider()
    monkeypatch.setitem(factory.BUILDERS, "sandbox", lambda: fake)
    factory.get_provider.cache_clear()
    yield fake
    factory.get_provider.cache_clear()
