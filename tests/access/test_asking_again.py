"""What is dangerous in the admin asks who it is, when that was shown too long ago (ADR 0085)."""

from uuid import UUID

import pytest
from django.test import Client

from marketplace.core import desk
from marketplace.users.models import User
from marketplace.users.tests.factories import make_admin, make_buyer

pytestmark = pytest.mark.django_db
ID = UUID(int=1)
CASE = f"/admin/verification/verificationcase/{ID}"
DANGEROUS = (
    f"/admin/payments/payout/{ID}/approve/",
    f"/admin/payments/payoutfreeze/{ID}/lift/",
    f"/admin/payments/bankaccount/{ID}/clear/",
    f"/admin/orders/order/{ID}/refund/",
    # Rules that keep money and people safe: raised first, they would let anything through.
    "/admin/payments/payoutpolicy/add/",
    f"/admin/payments/payoutpolicy/{ID}/change/",
    f"/admin/payments/payoutpolicy/{ID}/delete/",
    "/admin/payments/payoutminimum/add/",
    "/admin/payments/topuplimit/add/",
    "/admin/payments/holdinglimit/add/",
    "/admin/orders/escrowpolicy/add/",
    "/admin/orders/tradinglimit/add/",
    f"/admin/verification/verificationpolicy/{ID}/change/",
    "/admin/core/retentionpolicy/users.sign_ins/change/",
    "/admin/payments/reconciliationitem/1/write-off/",
    "/admin/payments/currencyexchange/exchange/",
    f"/admin/users/user/{ID}/staff-roles/",
    f"/admin/users/user/{ID}/reset-factors/",
    f"/admin/users/user/{ID}/export/",
    f"/admin/users/user/{ID}/erase/",
    "/admin/users/staffrole/create/",
    f"/admin/users/staffrole/{ID}/edit/",
    f"{CASE}/change/",
    f"{CASE}/documents/{ID}/0/",
)


def tired(user: User) -> Client:
    """A session at the desk whose proof is too old for what is dangerous."""
    client = Client()
    client.force_login(user, backend="marketplace.users.adapter.AccountBackend")
    session = client.session
    session[desk.PROVED] -= 16 * 60
    session.save()
    return client


@pytest.mark.parametrize("address", DANGEROUS)
def test_it_is_asked_for_and_one_comes_back(address: str) -> None:
    answer = tired(make_admin()).get(address)

    assert answer.status_code == 302
    assert answer["Location"] == f"{desk.AGAIN_PATH}?next={address.replace('/', '%2F')}"


def test_who_has_just_shown_it_is_not_asked() -> None:
    client = Client()
    client.force_login(make_admin(), backend="marketplace.users.adapter.AccountBackend")

    answers = [client.get(address) for address in DANGEROUS]

    assert [a for a in answers if desk.AGAIN_PATH in a.headers.get("Location", "")] == []


def test_a_role_is_not_given_by_a_form_that_is_too_old() -> None:
    user = make_buyer()

    answer = tired(make_admin()).post(
        f"/admin/users/user/{user.pk}/staff-roles/", {"roles": ["SUPPORT"], "reason": "Joined."}
    )

    assert answer["Location"].startswith(desk.AGAIN_PATH)
    assert not user.groups.exists()


def test_nor_is_a_case_decided_by_one() -> None:
    answer = tired(make_admin()).post(f"{CASE}/do/approve/", {})

    assert answer["Location"] == f"{desk.AGAIN_PATH}?next={CASE.replace('/', '%2F')}%2Fchange%2F"
