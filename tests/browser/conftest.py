"""A real browser before the running platform."""

from collections.abc import Iterator

import pytest

from tests.browser.visitor import Visitor, open_browser
from tests.running import Platform


@pytest.fixture
def visitor(platform: Platform, tmp_path: object) -> Iterator[Visitor]:
    """A browser of this test alone. Afterwards its console must be clean and its requests ours."""
    with open_browser(str(tmp_path)) as driver:
        visitor = Visitor(driver, platform.base_url)
        yield visitor
        visitor.note()
        assert visitor.complaints == []
        assert visitor.hosts <= {
            address.split("/")[2] for address in (platform.base_url, platform.sandbox_url)
        }
