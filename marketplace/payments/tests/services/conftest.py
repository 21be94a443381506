from collections.abc import Iterator

import pytest
from django.db import transaction

from marketplace.payments.ledger.audit import Tally
from marketplace.payments.suspense import check_suspense


@pytest.fixture(autouse=True)
def _suspense_is_explained(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test does: of all that is in suspense at its end something says why."""
    yield
    if request.node.get_closest_marker("django_db"):
        with transaction.atomic():
            assert list(check_suspense(Tally())) == []
