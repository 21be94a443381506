"""What links two people: a device that both used, never an address alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.users.models import SignIn, User
from marketplace.users.queries import shared_traces
from marketplace.users.tests.factories import make_user

pytestmark = pytest.mark.django_db

HOME = "203.0.113.7"
TELEPHONE = "Mozilla/5.0 (Linux; Android 10; K) Chrome/138.0.0.0 Mobile"
LINKED = frozenset({"device"})
NOT_LINKED: frozenset[str] = frozenset()


@pytest.fixture
def now() -> datetime:
    return clock.now()


def signed_in(
    user: User, at: datetime, *, address: str | None = HOME, agent: str = TELEPHONE
) -> SignIn:
    return SignIn.objects.create(
        user=user,
        refresh_token_id=new_id(),
        ip_address=address,
        user_agent=agent,
        created_at=at,
        expires_at=at + timedelta(days=30),
    )


def traces(one: User, other: User, at: datetime) -> frozenset[str]:
    found = shared_traces(user_ids=(one.pk, other.pk), at=at)
    assert found == shared_traces(user_ids=(other.pk, one.pk), at=at)
    return found


def test_one_device_links_the_two_who_signed_in_on_it(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one, other = make_user(), make_user()
    signed_in(one, now - timedelta(hours=3))
    signed_in(other, now - timedelta(hours=1))

    with django_assert_num_queries(3):
        assert shared_traces(user_ids=(one.pk, other.pk), at=now) == LINKED
    assert traces(one, other, now) == LINKED
    assert traces(one, make_user(), now) == NOT_LINKED


@pytest.mark.parametrize(
    "differs",
    [
        {"address": "203.0.113.8"},
        {"agent": TELEPHONE.replace("138", "139")},
        {"agent": TELEPHONE.lower()},
        {"address": None},
    ],
)
def test_another_address_or_another_browser_links_nobody(
    now: datetime, differs: dict[str, Any]
) -> None:
    one, other = make_user(), make_user()
    signed_in(one, now)
    signed_in(other, now, **differs)

    assert traces(one, other, now) == NOT_LINKED


@pytest.mark.parametrize(
    "nothing",
    [
        {"agent": ""},
        {"address": None},
        {"address": "127.0.0.1"},
        {"address": "10.1.2.3"},
        {"address": "100.64.9.9"},
        {"address": "fd00::1"},
    ],
)
def test_what_says_nothing_links_nobody_though_it_is_the_same(
    now: datetime, nothing: dict[str, Any]
) -> None:
    one, other = make_user(), make_user()
    signed_in(one, now, **nothing)
    signed_in(other, now, **nothing)

    assert traces(one, other, now) == NOT_LINKED


def test_a_school_links_nobody_however_alike_its_machines_are(now: datetime) -> None:
    one, other, third, fourth = (make_user() for _ in range(4))
    for person in (one, other, third):
        signed_in(person, now)
    assert traces(one, other, now) == LINKED

    # Whatever the fourth calls their browser: it is the address that has many people.
    signed_in(fourth, now - timedelta(days=20), agent="another")

    assert traces(one, other, now) == NOT_LINKED
    # One person many times is no crowd, and who was there long ago is none either.
    SignIn.objects.filter(user=fourth).update(created_at=now - timedelta(days=31))
    for hours in range(10):
        signed_in(one, now - timedelta(hours=hours))
    assert traces(one, other, now) == LINKED


def test_sign_ins_far_from_each_other_are_of_two_devices(now: datetime) -> None:
    one, other = make_user(), make_user()
    signed_in(one, now - timedelta(days=3))
    signed_in(other, now - timedelta(days=1, hours=20))
    assert traces(one, other, now) == NOT_LINKED

    # Between many others of both, the two that are near are found.
    for day in (10, 12, 14):
        signed_in(one, now - timedelta(days=day))
    signed_in(other, now - timedelta(days=13))

    assert traces(one, other, now) == LINKED


def test_only_the_days_before_the_moment_count(now: datetime) -> None:
    one, other = make_user(), make_user()
    at = now - timedelta(days=40)
    signed_in(one, at)
    signed_in(other, at)

    assert traces(one, other, now) == NOT_LINKED
    assert traces(one, other, at) == LINKED
    assert traces(one, other, at - timedelta(seconds=1)) == NOT_LINKED


def test_a_platform_decides_what_a_quiet_address_is(now: datetime, settings: Any) -> None:
    one, other = make_user(), make_user()
    signed_in(one, now)
    signed_in(other, now)

    for people, expected in ((0, NOT_LINKED), (2, LINKED)):
        settings.SHARED_DEVICE_PEOPLE = people
        assert traces(one, other, now) == expected
    settings.SHARED_DEVICE_HOURS = 1
    SignIn.objects.filter(user=one).update(created_at=now - timedelta(hours=2))
    assert traces(one, other, now) == NOT_LINKED


def test_nobody_is_linked_to_themselves(now: datetime) -> None:
    one = make_user()
    signed_in(one, now)
    signed_in(one, now)

    assert traces(one, one, now) == NOT_LINKED


def test_a_crowd_is_counted_from_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT DISTINCT user_id FROM users_sign_in"
            " WHERE ip_address = '203.0.113.7' AND created_at > now() LIMIT 4"
        )
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "users_sign_in_address" in plan
