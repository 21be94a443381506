"""One's own verification over the API: nobody else's, nothing that was not asked for."""

import pytest
from pytest_django import DjangoAssertNumQueries

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.testing.figures import publish
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client, make_user
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.queries.get_overview import MOST_CASES
from marketplace.users.verification.tests.factories import draft, picture_of, row, show

pytestmark = pytest.mark.django_db
MINE = "/api/v1/users/me/verification/"
CASES = f"{MINE}cases/"


def withdrawn(user: User) -> None:
    now = clock.now()
    case = VerificationCase.objects.create(
        user=user, level="T2", status="WITHDRAWN", submitted_at=now, ended_at=now
    )
    show(case.id, "SELFIE")


def test_the_overview_takes_as_many_queries_with_one_case_as_with_fifty(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = make_user()
    client = authorized_client(user)
    for count in (1, 50):
        while VerificationCase.objects.count() < count:
            withdrawn(user)
        with django_assert_num_queries(10):
            seen = client.get(MINE).json()
        assert len(seen["cases"]) == min(count, MOST_CASES)


def test_a_profile_lists_what_was_handed_in_and_is_there_still() -> None:
    user = make_user()
    client = authorized_client(user)
    case = draft(user)

    def listed() -> list[tuple[str, str, str]]:
        rows = client.get("/api/v1/users/me/profile/").json()["id_verification_documents"]
        assert all(set(row) == {"id", "kind", "level", "status", "created_at"} for row in rows)
        return [(row["kind"], row["level"], row["status"]) for row in rows]

    assert listed() == [("SELFIE", "T2", "DRAFT"), ("IDENTITY_FRONT", "T2", "DRAFT")]
    selfie = next(each for each in case.documents if each.kind == "SELFIE")
    client.delete(f"{CASES}{case.id}/documents/{selfie.id}/")
    client.post(f"{CASES}{case.id}/withdraw/")
    assert listed() == [("IDENTITY_FRONT", "T2", "WITHDRAWN")]
    assert (
        authorized_client(make_user())
        .get("/api/v1/users/me/profile/")
        .json()["id_verification_documents"]
        == []
    )


def test_no_stranger_finds_a_case_by_any_address() -> None:
    case = draft(make_user())
    version = row(case.id).version
    one = f"{CASES}{case.id}/"
    stranger = authorized_client(make_user())
    attempts = {
        "get": stranger.get(one),
        "patch": stranger.patch(one, {"legal_name": "Somebody Else"}),
        "submit": stranger.post(f"{one}submit/"),
        "withdraw": stranger.post(f"{one}withdraw/"),
        "service": stranger.post(f"{one}service/", {"return_url": "https://shop.example/"}),
        "remove": stranger.delete(f"{one}documents/{case.documents[0].id}/"),
    }
    found = [name for name, answer in attempts.items() if answer.status_code != 404]
    assert (found, row(case.id).version) == ([], version)
    publish("somebody else's verification", addresses=len(attempts), found=len(found))


def test_a_document_of_another_case_is_not_removed_through_ones_own() -> None:
    theirs, user = draft(make_user()), make_user()
    mine = draft(user)
    foreign = f"{CASES}{mine.id}/documents/{theirs.documents[0].id}/"
    assert authorized_client(user).delete(foreign).status_code == 404
    assert row(theirs.id).version == theirs.version


def test_nobody_writes_what_the_platform_decides() -> None:
    user = make_user()
    case = draft(user)
    before = row(case.id).version
    client = authorized_client(user)
    decided = {
        "status": "APPROVED",
        "method": "SERVICE",
        "user": str(new_id()),
        "decided_by": str(user.pk),
        "matched_account_id": str(new_id()),
        "valid_until": "2099-01-01T00:00:00Z",
        "first_approved_by": str(user.pk),
        "version": 99,
        "document_fingerprint": "00",
        "level": "T3",
    }
    written = [
        name
        for name, value in decided.items()
        if client.patch(f"{CASES}{case.id}/", {name: value}).status_code != 400
    ]
    assert (written, row(case.id).version) == ([], before)
    assert row(case.id).status == "DRAFT"
    publish("fields of a verification that only the platform writes", tried=len(decided), written=0)


def test_a_document_is_named_by_its_kind_and_leads_nowhere() -> None:
    user = make_user()
    case = draft(user)
    client = authorized_client(user)
    answer = client.get(f"{CASES}{case.id}/")
    name = row(case.id).documents.all()[0].file_name
    assert name
    assert name not in answer.content.decode()
    assert picture_of() not in answer.content
    assert client.get(f"/media/{name}").status_code == 404
