"""Verified by an outside service: started, told by a call, asked after, never twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.core import clock
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_user
from marketplace.users.verification import errors, outside, services
from marketplace.users.verification.models import ServiceCall, ServiceCheck
from marketplace.users.verification.outside import Outcome, Session, StartRequest, Verdict
from marketplace.users.verification.outside.sandbox import SandboxService
from marketplace.users.verification.services.poll_checks import poll_checks
from marketplace.users.verification.services.receive_service_call import receive_stored_calls
from marketplace.users.verification.tests.factories import T2_FACTS, draft, grant, row

pytestmark = pytest.mark.django_db
BACK = "https://shop.example/back"


@pytest.fixture(autouse=True)
def sandbox(settings: Any) -> None:
    settings.VERIFICATION_SERVICE = "sandbox"


def opened(name: str = "Marigold Lantern") -> tuple[User, UUID]:
    user = make_user()
    grant(user, "T1")
    facts = {**T2_FACTS, "legal_name": name}
    return user, services.open_case(actor=actor(user), level="T2", facts=facts).id


def started(name: str = "Marigold Lantern") -> tuple[User, UUID, ServiceCheck]:
    user, case_id = opened(name)
    services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)
    return user, case_id, ServiceCheck.objects.get(case_id=case_id)


def call(check: ServiceCheck, verdict: Verdict, event_id: str = "evt_1") -> None:
    outcome = Outcome(check.reference, verdict, "", event_id)
    body, headers = SandboxService().sign_call(outcome, at=clock.now())
    services.receive_service_call(service="sandbox", body=body, headers=headers)


def standing(user: User) -> tuple[str, str]:
    user.refresh_from_db()
    return user.verification_level, user.verification_status


def test_a_call_says_yes_and_saying_it_again_changes_nothing() -> None:
    user, case_id, check = started()
    assert standing(user) == ("T1", "PENDING")

    call(check, Verdict.PASSED)
    assert standing(user) == ("T1", "PENDING")  # stored, and not yet made anything of
    call(check, Verdict.PASSED)
    assert ServiceCall.objects.count() == 1
    assert receive_stored_calls() == 1
    call(check, Verdict.FAILED, "evt_2")
    assert receive_stored_calls() == 1

    assert standing(user) == ("T2", "VERIFIED")
    assert row(case_id).status == "APPROVED"


def test_a_call_says_no() -> None:
    user, case_id, check = started()

    call(check, Verdict.FAILED)
    receive_stored_calls()

    assert standing(user) == ("T1", "UNVERIFIED")
    assert (row(case_id).status, row(case_id).decision_code) == ("REJECTED", "service_refused")


@pytest.mark.parametrize(
    ("name", "status"),
    [("Marigold Lantern", "APPROVED"), ("Marigold Fail", "REJECTED"), ("A Wait", "SUBMITTED")],
)
def test_an_outcome_that_never_came_is_asked_for(name: str, status: str) -> None:
    _, case_id, check = started(name)

    poll_checks()

    assert row(case_id).status == status
    if status == "SUBMITTED":
        check.refresh_from_db()
        assert check.ask_at > clock.now() + timedelta(minutes=1)
        assert poll_checks() == 0


def test_a_service_that_does_not_answer_leaves_a_draft_to_try_again() -> None:
    user, case_id = opened("Marigold Silent")

    for _ in range(2):
        with pytest.raises(errors.ServiceUnavailable):
            services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)

    assert row(case_id).status == "DRAFT"
    assert ServiceCheck.objects.filter(case_id=case_id).count() == 1


def test_a_name_that_is_changed_while_the_service_is_asked_is_not_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, case_id = opened()
    start = SandboxService.start

    def meanwhile(service: SandboxService, request: StartRequest) -> Session:
        changed = {"legal_name": "Somebody Else"}
        services.update_case(case_id=case_id, actor=actor(user), facts=changed)
        return start(service, request)

    with monkeypatch.context() as slow_service:
        slow_service.setattr(SandboxService, "start", meanwhile)
        with pytest.raises(errors.CaseRefused):
            services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)
    first = ServiceCheck.objects.get()
    assert (row(case_id).status, first.status) == ("DRAFT", "CREATED")

    services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)

    first.refresh_from_db()
    second = ServiceCheck.objects.exclude(id=first.id).get()
    assert (first.status, second.status) == ("ABANDONED", "STARTED")
    assert row(case_id).status == "SUBMITTED"


def test_a_check_that_another_one_took_the_place_of_is_no_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, case_id = opened()
    start = SandboxService.start

    def begun_again(service: SandboxService, request: StartRequest) -> Session:
        monkeypatch.setattr(SandboxService, "start", start)
        changed = {"legal_name": "Somebody Else"}
        services.update_case(case_id=case_id, actor=actor(user), facts=changed)
        services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)
        return start(service, request)

    monkeypatch.setattr(SandboxService, "start", begun_again)
    with pytest.raises(errors.CaseRefused):
        services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)

    assert sorted(ServiceCheck.objects.values_list("status", flat=True)) == ["ABANDONED", "STARTED"]
    assert row(case_id).status == "SUBMITTED"


def test_two_requests_at_once_that_began_one_check_both_succeed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, case_id = opened()
    start = SandboxService.start

    def twice(service: SandboxService, request: StartRequest) -> Session:
        monkeypatch.setattr(SandboxService, "start", start)
        services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)
        return start(service, request)

    monkeypatch.setattr(SandboxService, "start", twice)
    services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)

    assert ServiceCheck.objects.get().status == "STARTED"


def test_a_withdrawn_case_stays_withdrawn() -> None:
    user, case_id, check = started()
    services.withdraw_case(case_id=case_id, actor=actor(user))

    call(check, Verdict.PASSED)
    receive_stored_calls()

    assert standing(user) == ("T1", "UNVERIFIED")
    check.refresh_from_db()
    assert check.status == "ABANDONED"


def test_without_a_service_people_verify(settings: Any) -> None:
    settings.VERIFICATION_SERVICE = ""
    user, case_id = opened()

    with pytest.raises(errors.ServiceNotOffered):
        services.start_service_check(case_id=case_id, actor=actor(user), return_url=BACK)

    assert not ServiceCheck.objects.exists()


class BoldService(SandboxService):
    """Offers to verify a business by itself."""

    levels = frozenset({"T2", "T3"})


def test_no_service_takes_the_place_of_two_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(outside.KNOWN, "sandbox", BoldService)
    user = make_user()
    case = draft(user, "T3")

    with pytest.raises(errors.ServiceNotOffered):
        services.start_service_check(case_id=case.id, actor=actor(user), return_url=BACK)
    assert row(case.id).status == "DRAFT"
