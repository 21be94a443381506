from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from marketplace.core import clock
from marketplace.core.db import joinable
from marketplace.core.models import RetentionPolicy
from marketplace.core.retention import sweep_retention
from marketplace.users import services
from marketplace.users.models import Erasure, User
from marketplace.users.services.forget_unproved import UNPROVED
from marketplace.users.services.verify_email import mark_verified
from marketplace.users.tests.factories import make_staff, make_user

pytestmark = pytest.mark.django_db


def unproved(days: float = 31, **fields: object) -> User:
    at = clock.now() - timedelta(days=days)
    return make_user(is_email_verified=False, created_at=at, **fields)  # type: ignore[arg-type]


def test_an_account_that_nobody_confirmed_is_erased() -> None:
    person = unproved()
    email = person.email

    sweep_retention()
    assert services.erase_people() == 0
    with clock.shifted(timedelta(days=1, seconds=1)):
        assert services.erase_people() == 1

    assert not EmailAddress.objects.filter(email=email).exists()
    assert User.objects.get(pk=person.pk).email.endswith("@erased.invalid")
    sweep_retention()
    assert Erasure.objects.count() == 1
    assert RetentionPolicy.objects.get(pk=UNPROVED).days == 30


def test_everybody_else_stays() -> None:
    unproved(days=29)
    unproved(phone_number="+254712345678", phone_verified_at=clock.now())
    unproved(suspended_at=clock.now())
    make_user(created_at=clock.now() - timedelta(days=99))
    EmailAddress.objects.filter(user=make_staff("SUPPORT")).update(verified=False)
    # Another address that waits for its letter, beside one that is proved.
    person = make_user(created_at=clock.now() - timedelta(days=99))
    EmailAddress.objects.create(user=person, email="other@example.com", verified=False)

    sweep_retention()

    assert not Erasure.objects.exists()


def test_a_letter_that_is_opened_on_the_last_day_keeps_the_account() -> None:
    person = unproved()
    sweep_retention()

    with joinable():
        assert mark_verified(user_id=person.pk, email=person.email)
    sweep_retention()

    with clock.shifted(timedelta(days=2)):
        assert services.erase_people() == 0
    assert User.objects.get(pk=person.pk).email == person.email
