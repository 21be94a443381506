from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connections
from rest_framework.test import APIClient

from marketplace.core.actor import Role
from marketplace.core.events.testing import recorded
from marketplace.users.models import User, UserProfile
from marketplace.users.tests.factories import PASSWORD, make_user
from marketplace.users.tests.letters import key_in

pytestmark = pytest.mark.django_db
SIGN_UP = "/api/v1/auth/sign-up/"


def sign_up(**changes: Any) -> Any:
    body = {"email": "new@example.com", "password": PASSWORD, "first_name": "Marigold", **changes}
    return APIClient().post(SIGN_UP, body)


def verify(key: str) -> Any:
    return APIClient().post("/api/v1/auth/verify-email/", {"key": key})


def test_makes_a_buyer_with_a_profile_who_must_verify(mailoutbox: list[EmailMessage]) -> None:
    response = sign_up(email="New@Example.com", phone_number="+254 712 345678")

    assert response.status_code == 202
    user = User.objects.get()
    assert user.email == "new@example.com"
    assert user.phone_number == "+254712345678"
    assert user.roles == [Role.BUYER]
    assert user.password.startswith("argon2$argon2id$")
    assert UserProfile.objects.get().user_id == user.pk
    assert [letter.to for letter in mailoutbox] == [["new@example.com"]]
    (event,) = recorded("users.UserRegistered")
    assert event["user_id"] == str(user.pk)
    assert "new@example.com" not in str(event)
    assert not recorded("users.SellerActivated")


def test_a_seller_may_buy_too() -> None:
    sign_up(user_type="SELLER")

    user = User.objects.get()
    assert user.user_type == "SELLER"
    assert set(user.roles) == {Role.BUYER, Role.SELLER}
    assert len(recorded("users.SellerActivated")) == 1


def test_the_letters_key_verifies_once(mailoutbox: list[EmailMessage]) -> None:
    sign_up()
    key = key_in(mailoutbox[0])

    first, second = verify(key), verify(key)

    assert first.status_code == 200
    assert second.status_code == 422
    assert second.json()["code"] == "key_refused"
    assert len(recorded("users.EmailVerified")) == 1


@pytest.mark.parametrize("key", ["x", "MQ:1:abc", "a" * 200])
def test_a_made_up_key_verifies_nothing(key: str) -> None:
    sign_up()

    assert verify(key).json()["code"] == "key_refused"
    assert not recorded("users.EmailVerified")


def test_a_known_address_is_answered_like_a_new_one(mailoutbox: list[EmailMessage]) -> None:
    user = make_user(email="known@example.com")
    old = User.objects.get(pk=user.pk).password

    known = sign_up(email="Known@example.com", first_name="Mallory")
    new = sign_up(email="new@example.com", first_name="Mallory")

    assert known.status_code == new.status_code == 202
    assert known.content == new.content
    stored = User.objects.get(pk=user.pk)
    assert (stored.password, stored.first_name) == (old, user.first_name)
    assert User.objects.count() == UserProfile.objects.count() == 2, "the imitation is undone"
    assert [letter.subject for letter in mailoutbox] == [
        "You have an account already",
        "Confirm your email address",
    ]
    assert len(recorded("users.UserRegistered")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user_type": "ADMIN"}, "user_type"),
        ({"email": "nobody"}, "email"),
        ({"email": "ünicode@example.com"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"password": "fourteen chars"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password": "passwordpassword"}, "password"),
        ({"password": "new@example.com new"}, "password"),
        ({"first_name": ""}, "first_name"),
        ({"first_name": "Ami\u202ena"}, "first_name"),
        ({"first_name": "x" * 101}, "first_name"),
        ({"phone_number": "0712345678"}, "phone_number"),
        ({"phone_number": "+1"}, "phone_number"),
        ({"phone_number": {"a": 1}}, "phone_number"),
    ],
)
def test_bad_input_names_its_field_and_makes_nobody(
    changes: dict[str, Any], field: str, mailoutbox: list[EmailMessage]
) -> None:
    response = sign_up(**changes)

    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not User.objects.exists()
    assert not mailoutbox


@pytest.mark.parametrize("member", ["roles", "is_staff", "is_superuser", "verification_status"])
def test_nobody_gives_themselves_more_than_a_sign_up_gives(member: str) -> None:
    response = sign_up(**{member: "ADMIN" if member == "roles" else True})

    assert response.status_code == 400
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [
        (member, "unknown_field")
    ]
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("is_known", "is_verified", "subject"),
    [
        (True, False, "Confirm your email address"),
        (True, True, "You have an account already"),
        (False, False, "No account with this address"),
    ],
)
def test_a_letter_asked_for_again_tells_its_reader_only(
    is_known: bool, is_verified: bool, subject: str, mailoutbox: list[EmailMessage]
) -> None:
    if is_known:
        make_user(email="a@example.com", is_email_verified=is_verified)

    response = APIClient().post("/api/v1/auth/resend-verification/", {"email": "a@example.com"})

    assert response.status_code == 202
    assert response.json() == {
        "detail": "If the address can be used, a letter is on its way to it."
    }
    assert [letter.subject for letter in mailoutbox] == [subject]


@pytest.mark.django_db(transaction=True)
def test_one_address_signed_up_ten_times_at_once_makes_one_account() -> None:
    def attempt(_: int) -> int:
        try:
            return int(sign_up().status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(attempt, range(10)))

    assert set(statuses) == {202}
    assert User.objects.count() == 1
    assert len(recorded("users.UserRegistered")) == 1
