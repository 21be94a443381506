"""The reviewers' page over HTTP: what is wrong is said, and nothing changes."""

import pytest
from django.test import Client

from marketplace.core.ids import new_id
from marketplace.users.tests.factories import actor, make_admin, make_user
from marketplace.users.verification.tests.factories import claimed, row, submitted

pytestmark = pytest.mark.django_db
CASES = "/admin/verification/verificationcase/"
DECISIONS = ("approve", "reject", "more", "note", "revoke", "claim", "release", "nothing")


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_on_a_case_that_is_not_there_is_not_found(decision: str) -> None:
    desk = Client()
    desk.force_login(make_admin())
    assert desk.post(f"{CASES}{new_id()}/do/{decision}/", {}).status_code == 404


def test_a_refusal_without_a_reason_is_asked_for_again() -> None:
    admin, case = make_admin(), submitted(make_user())
    claimed(case.id, actor(admin))
    desk = Client()
    desk.force_login(admin)
    version = row(case.id).version

    answer = desk.post(f"{CASES}{case.id}/do/reject/", {})

    assert answer.status_code == 422
    assert (row(case.id).status, row(case.id).version) == ("IN_REVIEW", version)
