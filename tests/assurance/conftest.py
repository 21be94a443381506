"""One running platform for the tests that look for what it keeps."""

from collections.abc import Iterator

import pytest

from launcher.stack import Stack
from tests.assurance.lookout import running_stack
from tests.running import Platform


# Not for the session: while it runs, this process does not see the servers of other tests.
@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("watched")) as stack:
        yield stack


@pytest.fixture(scope="module")
def watched_platform(watched: Stack) -> Platform:
    return Platform.of(watched)
