"""The verified badge stands on listings as soon as it is given, and no longer than it holds."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.events.testing import deliver_all
from marketplace.products.services import rebuild_catalogue
from marketplace.products.tests.factories import make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_admin, make_seller
from marketplace.users.verification import services
from marketplace.users.verification.tests.conftest import private_files  # noqa: F401
from marketplace.users.verification.tests.factories import claimed, reviewer, submitted

pytestmark = pytest.mark.django_db(transaction=True)


def badge_on_listing(seller: User) -> str:
    (listing,) = APIClient().get("/api/v1/products/", {"seller": str(seller.pk)}).json()["results"]
    return str(listing["seller"]["verification_status"])


def test_a_badge_given_and_taken_away_shows_on_what_is_listed_already() -> None:
    seller, by = make_seller(), reviewer()
    make_product(title="Desk lamp", seller=seller)
    rebuild_catalogue()

    case = submitted(seller)
    deliver_all()
    # Waiting for a reviewer is nobody's business.
    assert badge_on_listing(seller) == "UNVERIFIED"
    card = APIClient().get(f"/api/v1/users/{seller.pk}/").json()
    assert card["verification_status"] == "UNVERIFIED"

    claimed(case.id, by)
    services.approve_case(
        case_id=case.id,
        actor=by,
        document_runs_out_on=(clock.now() + timedelta(days=400)).date(),
    )
    deliver_all()
    assert badge_on_listing(seller) == "VERIFIED"

    services.revoke_verification(case_id=case.id, actor=actor(make_admin()), reason="Forged.")
    deliver_all()
    assert badge_on_listing(seller) == "UNVERIFIED"
