"""Answers that must not tell who has an account take the same work, whoever asks about whom.

Time is measured by `python -m bench.sign_in`. What takes the time can be counted: hashes (a hundred
milliseconds each), statements (a third of a millisecond) and letters.
"""

from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.config.settings.test_hashers import FastArgon2PasswordHasher
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.testing.figures import publish
from marketplace.notifications.models import OutboundEmail, OutboundSms
from marketplace.users import services
from marketplace.users.models import User
from marketplace.users.tests.authenticator import give_totp
from marketplace.users.tests.factories import PASSWORD, make_user

KNOWN, NUMBER = "known@example.com", "+254712345678"
MOST_STATEMENTS_APART = 3
"""About one millisecond of the five that are promised."""


class CountingHasher(FastArgon2PasswordHasher):
    hashes: ClassVar[int] = 0

    def encode(self, *args: Any, **kwargs: Any) -> str:
        CountingHasher.hashes += 1
        return str(super().encode(*args, **kwargs))

    def verify(self, *args: Any, **kwargs: Any) -> bool:
        CountingHasher.hashes += 1
        return bool(super().verify(*args, **kwargs))


@pytest.fixture(autouse=True)
def counted(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "marketplace.notifications.email.QueueBackend"
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]


def work(path: str, body: dict[str, str]) -> dict[str, Any]:
    """What one request costs, and its answer."""
    letters = OutboundEmail.objects.count() + OutboundSms.objects.count()
    CountingHasher.hashes = 0
    with CaptureQueriesContext(connection) as statements:
        answer = APIClient().post(f"/api/v1/auth/{path}/", body)
    return {
        "status": answer.status_code,
        "hashes": CountingHasher.hashes,
        "letters": OutboundEmail.objects.count() + OutboundSms.objects.count() - letters,
        "statements": len(statements),
    }


def person(**fields: Any) -> User:
    return make_user(email=KNOWN, **fields)


def without_a_password() -> None:
    user = person()
    user.set_unusable_password()
    user.save()


def suspended() -> None:
    services.suspend_user(user_id=person().pk, actor=Actor.system("test"), reason="fraud")


PEOPLE = {
    "anybody": person,
    "somebody whose address is not verified": lambda: person(is_email_verified=False),
    "somebody who signs in by a provider alone": without_a_password,
    "somebody with a second factor": lambda: give_totp(person()),
    "somebody suspended": suspended,
}


@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sign-in", {"password": "a wrong password"}),
        ("sign-up", {"password": PASSWORD, "first_name": "A"}),
        ("password/reset", {}),
        ("resend-verification", {}),
        ("code", {}),
    ],
)
def test_a_stranger_costs_what_somebody_known_costs(
    path: str, body: dict[str, str], who: str
) -> None:
    PEOPLE[who]()
    # Whatever the process does once it does here.
    work(path, {**body, "email": "first@example.com"})

    known = work(path, {**body, "email": KNOWN})
    unknown = work(path, {**body, "email": "nobody@example.com"})

    apart = abs(known.pop("statements") - unknown.pop("statements"))
    assert known == unknown
    assert known["hashes"] == (1 if path in {"sign-in", "sign-up"} else 0)
    assert apart <= MOST_STATEMENTS_APART
    publish(f"work of {path}: {who} and a stranger", hashes=known["hashes"], statements_apart=apart)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "body"), [("code", {}), ("phone/sign-up", {"first_name": "A"})])
def test_a_number_costs_the_same_with_an_account_and_without(
    path: str, body: dict[str, str]
) -> None:
    person(phone_number=NUMBER, phone_verified_at=clock.now())

    known = work(path, {**body, "phone_number": NUMBER})
    unknown = work(path, {**body, "phone_number": "+254712345679"})

    apart = abs(known.pop("statements") - unknown.pop("statements"))
    assert known == unknown
    assert apart <= MOST_STATEMENTS_APART
