"""One-time codes: signing in and up with one, changing address and number."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, ClassVar

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import IntegrityError, connections, transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.events.testing import recorded
from marketplace.core.testing.database import wait_for_a_waiter
from marketplace.core.testing.figures import publish
from marketplace.users import services
from marketplace.users.models import MAX_FLOW_ATTEMPTS, SignIn, User
from marketplace.users.phones import address_of_nobody
from marketplace.users.repositories.users import lock_user
from marketplace.users.tests.factories import authorized_client, make_user
from marketplace.users.tests.step_ups import approve

NUMBER = "+254712345678"
A = "/api/v1/auth/"


class Texts:
    sent: ClassVar[list[tuple[str, str]]] = []


def keep(*, to: str, text: str) -> None:
    Texts.sent.append((to, text))


@pytest.fixture(autouse=True)
def telephones(settings: Settings) -> Iterator[None]:
    settings.SMS_BACKEND = f"{__name__}.keep"
    settings.ACCOUNT_RATE_LIMITS = False
    Texts.sent.clear()
    yield
    Texts.sent.clear()


def post(path: str, body: Any, client: APIClient | None = None, **headers: Any) -> Any:
    return (client or APIClient()).post(f"{A}{path}/", body, headers=headers)


def code_in(words: object) -> str:
    text = str(words)
    found = re.search(r"\b\d{6}\b", text)
    assert found, text
    return found.group()


def texted() -> str:
    return code_in(Texts.sent[-1][1])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def with_number(**fields: Any) -> User:
    return make_user(phone_number=NUMBER, phone_verified_at=clock.now(), **fields)


@pytest.mark.django_db
def test_a_code_by_letter_signs_in(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()

    asked = post("code", {"email": user.email})
    body = {"flow_token": asked.json()["flow_token"], "code": code_in(mailoutbox[0].subject)}
    answer = post("code/confirm", body)

    assert asked.status_code == 202
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(user.pk)
    assert answer["Cache-Control"] == asked["Cache-Control"] == "no-store"
    # Once.
    again = post("code/confirm", body)
    assert (again.status_code, again.json()["code"]) == (401, "flow_refused")
    assert SignIn.objects.count() == 1


@pytest.mark.django_db
def test_a_code_by_text_signs_in_whoever_has_proved_the_number() -> None:
    user = with_number()
    make_user(phone_number=NUMBER)

    flow = post("code", {"phone_number": "+254 712 345 678"}).json()
    answer = post("code/confirm", {"flow_token": flow["flow_token"], "code": texted()})

    assert answer.json()["user"]["id"] == str(user.pk)
    assert answer.json()["user"]["is_phone_verified"] is True
    assert Texts.sent[0][0] == NUMBER


@pytest.mark.django_db
@pytest.mark.parametrize("known", [{"email": "known@example.com"}, {"phone_number": NUMBER}])
def test_asking_for_a_code_does_not_tell_who_has_an_account(
    known: dict[str, str], mailoutbox: list[EmailMessage]
) -> None:
    with_number(email="known@example.com")
    make_user(email="unverified@example.com", is_email_verified=False)
    unknown = [{"email": "nobody@example.com"}, {"email": "unverified@example.com"}]
    if "phone_number" in known:
        unknown = [{"phone_number": "+254712345679"}]

    answers = [post("code", body) for body in (known, *unknown)]

    assert {answer.status_code for answer in answers} == {202}
    shapes = {
        tuple((name, len(str(value))) for name, value in answer.json().items())
        for answer in answers
    }
    assert len(shapes) == 1
    assert len(mailoutbox) + len(Texts.sent) == len(answers)
    for answer in answers[1:]:
        refused = post("code/confirm", {**_flow(answer), "code": "000000"})
        assert (refused.status_code, refused.json()["code"]) == (422, "code_refused")


def _flow(answer: Any) -> dict[str, str]:
    return {"flow_token": answer.json()["flow_token"]}


@pytest.mark.django_db
def test_a_code_is_tried_five_times_and_then_not_even_the_right_one_will_do() -> None:
    with_number()
    flow = _flow(post("code", {"phone_number": NUMBER}))

    for _ in range(MAX_FLOW_ATTEMPTS):
        refused = post("code/confirm", {**flow, "code": wrong(texted())})
        assert refused.json()["code"] == "code_refused"

    assert post("code/confirm", {**flow, "code": texted()}).json()["code"] == "flow_refused"
    assert not SignIn.objects.exists()


@pytest.mark.django_db
def test_another_flows_token_does_not_open_with_this_code() -> None:
    with_number()
    first = _flow(post("code", {"phone_number": NUMBER}))
    code = texted()
    second = _flow(post("code", {"phone_number": NUMBER}))

    if code != texted():
        assert post("code/confirm", {**second, "code": code}).status_code == 422
    assert post("code/confirm", {**first, "code": code}).status_code == 200


@pytest.mark.django_db
def test_a_suspended_person_learns_it_only_with_the_right_code() -> None:
    user = with_number()
    services.suspend_user(user_id=user.pk, actor=Actor.system("test"), reason="fraud")
    flow = _flow(post("code", {"phone_number": NUMBER}))

    assert post("code/confirm", {**flow, "code": wrong(texted())}).status_code == 422
    refused = post("code/confirm", {**flow, "code": texted()})

    assert (refused.status_code, refused.json()["code"]) == (403, "account_suspended")
    assert not SignIn.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [{}, {"email": "a@example.com", "phone_number": NUMBER}, {"phone_number": "0712"}, {"e": 1}],
)
def test_one_good_address_is_asked_for(body: object) -> None:
    assert post("code", body).status_code == 400
    assert not Texts.sent


@pytest.mark.django_db
def test_codes_to_one_address_are_limited_whoever_asks(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"request_code": "20/m/ip,3/10m/key"}
    with_number()

    for known in (NUMBER, "+254712345679"):
        answers = [
            APIClient().post(f"{A}code/", {"phone_number": known}, REMOTE_ADDR=f"203.0.113.{n}")
            for n in range(5)
        ]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]


def at_once(parallel: int, work: Callable[[int], Any]) -> list[Any]:
    barrier = Barrier(parallel)

    def call(number: int) -> Any:
        try:
            barrier.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(parallel) as pool:
        return list(pool.map(call, range(parallel)))


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_at_one_code_are_limited_and_the_right_one_wins_once() -> None:
    with_number()
    flow = _flow(post("code", {"phone_number": NUMBER}))
    guesses = at_once(
        30, lambda _: post("code/confirm", {**flow, "code": wrong(texted())}).json()["code"]
    )
    assert Counter(guesses) == {
        "code_refused": MAX_FLOW_ATTEMPTS,
        "flow_refused": 30 - MAX_FLOW_ATTEMPTS,
    }

    flow, code = _flow(post("code", {"phone_number": NUMBER})), texted()
    right = at_once(20, lambda _: post("code/confirm", {**flow, "code": code}).status_code)

    assert Counter(right)[200] == 1
    assert SignIn.objects.count() == 1
    publish("guesses at one code", tried=30, let_through=MAX_FLOW_ATTEMPTS)
    publish("one right code at once", tried=20, sign_ins=right.count(200))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["email", "phone_number"])
def test_a_code_does_not_sign_in_when_its_number_is_lost_at_the_same_moment(
    by: str, mailoutbox: list[EmailMessage]
) -> None:
    """The code is found right, and then the sign-in waits for whoever takes the number away."""
    user = with_number(email="own@example.com")
    flow = _flow(post("code", {by: getattr(user, by)}))
    code = texted() if by == "phone_number" else code_in(mailoutbox[-1].subject)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_user(user.pk)
            later = pool.submit(at_once, 1, lambda _: post("code/confirm", {**flow, "code": code}))
            wait_for_a_waiter()
            User.objects.filter(pk=user.pk).update(phone_verified_at=None)
            EmailAddress.objects.filter(user=user).update(email="new@example.com")
        (answer,) = later.result(timeout=30)

    assert (answer.status_code, answer.json()["code"]) == (422, "code_refused")
    assert not SignIn.objects.exists()


@pytest.mark.django_db
def test_somebody_signs_up_with_a_telephone_and_nothing_else() -> None:
    asked = post("phone/sign-up", {"phone_number": NUMBER, "first_name": "Marigold"})
    assert asked.status_code == 202
    assert not User.objects.exists()

    answer = post("phone/sign-up/confirm", {**_flow(asked), "code": texted()})

    assert answer.status_code == 201
    user = answer.json()["user"]
    assert (user["email"], user["phone_number"], user["is_phone_verified"]) == ("", NUMBER, True)
    assert not User.objects.get().has_usable_password()
    assert len(recorded("users.PhoneVerified")) == len(recorded("users.UserRegistered")) == 1
    flow = _flow(post("code", {"phone_number": NUMBER}))
    assert post("code/confirm", {**flow, "code": texted()}).status_code == 200


@pytest.mark.django_db
def test_a_number_that_has_an_account_signs_nobody_up() -> None:
    with_number()

    asked = post("phone/sign-up", {"phone_number": NUMBER, "first_name": "Marigold"})

    assert asked.status_code == 202
    assert "You have" in Texts.sent[-1][1]
    for guess in ("", "000000"):
        refused = post("phone/sign-up/confirm", {**_flow(asked), "code": guess})
        assert refused.status_code in {400, 422}
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_with_one_number_make_one_account() -> None:
    flows = [
        (_flow(post("phone/sign-up", {"phone_number": NUMBER, "first_name": "M"})), texted())
        for _ in range(2)
    ]

    answers = at_once(
        2, lambda n: post("phone/sign-up/confirm", {**flows[n][0], "code": flows[n][1]})
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_number_is_proved_with_its_code_and_an_approval() -> None:
    user = make_user(phone_number=NUMBER)
    client = authorized_client(user)
    flow = _flow(post("phone/change", {"phone_number": NUMBER}, client))
    proof = {**flow, "code": texted()}

    refused = post("phone/change/confirm", proof, client)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    step_up = approve(user, "phone_change", {"phone_number": NUMBER}).step_up_id
    answer = post("phone/change/confirm", proof, client, **{"Step-Up": str(step_up)})

    assert answer.status_code == 204
    assert User.objects.get().phone_verified_at is not None
    assert client.get(f"{A}me/").json()["is_phone_verified"] is True
    renamed = client.patch("/api/v1/users/me/", {"phone_number": "+254712345679"})
    assert (renamed.status_code, renamed.json()["code"]) == (422, "phone_is_proved")


@pytest.mark.django_db
def test_an_approval_of_another_number_does_not_do() -> None:
    user = make_user()
    client = authorized_client(user)
    flow = _flow(post("phone/change", {"phone_number": NUMBER}, client))
    step_up = approve(user, "phone_change", {"phone_number": "+254712345679"}).step_up_id

    answer = post(
        "phone/change/confirm", {**flow, "code": texted()}, client, **{"Step-Up": str(step_up)}
    )

    assert answer.json()["code"] == "step_up_refused"
    assert User.objects.get().phone_verified_at is None


@pytest.mark.django_db
def test_a_strangers_flow_changes_nothing() -> None:
    flow = _flow(post("phone/change", {"phone_number": NUMBER}, authorized_client(make_user())))
    stranger = make_user()
    client = authorized_client(stranger)
    step_up = approve(stranger, "phone_change", {"phone_number": NUMBER}).step_up_id

    answer = post(
        "phone/change/confirm", {**flow, "code": texted()}, client, **{"Step-Up": str(step_up)}
    )

    assert answer.json()["code"] == "flow_refused"
    assert not User.objects.filter(phone_number=NUMBER).exists()


@pytest.mark.django_db
def test_the_database_lets_nobody_prove_a_number_twice() -> None:
    with_number()
    make_user(phone_number=NUMBER)

    with pytest.raises(IntegrityError, match="users_proved_phone_once"), transaction.atomic():
        with_number()


@pytest.mark.django_db
def test_an_address_is_changed_with_its_code_and_the_old_one_is_told(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user(email="old@example.com")
    client = authorized_client(user)
    flow = _flow(post("email/change", {"email": "New@example.com"}, client))
    proof = {**flow, "code": code_in(mailoutbox[-1].subject)}
    assert mailoutbox[-1].to == ["new@example.com"]

    assert post("email/change/confirm", proof, client).json()["code"] == "step_up_required"
    assert User.objects.get().email == "old@example.com"
    step_up = approve(user, "email_change", {"email": "new@example.com"}).step_up_id
    answer = post("email/change/confirm", proof, client, **{"Step-Up": str(step_up)})

    assert answer.status_code == 204
    assert client.get(f"{A}me/").json()["email"] == "new@example.com"
    assert mailoutbox[-1].to == ["old@example.com"]
    assert len(recorded("users.EmailChanged")) == 1
    assert post("code", {"email": "new@example.com"}).status_code == 202
    assert "is your code" in mailoutbox[-1].subject


@pytest.mark.django_db
def test_an_address_that_somebody_has_cannot_be_taken(mailoutbox: list[EmailMessage]) -> None:
    make_user(email="taken@example.com")
    user = make_user(email="old@example.com")
    client = authorized_client(user)

    asked = post("email/change", {"email": "taken@example.com"}, client)

    assert asked.status_code == 202
    assert mailoutbox[-1].subject == "You have an account already"
    refused = post("email/change/confirm", {**_flow(asked), "code": "000000"}, client)
    assert refused.json()["code"] == "code_refused"


@pytest.mark.django_db
def test_somebody_with_a_telephone_only_adds_an_address(mailoutbox: list[EmailMessage]) -> None:
    asked = post("phone/sign-up", {"phone_number": NUMBER, "first_name": "Marigold"})
    post("phone/sign-up/confirm", {**_flow(asked), "code": texted()})
    user = User.objects.get()
    client = authorized_client(user)
    flow = _flow(post("email/change", {"email": "mine@example.com"}, client))
    proof = {**flow, "code": code_in(mailoutbox[-1].subject)}

    refused = post("email/change/confirm", proof, client)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    approval = approve_by_text(client, "email_change", {"email": "mine@example.com"})
    assert post("email/change/confirm", proof, client, **approval).status_code == 204

    assert client.get(f"{A}me/").json()["email"] == "mine@example.com"
    assert len(mailoutbox) == 1
    assert SignIn.objects.filter(user=user).count() == 2


@pytest.mark.django_db
def test_without_texts_the_first_address_is_added_by_its_code_alone(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    """A platform that stopped sending texts: there is nothing else to approve with."""
    user = with_number(email=address_of_nobody())
    client = authorized_client(user)
    settings.SMS_URL = "off"
    flow = _flow(post("email/change", {"email": "mine@example.com"}, client))

    proof = {**flow, "code": code_in(mailoutbox[-1].subject)}
    assert post("email/change/confirm", proof, client).status_code == 204


def approve_by_text(client: APIClient, purpose: str, details: dict[str, str]) -> dict[str, str]:
    step_up = post("step-ups", {"purpose": purpose, "details": details}, client).json()
    assert step_up["factors"] == ["sms_code"]
    answer = {"factor": "sms_code", "code": Texts.sent[-1][1][:8]}
    assert post(f"step-ups/{step_up['id']}/confirm", answer, client).status_code == 200
    return {"Step-Up": step_up["id"]}
