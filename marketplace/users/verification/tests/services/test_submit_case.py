"""From a draft to the queue."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.core.errors import DomainError, NotFound
from marketplace.core.models import OutboxEvent
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_user
from marketplace.users.verification import errors, services
from marketplace.users.verification.facts import open_facts
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.tests.factories import (
    T2_FACTS,
    draft,
    grant,
    picture_of,
    row,
    submitted,
)

pytestmark = pytest.mark.django_db
SUBMITTED = "users.VerificationSubmitted"


def facts_recorded(event_type: str) -> int:
    return OutboxEvent.objects.filter(type=event_type).count()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Each call on a connection of its own; a refusal is its answer."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_a_complete_draft_waits_for_people() -> None:
    user = make_user()

    case = submitted(user)

    assert (case.status, case.method, case.missing) == ("SUBMITTED", "PEOPLE", ())
    assert case.submitted_at is not None
    user.refresh_from_db()
    assert (user.verification_level, user.verification_status) == ("T1", "PENDING")
    assert facts_recorded(SUBMITTED) == 1


def test_what_was_stated_is_sealed_and_opens_only_in_its_row() -> None:
    case = row(draft(make_user()).id)

    stored = bytes(case.document_number_encrypted or b"")
    assert b"0123" not in stored
    assert open_facts(case)["document_number"] == "A 0123-4567"
    assert open_facts(case)["date_of_birth"] == "1990-04-02"


def test_an_incomplete_draft_says_what_is_missing_and_stays() -> None:
    user = make_user()
    grant(user, "T1")
    case = services.open_case(
        actor=actor(user), level="T2", facts={**T2_FACTS, "document_type": "NATIONAL_ID"}
    )

    with pytest.raises(errors.FactsMissing) as refusal:
        services.submit_case(case_id=case.id, actor=actor(user))

    assert set(refusal.value.fields) == {"IDENTITY_FRONT", "IDENTITY_BACK", "SELFIE"}
    assert row(case.id).status == "DRAFT"
    assert facts_recorded(SUBMITTED) == 0


def test_handing_in_twice_is_refused_and_changes_nothing() -> None:
    user = make_user()
    case = submitted(user)

    with pytest.raises(errors.CaseRefused):
        services.submit_case(case_id=case.id, actor=actor(user))

    assert row(case.id).version == case.version
    assert facts_recorded(SUBMITTED) == 1


def test_somebody_elses_case_is_not_found() -> None:
    case = draft(make_user())
    stranger = actor(make_user())

    attempts: list[Callable[[], Any]] = [
        lambda: services.submit_case(case_id=case.id, actor=stranger),
        lambda: services.withdraw_case(case_id=case.id, actor=stranger),
        lambda: services.update_case(case_id=case.id, actor=stranger, facts={}),
        lambda: services.add_document(
            case_id=case.id, actor=stranger, kind="SELFIE", data=picture_of()
        ),
        lambda: services.remove_document(
            case_id=case.id, document_id=case.documents[0].id, actor=stranger
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert row(case.id).version == case.version


def test_levels_are_climbed_in_order() -> None:
    user = make_user()

    with pytest.raises(errors.LowerLevelMissing) as refusal:
        services.open_case(actor=actor(user), level="T3", facts={})

    assert refusal.value.extra == {"level": "T1"}
    assert not VerificationCase.objects.exists()


def test_one_case_of_a_level_is_open_at_a_time() -> None:
    user = make_user()
    draft(user)

    with pytest.raises(errors.CaseOpen):
        services.open_case(actor=actor(user), level="T2", facts={})

    assert VerificationCase.objects.filter(user=user, level="T2").count() == 1


@pytest.mark.parametrize(
    ("facts", "at_fault"),
    [
        ({"date_of_birth": "2020-01-01"}, {"date_of_birth"}),
        ({"document_number": "!!"}, {"document_number"}),
        ({"legal_name": "123"}, {"legal_name"}),
        ({"business_name": "Lantern Works"}, {"business_name"}),
    ],
)
def test_a_wrong_fact_is_named(facts: dict[str, str], at_fault: set[str]) -> None:
    user = make_user()
    grant(user, "T1")

    with pytest.raises(errors.FactsInvalid) as refusal:
        services.open_case(actor=actor(user), level="T2", facts=facts)

    assert set(refusal.value.fields) == at_fault
    assert not VerificationCase.objects.filter(level="T2").exists()


def test_a_withdrawn_case_makes_room_for_another() -> None:
    user = make_user()
    case = submitted(user)

    services.withdraw_case(case_id=case.id, actor=actor(user))

    user.refresh_from_db()
    assert user.verification_status == "UNVERIFIED"
    assert row(case.id).erase_at is not None
    assert draft(user).status == "DRAFT"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_opened_and_one_is_handed_in() -> None:
    user = make_user()
    grant(user, "T1")

    opened = at_once(
        *(lambda: services.open_case(actor=actor(user), level="T2", facts=T2_FACTS),) * 4
    )

    assert sorted(type(each).__name__ for each in opened) == ["CaseOpen"] * 3 + ["CaseSnapshot"]
    case = VerificationCase.objects.get(user=user, level="T2")
    for kind in ("IDENTITY_FRONT", "SELFIE"):
        services.add_document(case_id=case.id, actor=actor(user), kind=kind, data=picture_of())

    handed_in = at_once(*(lambda: services.submit_case(case_id=case.id, actor=actor(user)),) * 4)

    names = sorted(type(each).__name__ for each in handed_in)
    assert names == ["CaseRefused"] * 3 + ["CaseSnapshot"]
    assert facts_recorded(SUBMITTED) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"status": "IN_REVIEW"},
        {"status": "APPROVED"},
        {"status": "SUBMITTED", "submitted_at": None},
        {"status": "NOTHING"},
        {"level": "T9"},
        {"status": "REJECTED", "decision_code": ""},
    ],
)
def test_the_database_refuses_nonsense(values: dict[str, Any]) -> None:
    case = submitted(make_user())

    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationCase.objects.filter(id=case.id).update(**values)


def test_the_database_lets_nobody_have_a_badge_without_a_level() -> None:
    user = make_user()

    for values in (
        {"verification_status": "VERIFIED"},
        {"verification_level": "T2"},
        {"verification_level": "T3", "verification_status": "PENDING"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=user.pk).update(**values)
