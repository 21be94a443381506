from uuid import uuid4

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.events.testing import recorded
from marketplace.users import errors, services
from marketplace.users.models import SignIn, SignInEnd, User
from marketplace.users.tests.factories import actor, make_admin, make_user, sign_in

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def test_ends_every_sign_in_and_says_so() -> None:
    user, admin = make_user(), make_admin()
    sign_in(user)
    sign_in(user)

    snapshot = services.suspend_user(user_id=user.pk, actor=actor(admin), reason=" fraud ")

    assert snapshot.is_suspended
    assert User.objects.get(pk=user.pk).suspension_reason == "fraud"
    assert {s.end_reason for s in SignIn.objects.filter(user=user)} == {SignInEnd.SUSPENDED}
    (event,) = recorded("users.UserSuspended")
    assert event["suspended_by"] == str(admin.pk)


def test_leaves_other_users_signed_in() -> None:
    other = make_user()
    sign_in(other)

    services.suspend_user(user_id=make_user().pk, actor=SYSTEM, reason="fraud")

    assert SignIn.objects.get(user=other).ended_at is None


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
def test_only_administrators_suspend(role: Role) -> None:
    user, other = make_user(), make_user(roles=[role])

    with pytest.raises(errors.CannotSuspend):
        services.suspend_user(user_id=user.pk, actor=actor(other), reason="spite")

    assert not User.objects.get(pk=user.pk).is_suspended
    assert not recorded("users.UserSuspended")


def test_an_administrator_suspends_neither_themselves_nor_another() -> None:
    one, two = make_admin(), make_admin()

    for target in (one, two):
        with pytest.raises(errors.CannotSuspend):
            services.suspend_user(user_id=target.pk, actor=actor(one), reason="fraud")
    assert not User.objects.filter(suspended_at__isnull=False).exists()


def test_a_reason_is_needed() -> None:
    user = make_user()

    with pytest.raises(InvalidInput):
        services.suspend_user(user_id=user.pk, actor=SYSTEM, reason="  ")
    assert not User.objects.get(pk=user.pk).is_suspended


def test_twice_is_refused_and_keeps_the_first_reason() -> None:
    user = make_user()
    services.suspend_user(user_id=user.pk, actor=SYSTEM, reason="first")

    with pytest.raises(errors.AlreadySuspended):
        services.suspend_user(user_id=user.pk, actor=SYSTEM, reason="second")

    assert User.objects.get(pk=user.pk).suspension_reason == "first"
    assert len(recorded("users.UserSuspended")) == 1


def test_nobody_is_not_found() -> None:
    with pytest.raises(NotFound):
        services.suspend_user(user_id=uuid4(), actor=SYSTEM, reason="fraud")


def test_a_suspended_user_starts_no_sign_in() -> None:
    user = make_user()
    services.suspend_user(user_id=user.pk, actor=SYSTEM, reason="fraud")

    with pytest.raises(errors.AccountSuspended):
        sign_in(user)
    assert not SignIn.objects.exists()


def test_reinstating_opens_the_account_but_no_old_sign_in() -> None:
    user = make_user()
    sign_in(user)
    services.suspend_user(user_id=user.pk, actor=SYSTEM, reason="fraud")

    snapshot = services.reinstate_user(user_id=user.pk, actor=SYSTEM, reason="All is well.")

    assert not snapshot.is_suspended
    assert User.objects.get(pk=user.pk).suspension_reason == ""
    assert SignIn.objects.get(user=user).end_reason == SignInEnd.SUSPENDED
    assert len(recorded("users.UserReinstated")) == 1


def test_reinstating_what_is_open_is_refused() -> None:
    with pytest.raises(errors.NotSuspended):
        services.reinstate_user(user_id=make_user().pk, actor=SYSTEM, reason="All is well.")
    assert not recorded("users.UserReinstated")
