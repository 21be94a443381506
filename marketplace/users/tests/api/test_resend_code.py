"""A code that did not arrive is sent again: the same, to the same, and not without end."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from pytest_django import Settings

from marketplace.core import clock
from marketplace.users import codes
from marketplace.users.models import MAX_FLOW_ATTEMPTS, SignIn, SignInFlow, User
from marketplace.users.tests.api.test_codes import (
    NUMBER,
    Texts,
    at_once,
    code_in,
    post,
    telephones,
    texted,
    with_number,
    wrong,
)
from marketplace.users.tests.factories import authorized_client, make_user

__all__ = ["telephones"]


@pytest.mark.django_db
def test_the_same_code_comes_again_and_signs_in(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    flow = post("code", {"email": user.email}).json()

    again = post("code/resend", {"flow_token": flow["flow_token"]})

    assert again.status_code == 202
    assert again.json()["flow_token"] == flow["flow_token"]
    assert again.json()["expires_in"] <= flow["expires_in"]
    assert again["Cache-Control"] == "no-store"
    first, second = (code_in(letter.subject) for letter in mailoutbox)
    assert first == second
    body = {"flow_token": flow["flow_token"], "code": second}
    assert post("code/confirm", body).status_code == 200
    over = post("code/resend", {"flow_token": flow["flow_token"]})
    assert (over.status_code, over.json()["code"]) == (401, "flow_refused")
    assert len(mailoutbox) == 2


@pytest.mark.django_db
def test_it_comes_again_by_text_for_a_sign_up_and_for_a_new_number() -> None:
    sign_up = post("phone/sign-up", {"phone_number": NUMBER, "first_name": "Marigold"}).json()
    client = authorized_client(make_user())
    change = post("phone/change", {"phone_number": "+254712345679"}, client).json()

    for flow in (sign_up, change):
        assert post("code/resend", {"flow_token": flow["flow_token"]}).status_code == 202

    assert Texts.sent[0] == Texts.sent[2]
    assert Texts.sent[1] == Texts.sent[3]
    proof = {**_token(sign_up), "code": code_in(Texts.sent[2][1])}
    assert post("phone/sign-up/confirm", proof).status_code == 201
    assert User.objects.filter(phone_number=NUMBER).exists()


@pytest.mark.django_db
def test_a_new_address_gets_it_again_and_a_taken_one_is_told_again(
    mailoutbox: list[EmailMessage],
) -> None:
    make_user(email="taken@example.com")
    client = authorized_client(make_user())

    for email in ("new@example.com", "taken@example.com"):
        flow = post("email/change", {"email": email}, client).json()
        assert post("code/resend", _token(flow)).status_code == 202

    assert [letter.to[0] for letter in mailoutbox] == ["new@example.com"] * 2 + [
        "taken@example.com"
    ] * 2
    assert mailoutbox[0].subject == mailoutbox[1].subject
    assert mailoutbox[2].subject == mailoutbox[3].subject == "You have an account already"


@pytest.mark.django_db
@pytest.mark.parametrize("known", [{"email": "known@example.com"}, {"phone_number": NUMBER}])
def test_asking_again_does_not_tell_who_has_an_account(
    known: dict[str, str], mailoutbox: list[EmailMessage]
) -> None:
    with_number(email="known@example.com")
    unknown = {"phone_number": "+254712345679"}
    if "email" in known:
        unknown = {"email": "nobody@example.com"}

    answers = [post("code/resend", _token(post("code", body).json())) for body in (known, unknown)]

    assert [answer.status_code for answer in answers] == [202, 202]
    shapes = [
        {name: len(str(value)) for name, value in answer.json().items()} for answer in answers
    ]
    assert shapes[0] == shapes[1]
    assert len(mailoutbox) + len(Texts.sent) == 4


@pytest.mark.django_db
def test_asking_again_counts_as_one_more_code_to_that_address(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"request_code": "3/10m/key"}
    with_number()

    for number in (NUMBER, "+254712345679"):
        flow = post("code", {"phone_number": number}).json()
        answers = [post("code/resend", _token(flow)) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [202, 202, 429, 429]

    assert len(Texts.sent) == 6


@pytest.mark.django_db
def test_asking_again_gives_no_further_tries() -> None:
    with_number()
    flow = post("code", {"phone_number": NUMBER}).json()
    bad = {**_token(flow), "code": wrong(texted())}
    for _ in range(MAX_FLOW_ATTEMPTS - 1):
        post("code/confirm", bad)

    assert post("code/resend", _token(flow)).status_code == 202
    assert post("code/confirm", bad).json()["code"] == "code_refused"
    spent = post("code/resend", _token(flow))

    assert (spent.status_code, spent.json()["code"]) == (401, "flow_refused")
    assert len(Texts.sent) == 2


@pytest.mark.django_db
def test_a_flow_without_a_code_or_out_of_time_or_of_nobody_is_refused() -> None:
    from marketplace.users.sign_in_flows import open_flow

    with_number()
    late = post("code", {"phone_number": NUMBER}).json()
    SignInFlow.objects.update(expires_at=clock.now(), created_at="2020-01-01T00:00:00Z")
    Texts.sent.clear()

    for token in (late["flow_token"], open_flow({}).token, "of nobody"):
        refused = post("code/resend", {"flow_token": token})
        assert (refused.status_code, refused.json()["code"]) == (401, "flow_refused")
    assert post("code/resend", {}).status_code == 400
    assert not Texts.sent


@pytest.mark.django_db(transaction=True)
def test_asked_again_ten_times_at_once_it_is_sent_twice(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"request_code": "3/10m/key"}
    with_number()
    flow = post("code", {"phone_number": NUMBER}).json()

    statuses = at_once(10, lambda _: post("code/resend", _token(flow)).status_code)

    assert sorted(statuses) == [202, 202, *[429] * 8]
    assert {words for _, words in Texts.sent} == {Texts.sent[0][1]}
    assert len(Texts.sent) == 3


def _token(flow: dict[str, str]) -> dict[str, str]:
    return {"flow_token": flow["flow_token"]}


@pytest.mark.django_db
@pytest.mark.parametrize("lost", [{"phone_verified_at": None}, {"phone_number": "+254712345679"}])
def test_a_code_to_a_number_that_was_lost_meanwhile_opens_nothing(lost: dict[str, Any]) -> None:
    user = with_number()
    flow = post("code", {"phone_number": NUMBER}).json()
    code = texted()
    User.objects.filter(pk=user.pk).update(**lost)

    again = post("code/resend", _token(flow))
    answer = post("code/confirm", {**_token(flow), "code": code})

    assert again.status_code == 202
    assert Texts.sent[-1] == (NUMBER, codes.text_without_account())
    assert (answer.status_code, answer.json()["code"]) == (422, "code_refused")
    assert not SignIn.objects.exists()


@pytest.mark.django_db
def test_a_code_to_an_address_that_was_given_up_meanwhile_opens_nothing(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user()
    flow = post("code", {"email": user.email}).json()
    code = code_in(mailoutbox[0].subject)
    EmailAddress.objects.filter(user=user).update(email="new@example.com")

    again = post("code/resend", _token(flow))
    answer = post("code/confirm", {**_token(flow), "code": code})

    assert again.status_code == 202
    assert code not in mailoutbox[-1].subject + str(mailoutbox[-1].body)
    assert (answer.status_code, answer.json()["code"]) == (422, "code_refused")
    assert not SignIn.objects.exists()
