"""Approving by text: for whoever has proved a number, and nothing stronger."""

from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.sms import TextsUsedUp
from marketplace.notifications.models import OutboundSms
from marketplace.users.models import StepUp, User
from marketplace.users.tests.authenticator import code_for, give_totp
from marketplace.users.tests.factories import authorized_client, make_user

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "+254712345678", "+254712345679"
AUTH = "/api/v1/auth/"
ADD_TOTP = {"purpose": "factor_change", "details": {"action": "add_totp"}}


@pytest.fixture
def user() -> User:
    return make_user(phone_number=NUMBER, phone_verified_at=clock.now())


@pytest.fixture
def client(user: User) -> APIClient:
    return authorized_client(user)


def ask(client: APIClient, body: Any = None) -> Any:
    answer = client.post(f"{AUTH}step-ups/", body or ADD_TOTP)
    assert answer.status_code == 201, answer.content
    return answer.json()


def confirm(client: APIClient, step_up: Any, factor: str, code: str) -> tuple[int, str]:
    answer = client.post(
        f"{AUTH}step-ups/{step_up['id']}/confirm/", {"factor": factor, "code": code}
    )
    return answer.status_code, answer.json().get("code", "")


def texted() -> OutboundSms:
    text = OutboundSms.objects.order_by("-id").first()
    assert text is not None
    return text


def test_the_text_says_what_for_and_its_code_approves_once(client: APIClient) -> None:
    step_up = ask(client)

    assert step_up["factors"] == ["sms_code"]
    assert texted().to == NUMBER
    assert "Add an authenticator app" in texted().text
    assert mail.outbox == []
    assert confirm(client, step_up, "sms_code", "00000000")[1] == "second_factor_refused"
    assert confirm(client, step_up, "sms_code", texted().text[:8])[0] == 200
    headers = {"Step-Up": step_up["id"]}
    assert client.post(f"{AUTH}factors/totp/", headers=headers).status_code == 201
    again = client.post(f"{AUTH}factors/totp/", headers=headers)
    assert again.json()["code"] == "step_up_refused"
    assert StepUp.objects.get().factor == "sms_code"


def test_a_number_that_nobody_proved_gets_nothing() -> None:
    step_up = ask(authorized_client(make_user(phone_number=NUMBER)))

    assert step_up["factors"] == ["email_code"]
    assert not OutboundSms.objects.exists()


def test_somebody_with_an_app_uses_it(client: APIClient, user: User) -> None:
    before = ask(client)
    code = texted().text[:8]
    secret = give_totp(user)

    assert confirm(client, before, "sms_code", code) == (422, "factor_not_offered")
    now = ask(client)
    assert now["factors"] == ["totp"]
    assert confirm(client, now, "totp", code_for(secret))[0] == 200
    assert OutboundSms.objects.count() == 1


def test_its_code_is_none_from_a_letter(client: APIClient) -> None:
    step_up = ask(client)
    assert confirm(client, step_up, "email_code", texted().text[:8])[1] == "factor_not_offered"


def test_a_letter_is_worthless_once_a_number_is_proved() -> None:
    user = make_user()
    client = authorized_client(user)
    step_up = ask(client)
    code = str(mail.outbox[-1].subject)[:8]

    User.objects.update(phone_number=NUMBER, phone_verified_at=clock.now())

    assert confirm(client, step_up, "email_code", code) == (422, "factor_not_offered")
    assert confirm(client, step_up, "sms_code", code) == (422, "second_factor_refused")


def test_a_text_is_worthless_once_the_number_is_another(client: APIClient) -> None:
    step_up = ask(client)
    User.objects.update(phone_number=OTHER)

    refused = confirm(client, step_up, "sms_code", texted().text[:8])

    assert refused == (422, "second_factor_refused")


def test_a_long_act_fits_into_one_text() -> None:
    user = make_user(phone_number=NUMBER, phone_verified_at=clock.now())
    email = "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".example"
    body = {"purpose": "email_change", "details": {"email": email}}

    assert ask(authorized_client(user), body)["factors"] == ["sms_code"]

    assert len(texted().text) <= 320


def test_texts_are_fewer_than_letters(client: APIClient, settings: Settings) -> None:
    for _ in range(settings.STEP_UPS_BY_TEXT_PER_HOUR):
        ask(client)

    refused = client.post(f"{AUTH}step-ups/", ADD_TOTP)

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert OutboundSms.objects.count() == settings.STEP_UPS_BY_TEXT_PER_HOUR


def test_when_todays_texts_are_used_up_nothing_is_asked(
    client: APIClient, settings: Settings
) -> None:
    settings.SMS_PER_DAY = 0

    refused = client.post(f"{AUTH}step-ups/", ADD_TOTP)

    assert (refused.status_code, refused.json()["code"]) == (503, TextsUsedUp.code)
    assert not StepUp.objects.exists()
    # A weaker message is not offered in its place.
    assert mail.outbox == []


def test_a_platform_without_texts_writes_a_letter(client: APIClient, settings: Settings) -> None:
    settings.SMS_URL = "off"

    assert ask(client)["factors"] == ["email_code"]
    assert len(mail.outbox) == 1


def test_the_number_is_changed_with_a_text_to_the_old_one(client: APIClient, user: User) -> None:
    body = {"purpose": "phone_change", "details": {"phone_number": OTHER}}
    step_up = ask(client, body)
    assert texted().to == NUMBER
    assert confirm(client, step_up, "sms_code", texted().text[:8])[0] == 200
    flow = client.post(f"{AUTH}phone/change/", {"phone_number": OTHER}).json()
    assert texted().to == OTHER

    proof = {"flow_token": flow["flow_token"], "code": texted().text[:6]}
    changed = client.post(f"{AUTH}phone/change/confirm/", proof, headers={"Step-Up": step_up["id"]})

    assert changed.status_code == 204
    assert User.objects.get().phone_number == OTHER
