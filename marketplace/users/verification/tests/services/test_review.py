"""The reviewers: claims, decisions, and who may give them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import InvalidInput
from marketplace.core.events.testing import deliver_all
from marketplace.core.models import AuditEntry, OutboxEvent
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_admin, make_user
from marketplace.users.verification import errors, services
from marketplace.users.verification.models import VerificationEntry
from marketplace.users.verification.policies import REVIEW
from marketplace.users.verification.services.claim_case import CLAIM_TIME
from marketplace.users.verification.services.lapse_cases import lapse_cases, remind_of_lapses
from marketplace.users.verification.tests.factories import (
    claimed,
    draft,
    grant,
    reviewer,
    row,
    submitted,
)
from marketplace.users.verification.tests.services.test_submit_case import at_once

pytestmark = pytest.mark.django_db
RUNS_OUT = date(2033, 1, 1)


def approve(case_id: Any, by: Actor, **more: Any) -> Any:
    claimed(case_id, by)
    return services.approve_case(
        case_id=case_id, actor=by, document_runs_out_on=more.pop("until", RUNS_OUT), **more
    )


def standing(user: User) -> tuple[str, str]:
    user.refresh_from_db()
    return user.verification_level, user.verification_status


def letters(user: User) -> list[str]:
    deliver_all()
    return [str(letter.subject) for letter in mail.outbox if letter.to == [user.email]]


def test_an_approved_identity_gives_level_and_badge() -> None:
    user, by = make_user(), reviewer()
    case = submitted(user)

    approved = approve(case.id, by, note_text="Called them.")

    assert standing(user) == ("T2", "VERIFIED")
    assert approved.status == "APPROVED"
    # Three years by policy come before the document's end.
    assert approved.valid_until is not None
    assert approved.valid_until.date() <= RUNS_OUT
    changed = OutboxEvent.objects.filter(type="users.VerificationLevelChanged").values_list(
        "payload", flat=True
    )
    assert [(each["level_before"], each["level"]) for each in changed] == [("T1", "T2")]
    assert AuditEntry.objects.filter(subject_id=case.id, actor_id=by.user_id).count() == 1
    assert "Verified: your identity" in letters(user)


def test_an_approval_ends_with_its_document() -> None:
    soon = (clock.now() + timedelta(days=90)).date()
    user = make_user()

    approved = approve(submitted(user).id, reviewer(), until=soon)

    assert approved.valid_until is not None
    assert approved.valid_until.date() == soon


@pytest.mark.parametrize("until", [None, date(2020, 1, 1)])
def test_a_document_that_has_run_out_proves_nothing(until: date | None) -> None:
    user, by = make_user(), reviewer()
    case = submitted(user)
    claimed(case.id, by)

    with pytest.raises(errors.FactsInvalid):
        services.approve_case(case_id=case.id, actor=by, document_runs_out_on=until)

    assert standing(user) == ("T1", "PENDING")
    assert row(case.id).status == "IN_REVIEW"


def test_nobody_decides_what_they_did_not_claim() -> None:
    user, by = make_user(), reviewer()
    case = submitted(user)

    with pytest.raises(errors.CaseRefused):
        services.approve_case(case_id=case.id, actor=by, document_runs_out_on=RUNS_OUT)
    claimed(case.id, reviewer())
    with pytest.raises(errors.NotClaimed):
        services.approve_case(case_id=case.id, actor=by, document_runs_out_on=RUNS_OUT)

    assert standing(user) == ("T1", "PENDING")


def test_a_claim_keeps_others_away_until_it_is_over() -> None:
    case = submitted(make_user())
    first, second = reviewer(), reviewer()
    claimed(case.id, first)

    with pytest.raises(errors.CaseClaimed):
        claimed(case.id, second)
    with clock.shifted(CLAIM_TIME + timedelta(seconds=1)):
        claimed(case.id, second)
        with pytest.raises(errors.NotClaimed):
            services.reject_case(case_id=case.id, actor=first, reason="altered")

    assert row(case.id).claimed_by_id == second.user_id


@pytest.mark.django_db(transaction=True)
def test_of_reviewers_at_the_same_moment_one_holds_the_case() -> None:
    case = submitted(make_user())
    reviewers = [reviewer() for _ in range(5)]

    def take(by: Actor) -> Callable[[], Any]:
        return lambda: services.claim_case(case_id=case.id, actor=by)

    answers = at_once(*(take(by) for by in reviewers))

    assert sorted(type(each).__name__ for each in answers) == ["CaseClaimed"] * 4 + ["CaseSnapshot"]


def test_a_business_needs_two_different_people() -> None:
    user = make_user()
    case = submitted(user, "T3")
    first, second = reviewer(), reviewer()

    assert approve(case.id, first, until=None).status == "SUBMITTED"
    assert standing(user) == ("T2", "VERIFIED")
    with pytest.raises(errors.SecondReviewerNeeded):
        claimed(case.id, first)
    assert approve(case.id, second, until=None).status == "APPROVED"

    assert standing(user) == ("T3", "VERIFIED")
    kept = row(case.id)
    assert (kept.first_approved_by_id, kept.decided_by_id) == (first.user_id, second.user_id)


def test_what_changes_after_the_first_yes_needs_both_again() -> None:
    user = make_user()
    case = submitted(user, "T3")
    first, second = reviewer(), reviewer()
    approve(case.id, first, until=None)
    claimed(case.id, second)

    services.ask_for_more(
        case_id=case.id, actor=second, reason="page_missing", message="Page two, please."
    )
    services.submit_case(case_id=case.id, actor=actor(user))

    assert row(case.id).first_approved_by_id is None
    assert approve(case.id, first, until=None).status == "SUBMITTED"


def test_nobody_reviews_themselves_or_somebody_tied_to_them() -> None:
    admin = make_admin(phone_number="+254712345678")
    own = submitted(admin)
    other = make_user(phone_number="+254712345678", phone_verified_at=clock.now())
    tied = submitted(other, document_number="B 999 111")
    twin = submitted(make_user())  # the same document as the reviewer's own

    for case in (own, tied, twin):
        with pytest.raises(errors.MayNotReview):
            claimed(case.id, actor(admin))
        assert row(case.id).status == "SUBMITTED"


def test_a_number_that_was_only_typed_keeps_no_reviewer_away() -> None:
    admin = make_admin(phone_number="+254712345678", phone_verified_at=clock.now())
    case = submitted(make_user(phone_number="+254712345678"))

    assert claimed(case.id, actor(admin)).status == "IN_REVIEW"


def test_reviewing_is_a_permission() -> None:
    case = submitted(make_user())
    stranger, staff = make_user(), make_user(is_staff=True)

    with pytest.raises(errors.MayNotReview):
        claimed(case.id, actor(stranger))
    assert claimed(case.id, Actor.user(staff.pk, permissions=[REVIEW])).status == "IN_REVIEW"


def test_a_refusal_says_why_and_leaves_the_level() -> None:
    user, by = make_user(), reviewer()
    case = submitted(user)
    claimed(case.id, by)

    refused = services.reject_case(
        case_id=case.id, actor=by, reason="unreadable", message="The number is in the shade."
    )

    assert (refused.status, refused.reason) == ("REJECTED", "unreadable")
    assert standing(user) == ("T1", "UNVERIFIED")
    assert row(case.id).erase_at is not None
    assert any("could not verify" in subject for subject in letters(user))
    body = mail.outbox[-1].body
    assert "The number is in the shade." in body
    assert "0123" not in body


@pytest.mark.parametrize(
    ("reason", "message"), [("nonsense", "x"), ("other", " "), ("altered", "x" * 2001)]
)
def test_a_refusal_without_a_reason_is_none(reason: str, message: str) -> None:
    by = reviewer()
    case = submitted(make_user())
    claimed(case.id, by)

    with pytest.raises(InvalidInput):
        services.reject_case(case_id=case.id, actor=by, reason=reason, message=message)

    assert row(case.id).status == "IN_REVIEW"


def test_what_was_asked_for_comes_back_into_its_place() -> None:
    user, by = make_user(), reviewer()
    case = submitted(user)
    claimed(case.id, by)

    services.ask_for_more(case_id=case.id, actor=by, reason="unreadable", message="Again, please.")
    services.update_case(
        case_id=case.id, actor=actor(user), facts={"document_number": "A0123456 7"}
    )
    again = services.submit_case(case_id=case.id, actor=actor(user))

    assert again.status == "SUBMITTED"
    assert again.submitted_at == case.submitted_at
    assert any("one more thing" in subject for subject in letters(user))


def test_looking_at_a_document_is_for_its_holder_and_on_record() -> None:
    user, by = make_user(), reviewer()
    case = submitted(user)
    document = case.documents[0].id

    with pytest.raises(errors.CaseRefused):
        services.view_document(document_id=document, page=0, actor=by)
    claimed(case.id, by)
    page = services.view_document(document_id=document, page=0, actor=by)

    assert page.content[:4] == b"RIFF"
    assert page.media_type == "image/webp"
    assert VerificationEntry.objects.filter(case_id=case.id, command="view").count() == 1
    seen = AuditEntry.objects.get(action="users.view_verification")
    assert (seen.actor_id, seen.after["document"]) == (by.user_id, str(document))


def test_an_identity_lapses_and_what_stands_on_it_falls_with_it() -> None:
    user, by = make_user(), reviewer()
    approve(submitted(user).id, by, until=(clock.now() + timedelta(days=60)).date())
    grant(user, "T3")

    with clock.shifted(timedelta(days=31)):
        assert remind_of_lapses() == 1
        assert remind_of_lapses() == 0
        assert lapse_cases() == 0
    with clock.shifted(timedelta(days=62)):
        assert lapse_cases() == 1
        assert lapse_cases() == 0

    assert standing(user) == ("T1", "UNVERIFIED")
    subjects = letters(user)
    assert any("runs out on" in subject for subject in subjects)
    assert any("has ended" in subject for subject in subjects)


def test_a_renewal_takes_over_without_a_gap() -> None:
    user, by = make_user(), reviewer()
    first = submitted(user)
    approve(first.id, by)

    renewal = submitted(user)
    assert renewal.is_renewal
    assert standing(user) == ("T2", "VERIFIED")
    approve(renewal.id, by, until=date(2034, 1, 1))

    assert standing(user) == ("T2", "VERIFIED")
    assert (row(first.id).status, row(first.id).decision_code) == ("EXPIRED", "renewed")
    # The one it took the place of says nothing.
    assert not OutboxEvent.objects.filter(type="users.VerificationExpired").exists()
    assert OutboxEvent.objects.filter(type="users.VerificationLevelChanged").count() == 1


def test_a_refused_renewal_leaves_the_first_in_force() -> None:
    user, by = make_user(), reviewer()
    approve(submitted(user).id, by)
    renewal = submitted(user)
    claimed(renewal.id, by)

    services.reject_case(case_id=renewal.id, actor=by, reason="unreadable")

    assert standing(user) == ("T2", "VERIFIED")


def test_an_approval_can_be_taken_back() -> None:
    user, by = make_user(), reviewer()
    case = submitted(user)
    approve(case.id, by)

    with pytest.raises(InvalidInput):
        services.revoke_verification(case_id=case.id, actor=by, reason=" ")
    services.revoke_verification(case_id=case.id, actor=by, reason="The document was forged.")

    assert standing(user) == ("T1", "UNVERIFIED")
    with pytest.raises(errors.CaseRefused):
        services.revoke_verification(case_id=case.id, actor=by, reason="Again.")


def test_a_draft_that_is_left_lying_ends() -> None:
    case = draft(make_user())

    with clock.shifted(timedelta(days=31)):
        assert lapse_cases() == 1

    assert (row(case.id).status, row(case.id).decision_code) == ("EXPIRED", "abandoned")
