"""What operators do for somebody who asked, on that person's page of the admin."""

from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from marketplace.core.models import AuditEntry
from marketplace.users.models import DataExport, Erasure, User
from marketplace.users.tests.authenticator import give_totp
from marketplace.users.tests.factories import make_admin, make_buyer, make_staff

pytestmark = pytest.mark.django_db
ACTS = {
    "erase": "users.request_erasure",
    "export": "users.request_export",
    "reset-factors": "users.reset_second_factors",
}


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="marketplace.users.adapter.AccountBackend")
    return client


def person() -> User:
    user = make_buyer()
    give_totp(user)
    return user


def page(user: User, act: str) -> str:
    return f"/admin/users/user/{user.pk}/{act}/"


def untouched(user: User) -> bool:
    return (
        not Erasure.objects.filter(user=user).exists()
        and not DataExport.objects.filter(user=user).exists()
        and Authenticator.objects.filter(user=user).exists()
    )


@pytest.mark.parametrize("act", ACTS)
def test_it_says_what_will_happen_and_is_done_with_a_reason(act: str) -> None:
    user, operator = person(), make_admin()
    client = enter(operator)

    question = client.get(page(user, act)).content.decode()
    assert user.email in question
    assert "letter" in question
    assert ("text message" in question) == (act == "reset-factors")
    assert client.post(page(user, act), {"reason": " "}).status_code == 200
    assert untouched(user)

    done = client.post(page(user, act), {"reason": "Asked by letter"})

    assert done["Location"] == f"/admin/users/user/{user.pk}/change/"
    assert not untouched(user)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.subject_id, entry.reason) == (
        ACTS[act],
        operator.pk,
        user.pk,
        "Asked by letter",
    )


@pytest.mark.parametrize("act", ACTS)
def test_staff_without_the_permission_find_no_such_page(act: str) -> None:
    user = person()

    answer = enter(make_staff("FINANCE")).post(page(user, act), {"reason": "Because"})

    assert answer.status_code == 403
    assert untouched(user)


@pytest.mark.parametrize("act", [*ACTS, "staff-roles", "suspend", "reinstate"])
def test_where_an_address_names_nobody_there_is_no_page(act: str) -> None:
    client = enter(make_admin())

    for name in ("abc", "1", str(uuid4())[:-1]):
        for ask in (client.get, client.post):
            assert ask(f"/admin/users/user/{name}/{act}/").status_code in (403, 404)
        assert client.get(f"/admin/users/user/{name}/change/").status_code == 404
        assert client.get(f"/admin/users/staffrole/{name}/edit/").status_code == 404


def test_a_refusal_is_said_on_the_form() -> None:
    colleague = make_staff("SUPPORT")

    answer = enter(make_admin()).post(page(colleague, "erase"), {"reason": "Left us"})

    assert "given up by another operator first" in answer.content.decode()
    assert not Erasure.objects.exists()
    assert not AuditEntry.objects.exists()
