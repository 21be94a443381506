"""The running platform, started once and shared by every test that talks to it over HTTP."""

from collections.abc import Iterator

import pytest

from tests.running import Platform, running_platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running_platform(tmp_path_factory.mktemp("platform")) as platform:
        yield platform
