"""Second factors and step-ups over HTTP, as an app of a person would use them."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from rest_framework.test import APIClient

from marketplace.core.events.testing import recorded
from marketplace.users import queries
from marketplace.users.models import StepUp, User
from marketplace.users.tests.authenticator import Passkey, code_for, give_totp
from marketplace.users.tests.factories import authorized_client, make_user

pytestmark = pytest.mark.django_db
AUTH = "/api/v1/auth/"
ADD_TOTP, ADD_PASSKEY = {"action": "add_totp"}, {"action": "add_passkey"}


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def client(user: User) -> APIClient:
    return authorized_client(user)


def code_in_letter() -> str:
    found = re.search(r"the code is (\d{8})", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found.group(1)


def ask(client: APIClient, details: dict[str, Any], purpose: str = "factor_change") -> Any:
    answer = client.post(f"{AUTH}step-ups/", {"purpose": purpose, "details": details})
    assert answer.status_code == 201, answer.content
    return answer.json()


def confirm(client: APIClient, step_up: Any, **answer: Any) -> Any:
    return client.post(f"{AUTH}step-ups/{step_up['id']}/confirm/", answer)


def approve_by_letter(client: APIClient, details: dict[str, Any]) -> dict[str, str]:
    step_up = ask(client, details)
    assert step_up["factors"] == ["email_code"]
    answer = confirm(client, step_up, factor="email_code", code=code_in_letter())
    assert answer.status_code == 200, answer.content
    return {"Step-Up": step_up["id"]}


def register(client: APIClient, passkey: Passkey, headers: dict[str, str]) -> Any:
    begun = client.post(f"{AUTH}factors/passkeys/", headers=headers)
    assert begun.status_code == 201, begun.content
    return client.post(
        f"{AUTH}factors/passkeys/confirm/",
        {
            "enrolment_id": begun.json()["id"],
            "name": "Blue key",
            "credential": passkey.create(begun.json()["public_key"]),
        },
    )


def test_an_app_from_the_letter_to_its_removal(client: APIClient, user: User) -> None:
    headers = approve_by_letter(client, ADD_TOTP)
    begun = client.post(f"{AUTH}factors/totp/", headers=headers)
    assert begun.status_code == 201
    assert begun["Cache-Control"] == "no-store"
    secret = begun.json()["secret"]

    added = client.post(
        f"{AUTH}factors/totp/confirm/",
        {"enrolment_id": begun.json()["id"], "code": code_for(secret)},
    )
    assert added.status_code == 201
    assert len(added.json()["recovery_codes"]) == 10

    listed = client.get(f"{AUTH}factors/").json()
    assert listed["has_second_factor"] is True
    assert listed["recovery_codes_left"] == 10
    assert secret not in str(listed)

    factor_id = listed["totp"]["id"]
    step_up = ask(client, {"action": "remove", "factor_id": factor_id})
    assert step_up["factors"] == ["totp", "recovery_code"]
    wrong = confirm(client, step_up, factor="totp", code=code_for(secret, steps=9))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "second_factor_refused")
    code = added.json()["recovery_codes"][3]
    assert confirm(client, step_up, factor="recovery_code", code=code).status_code == 200
    gone = client.delete(f"{AUTH}factors/{factor_id}/", headers={"Step-Up": step_up["id"]})
    assert gone.status_code == 204

    assert not Authenticator.objects.exists()
    assert [event["factor"] for event in recorded("users.SecondFactorRemoved")] == ["totp"]
    assert [letter.subject for letter in mail.outbox[1:]] == [
        "An authenticator app was added",
        "A recovery code was used",
        "An authenticator app was removed",
    ]


def test_the_letter_says_what_is_to_be_done(client: APIClient) -> None:
    ask(client, ADD_PASSKEY)
    letter = mail.outbox[-1]
    assert letter.subject.endswith("confirms: Add a passkey")
    assert "Add a passkey" in letter.body


def test_a_letter_is_not_enough_for_somebody_with_a_factor(client: APIClient, user: User) -> None:
    earlier = ask(client, ADD_TOTP)
    code = code_in_letter()
    give_totp(user)

    late = confirm(client, earlier, factor="email_code", code=code)
    assert (late.status_code, late.json()["code"]) == (422, "factor_not_offered")
    now = ask(client, ADD_PASSKEY)
    assert now["factors"] == ["totp"]
    answer = confirm(client, now, factor="email_code", code=code)
    assert answer.json()["code"] == "factor_not_offered"


def test_a_passkey_from_its_making_to_an_approval_with_it(client: APIClient, user: User) -> None:
    passkey = Passkey()
    added = register(client, passkey, approve_by_letter(client, ADD_PASSKEY))
    assert added.status_code == 201, added.content
    assert added.json()["factor"]["signs_in_alone"] is True
    assert len(added.json()["recovery_codes"]) == 10

    step_up = ask(client, {"action": "renew_recovery_codes"})
    assert step_up["factors"] == ["passkey", "recovery_code"]
    approved = confirm(
        client, step_up, factor="passkey", credential=passkey.get(step_up["public_key"])
    )
    assert approved.status_code == 200, approved.content
    renewed = client.post(f"{AUTH}factors/recovery-codes/", headers={"Step-Up": step_up["id"]})
    assert renewed.status_code == 201
    assert set(renewed.json()["recovery_codes"]).isdisjoint(added.json()["recovery_codes"])

    factor_id = added.json()["factor"]["id"]
    renamed = client.patch(f"{AUTH}factors/{factor_id}/", {"name": "Red key"})
    assert renamed.json()["name"] == "Red key"
    stranger = authorized_client(make_user())
    assert stranger.patch(f"{AUTH}factors/{factor_id}/", {"name": "Mine"}).status_code == 404


@pytest.mark.parametrize(
    "passkey",
    [Passkey(origin="https://fairhold.example"), Passkey(origin="http://localhost:8001")],
    ids=["another site", "another port"],
)
def test_a_passkey_made_on_another_page_is_refused(client: APIClient, passkey: Passkey) -> None:
    answer = register(client, passkey, approve_by_letter(client, ADD_PASSKEY))
    assert (answer.status_code, answer.json()["code"]) == (422, "second_factor_refused")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 1},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": None},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "e30", "attestationObject": "oA"},
        },
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "!!", "attestationObject": "\u2603"},
            "clientExtensionResults": 7,
        },
    ],
)
def test_nonsense_is_no_passkey(client: APIClient, credential: Any) -> None:
    begun = client.post(
        f"{AUTH}factors/passkeys/", headers=approve_by_letter(client, ADD_PASSKEY)
    ).json()
    answer = client.post(
        f"{AUTH}factors/passkeys/confirm/",
        {"enrolment_id": begun["id"], "credential": credential},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "second_factor_refused")

    register(client, Passkey(), approve_by_letter(client, ADD_PASSKEY))
    step_up = ask(client, ADD_TOTP)
    answer = confirm(client, step_up, factor="passkey", credential=credential)
    assert (answer.status_code, answer.json()["code"]) == (422, "second_factor_refused")


def test_an_assertion_is_good_for_its_own_challenge_once(client: APIClient) -> None:
    passkey = Passkey()
    register(client, passkey, approve_by_letter(client, ADD_PASSKEY))
    one, two = ask(client, ADD_TOTP), ask(client, ADD_TOTP)
    signed = passkey.get(one["public_key"])

    assert confirm(client, two, factor="passkey", credential=signed).status_code == 422
    assert confirm(client, one, factor="passkey", credential=signed).status_code == 200
    copied = Passkey(key=passkey.key, credential_id=passkey.credential_id)
    behind = copied.get(two["public_key"])
    assert confirm(client, two, factor="passkey", credential=behind).status_code == 422


def test_another_persons_passkey_approves_nothing(client: APIClient) -> None:
    passkey, theirs = Passkey(), Passkey()
    register(client, passkey, approve_by_letter(client, ADD_PASSKEY))
    other = authorized_client(make_user())
    register(other, theirs, approve_by_letter(other, ADD_PASSKEY))

    step_up = ask(client, ADD_TOTP)
    answer = confirm(
        client, step_up, factor="passkey", credential=theirs.get(step_up["public_key"])
    )
    assert answer.json()["code"] == "second_factor_refused"


def test_a_step_up_is_for_its_person_on_its_device(client: APIClient, user: User) -> None:
    step_up = ask(client, ADD_TOTP)
    code = code_in_letter()
    for other in (authorized_client(user), authorized_client(make_user())):
        answer = confirm(other, step_up, factor="email_code", code=code)
        assert answer.status_code == 404
    assert StepUp.objects.get().confirmed_at is None


def test_five_wrong_codes_end_a_step_up(client: APIClient) -> None:
    step_up = ask(client, ADD_TOTP)
    right = code_in_letter()
    for _ in range(5):
        answer = confirm(client, step_up, factor="email_code", code="not it")
        assert answer.json()["code"] == "second_factor_refused"
    answer = confirm(client, step_up, factor="email_code", code=right)
    assert (answer.status_code, answer.json()["reason"]) == (403, "failed")


def test_confirmed_twice_is_confirmed_once(client: APIClient) -> None:
    step_up = ask(client, ADD_TOTP)
    code = code_in_letter()
    first = confirm(client, step_up, factor="email_code", code=code)
    again = confirm(client, step_up, factor="email_code", code=code)
    assert again.json() == first.json()
    assert len(recorded("users.StepUpConfirmed")) == 1


def test_an_hour_has_room_for_so_many_step_ups(client: APIClient, settings: Any) -> None:
    settings.STEP_UPS_PER_HOUR = 3
    for _ in range(3):
        ask(client, ADD_TOTP)
    answer = client.post(f"{AUTH}step-ups/", {"purpose": "factor_change", "details": ADD_TOTP})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer["Retry-After"]) <= 3601


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"purpose": "theft", "details": {}}, "invalid_input"),
        ({"purpose": "factor_change"}, "invalid_input"),
        ({"purpose": "factor_change", "details": "add_totp"}, "invalid_input"),
        ({"purpose": "factor_change", "details": {}}, "invalid_input"),
        ({"purpose": "factor_change", "details": {"action": []}}, "invalid_input"),
        ({"purpose": "factor_change", "details": {"action": "remove"}}, "invalid_input"),
        (
            {"purpose": "factor_change", "details": {"action": "remove", "factor_id": "mine"}},
            "invalid_input",
        ),
        (
            {"purpose": "factor_change", "details": {"action": "add_totp", "factor_id": 1}},
            "invalid_input",
        ),
    ],
)
def test_what_cannot_be_approved_is_refused(client: APIClient, body: Any, code: str) -> None:
    answer = client.post(f"{AUTH}step-ups/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not StepUp.objects.exists()
    assert not mail.outbox


def test_a_refused_approval_is_written_down_though_the_command_is_undone(
    client: APIClient, user: User
) -> None:
    headers = approve_by_letter(client, ADD_PASSKEY)
    answer = client.post(f"{AUTH}factors/totp/", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "changed")
    (event,) = recorded("users.StepUpRefused")
    assert event == {
        "user_id": str(user.pk),
        "step_up_id": headers["Step-Up"],
        "reason": "changed",
    }
    bad = client.post(f"{AUTH}factors/totp/", headers={"Step-Up": "mine"})
    assert (bad.status_code, bad.json()["code"]) == (400, "step_up_header_invalid")
    none = client.post(f"{AUTH}factors/totp/")
    assert (none.status_code, none.json()["code"]) == (403, "step_up_required")


def test_eight_characters_do_beside_a_factor_and_keep_it_there(
    client: APIClient, user: User
) -> None:
    def change(current: str, new: str) -> Any:
        return client.post(
            f"{AUTH}password/change/", {"current_password": current, "new_password": new}
        )

    long, short = "a quiet harbour at dawn", "vexQ7!mzu"
    assert change(long, short).json()["code"] == "password_refused"
    secret = give_totp(user)
    assert change(long, short).status_code == 204

    factors = queries.list_factors(user_id=user.pk)
    assert factors.totp is not None
    step_up = ask(client, {"action": "remove", "factor_id": str(factors.totp.id)})
    assert confirm(client, step_up, factor="totp", code=code_for(secret)).status_code == 200
    headers = {"Step-Up": step_up["id"]}
    kept = client.delete(f"{AUTH}factors/{factors.totp.id}/", headers=headers)
    assert (kept.status_code, kept.json()["code"]) == (409, "longer_password_needed")

    assert change(short, "two herons over the bay").status_code == 204
    # The refusal left the approval as good as before.
    assert client.delete(f"{AUTH}factors/{factors.totp.id}/", headers=headers).status_code == 204


def test_the_list_takes_one_query_however_many_passkeys(
    client: APIClient, user: User, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        with django_assert_num_queries(2):  # who it is, and the factors
            client.get(f"{AUTH}factors/")
        give = [Authenticator(user=user, type="webauthn", data={"name": "x", "credential": {}})] * 1
        for row in give * 8:
            row.pk = None
            row.save()
