"""What people agree to: versions, answered once each, and again when there is a new one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.users.models import Consent, PolicyDocument, User
from marketplace.users.tests.api.test_codes import Texts, code_in
from marketplace.users.tests.factories import authorized_client, make_buyer

pytestmark = pytest.mark.django_db
PATH = "/api/v1/users/me/consents/"
NEW = {"email": "new@example.com", "password": "two herons over the bay", "first_name": "New"}


def publish(kind: str = "TERMS", version: str = "2026-11", **fields: Any) -> None:
    PolicyDocument.objects.create(
        kind=kind,
        version=version,
        url=f"https://shop.example/{kind.lower()}/{version}",
        **{"published_at": clock.now() - timedelta(minutes=1), **fields},
    )


def answer(client: Any, version: str = "2026-11", given: bool = True, kind: str = "TERMS") -> Any:
    body = {"document": kind, "version": version, "is_given": given}
    return client.post(PATH, body, format="json")


def test_a_sign_up_agrees_to_the_present_terms_and_that_is_kept() -> None:
    publish()
    sign_up = APIClient().post

    refused = sign_up("/api/v1/auth/sign-up/", NEW, format="json")
    old = sign_up("/api/v1/auth/sign-up/", {**NEW, "consents": {"TERMS": "2025"}}, format="json")

    for refusal in (refused, old):
        assert (refusal.status_code, refusal.json()["code"]) == (400, "invalid_input")
        assert "2026-11" in str(refusal.json()["errors"])
    assert not User.objects.exists()
    body = {**NEW, "consents": {"TERMS": "2026-11"}}
    assert sign_up("/api/v1/auth/sign-up/", body, format="json").status_code == 202
    kept = Consent.objects.get()
    assert (kept.document, kept.version, kept.source) == ("TERMS", "2026-11", "SIGN_UP")


def test_whoever_is_not_signed_up_yet_reads_what_there_is_to_agree_to() -> None:
    publish(version="2025", published_at=clock.now() - timedelta(days=1))
    publish()
    publish("MARKETING", "1", is_required=False)
    publish(version="2030", published_at=clock.now() + timedelta(days=1))

    rows = APIClient().get("/api/v1/users/policy-documents/").json()["results"]

    assert [(row["document"], row["version"], row["is_required"]) for row in rows] == [
        ("MARKETING", "1", False),
        ("TERMS", "2026-11", True),
    ]
    assert rows[1]["url"] == "https://shop.example/terms/2026-11"


def test_a_sign_up_by_telephone_agrees_as_well(settings: Settings) -> None:
    publish()
    settings.SMS_BACKEND = "marketplace.users.tests.api.test_codes.keep"
    path = "/api/v1/auth/phone/sign-up/"
    person = {"phone_number": "+254712345678", "first_name": "New"}
    Texts.sent.clear()

    refused = APIClient().post(path, person, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "consents")
    assert Texts.sent == []

    person["consents"] = {"TERMS": "2026-11"}  # type: ignore[assignment]
    flow = APIClient().post(path, person, format="json").json()
    proof = {"flow_token": flow["flow_token"], "code": code_in(Texts.sent.pop()[1])}
    made = APIClient().post(f"{path}confirm/", proof, format="json")

    assert made.status_code == 201, made.content
    kept = Consent.objects.get(user_id=made.json()["user"]["id"])
    assert (kept.document, kept.version, kept.source) == ("TERMS", "2026-11", "SIGN_UP")


def test_the_answer_is_the_same_where_the_address_has_an_account() -> None:
    publish()
    make_buyer(email=NEW["email"])
    sign_up = APIClient().post

    refused = sign_up("/api/v1/auth/sign-up/", NEW, format="json")
    taken = sign_up(
        "/api/v1/auth/sign-up/", {**NEW, "consents": {"TERMS": "2026-11"}}, format="json"
    )

    assert (refused.status_code, taken.status_code) == (400, 202)
    assert not Consent.objects.exists()


def test_a_new_version_is_asked_for_again() -> None:
    publish()
    client = authorized_client(make_buyer())
    assert [d["version"] for d in client.get(PATH).json()["outstanding"]] == ["2026-11"]
    assert answer(client).status_code == 201
    assert client.get(PATH).json()["outstanding"] == []

    publish(version="2026-12")
    publish(version="2027-01", published_at=clock.now() + timedelta(days=1))

    asked = client.get(PATH).json()
    assert [d["version"] for d in asked["outstanding"]] == ["2026-12"]
    assert [d["version"] for d in asked["given"]] == ["2026-11"]
    refused = answer(client)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_not_current")
    assert answer(client, "2026-12").status_code == 201
    assert Consent.objects.count() == 2


def test_the_same_answer_again_adds_nothing() -> None:
    publish()
    client = authorized_client(make_buyer())
    assert answer(client).json() == answer(client).json()
    assert Consent.objects.count() == 1


def test_letters_about_offers_can_be_refused_and_terms_cannot() -> None:
    publish()
    publish("MARKETING", "1", is_required=False)
    client = authorized_client(make_buyer())
    assert answer(client, "1", kind="MARKETING").status_code == 201
    assert answer(client, "1", given=False, kind="MARKETING").status_code == 201
    refused = answer(client, given=False)
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_required")
    given = [(row.document, row.is_given) for row in Consent.objects.order_by("id")]
    assert given == [("MARKETING", True), ("MARKETING", False)]


@pytest.mark.parametrize(
    "body", [{}, {"document": "SOUL", "version": "1", "is_given": True}, {"document": "TERMS"}]
)
def test_bad_input_is_named_and_changes_nothing(body: dict[str, Any]) -> None:
    refused = authorized_client(make_buyer()).post(PATH, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    assert not Consent.objects.exists()


def test_what_was_agreed_is_never_changed_nor_removed() -> None:
    publish()
    answer(authorized_client(make_buyer()))
    changes: list[Callable[[], object]] = [
        lambda: Consent.objects.update(version="2020"),
        lambda: Consent.objects.all()._raw_delete(Consent.objects.db),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_many_answers_are_read_in_the_same_few_queries() -> None:
    publish()
    person = make_buyer()
    client = authorized_client(person)
    counts = []
    for count in (1, 50):
        for number in range(count):
            Consent.objects.create(
                user=person,
                document="PRIVACY",
                version=str(number),
                is_given=True,
                source="ACCOUNT",
                recorded_at=clock.now(),
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(PATH)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
