"""Second factors that were lost: staff take them away, and nobody gets in by the password alone."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError, Forbidden, InvalidInput, NotFound
from marketplace.core.models import AuditEntry, OutboxEvent
from marketplace.users import codes, services
from marketplace.users.errors import NobodyToTell, NoSecondFactor
from marketplace.users.models import SignIn, User
from marketplace.users.phones import address_of_nobody
from marketplace.users.tests.authenticator import give_totp
from marketplace.users.tests.factories import (
    PASSWORD,
    actor,
    authorized_client,
    make_admin,
    make_buyer,
    make_staff,
    sign_in,
)
from marketplace.users.tests.letters import key_in

pytestmark = pytest.mark.django_db
AUTH = "/api/v1/auth/"


TEXTS: list[tuple[str, str]] = []


def keep(*, to: str, text: str) -> None:
    TEXTS.append((to, text))


def with_app(user: User) -> User:
    give_totp(user)
    return user


def reset(user: User, by: Actor, reason: str = "Lost the telephone") -> None:
    services.reset_second_factors(user_id=user.pk, actor=by, reason=reason)


def test_factors_password_and_devices_end_and_the_person_is_told() -> None:
    user, operator = with_app(make_buyer()), make_admin()
    sign_in(user)

    reset(user, actor(operator))

    assert not Authenticator.objects.filter(user=user).exists()
    assert not SignIn.objects.filter(user=user, ended_at__isnull=True).exists()
    assert not User.objects.get(pk=user.pk).has_usable_password()
    assert [letter.subject for letter in mail.outbox] == ["Your second factors were removed"]
    assert OutboxEvent.objects.filter(type="users.SecondFactorsReset", key=user.pk).count() == 1
    entry = AuditEntry.objects.get(action="users.reset_second_factors")
    assert (entry.actor_id, entry.subject_id) == (operator.pk, user.pk)
    assert (entry.before, entry.after) == ({"factors": ["totp"]}, {"factors": []})


def test_the_way_back_in_is_a_letter() -> None:
    user = with_app(make_buyer())
    reset(user, actor(make_admin()))
    client = APIClient()
    known = {"email": user.email, "password": PASSWORD}
    assert client.post(f"{AUTH}sign-in/", known, format="json").status_code == 401

    client.post(f"{AUTH}password/reset/", {"email": user.email}, format="json")
    key = key_in(mail.outbox[-1])
    new = {"key": key, "password": "two herons over the bay"}
    assert client.post(f"{AUTH}password/reset/confirm/", new, format="json").status_code == 204

    again = {"email": user.email, "password": "two herons over the bay"}
    assert client.post(f"{AUTH}sign-in/", again, format="json").status_code == 200


def test_a_lost_number_neither_approves_nor_signs_in_any_more() -> None:
    user = make_buyer(phone_number="+254712345678", phone_verified_at=clock.now())

    reset(user, actor(make_admin()))

    assert User.objects.get(pk=user.pk).phone_verified_at is None
    entry = AuditEntry.objects.get(action="users.reset_second_factors")
    assert entry.before == {"factors": ["sms_code"]}
    step_up = {"purpose": "phone_change", "details": {"phone_number": "+254712345679"}}
    asked = authorized_client(user).post(f"{AUTH}step-ups/", step_up, format="json")
    assert asked.json()["factors"] == ["email_code"]


def test_a_lost_app_leaves_the_number_as_a_way_back() -> None:
    proved_at = clock.now()
    user = with_app(make_buyer(phone_number="+254712345678", phone_verified_at=proved_at))

    reset(user, actor(make_admin()))

    assert User.objects.get(pk=user.pk).phone_verified_at == proved_at


def test_a_number_that_is_the_only_way_in_stays() -> None:
    user = make_buyer(
        email=address_of_nobody(), phone_number="+254712345678", phone_verified_at=clock.now()
    )
    with pytest.raises(NoSecondFactor):
        reset(user, actor(make_admin()))
    assert User.objects.get(pk=user.pk).phone_verified_at is not None


def test_who_has_no_address_is_told_by_text(settings: Settings) -> None:
    settings.SMS_BACKEND = f"{__name__}.keep"
    TEXTS.clear()
    user = with_app(
        make_buyer(
            email=address_of_nobody(), phone_number="+254712345678", phone_verified_at=clock.now()
        )
    )

    reset(user, actor(make_admin()))

    assert dict(TEXTS) == {"+254712345678": codes.text_of_reset()}
    assert mail.outbox == []
    assert not Authenticator.objects.exists()


def test_who_can_be_told_by_nothing_keeps_the_factors() -> None:
    user = with_app(make_buyer(email=address_of_nobody(), phone_number="+254712345678"))
    sign_in(user)

    with pytest.raises(NobodyToTell):
        reset(user, actor(make_admin()))

    assert Authenticator.objects.filter(user=user).exists()
    assert SignIn.objects.filter(user=user, ended_at__isnull=True).exists()
    assert not AuditEntry.objects.exists()


def test_nobody_without_a_factor_is_signed_out() -> None:
    user = make_buyer()
    sign_in(user)

    with pytest.raises(NoSecondFactor):
        reset(user, actor(make_admin()))

    assert SignIn.objects.filter(user=user, ended_at__isnull=True).exists()
    assert User.objects.get(pk=user.pk).has_usable_password()


def test_is_for_staff_who_hold_the_permission_and_never_for_oneself() -> None:
    user, colleague = with_app(make_buyer()), with_app(make_staff("SUPPORT"))
    operator = with_app(make_admin())
    lead = Actor.user(uuid4(), permissions=["users.reset_second_factors"])

    for who, by in (
        (user, actor(user)),
        (user, actor(make_staff("SUPPORT"))),
        (user, Actor.system("test")),
        (operator, actor(operator)),
        (colleague, lead),
    ):
        with pytest.raises(Forbidden):
            reset(who, by)
    with pytest.raises(InvalidInput):
        reset(user, lead, " ")
    with pytest.raises(NotFound):
        services.reset_second_factors(user_id=uuid4(), actor=lead, reason="x")

    assert Authenticator.objects.count() == 3
    assert not AuditEntry.objects.exists()
    reset(user, lead)
    reset(colleague, actor(operator))
    assert Authenticator.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_do_it_at_the_same_moment_do_it_once() -> None:
    user, operator = with_app(make_buyer()), actor(make_admin())

    def run(_: int) -> bool:
        try:
            reset(user, operator)
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(run, range(4)))

    assert sum(done) == 1
    assert AuditEntry.objects.count() == 1
