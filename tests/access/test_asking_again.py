"""What is dangerous in the admin asks who it is, when that was shown too long ago (ADR 0085)."""

from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from marketplace.core import desk
from marketplace.core.money import Money
from marketplace.payments.models import PaymentReview, ReviewKind, ReviewStatus
from marketplace.payments.repositories.reviews import open_review
from marketplace.users.models import User
from marketplace.users.tests.factories import make_admin, make_buyer

pytestmark = pytest.mark.django_db
ID = UUID(int=1)
CASE = f"/admin/verification/verificationcase/{ID}"
DANGEROUS = (
    f"/admin/payments/payout/{ID}/approve/",
    f"/admin/payments/payoutfreeze/{ID}/lift/",
    f"/admin/payments/bankaccount/{ID}/clear/",
    f"/admin/payments/riskfinding/{ID}/clear/",
    f"/admin/orders/order/{ID}/refund/",
    # Rules that keep money and people safe: raised first, they would let anything through.
    "/admin/payments/payoutpolicy/add/",
    f"/admin/payments/payoutpolicy/{ID}/change/",
    f"/admin/payments/payoutpolicy/{ID}/delete/",
    "/admin/payments/payoutminimum/add/",
    "/admin/payments/topuplimit/add/",
    "/admin/payments/riskpolicy/add/",
    "/admin/payments/holdinglimit/add/",
    "/admin/payments/commissionrule/add/",
    f"/admin/payments/commissionrule/{ID}/succeed/",
    f"/admin/payments/commissionrule/{ID}/end/",
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


@pytest.mark.parametrize("action", ["refund", "credit", "lift_limit", "close"])
def test_nor_is_money_in_suspense_given_to_anybody_by_one(action: str) -> None:
    with transaction.atomic():
        review_id = open_review(
            kind=ReviewKind.UNMATCHED_CAPTURE,
            subject_id=ID,
            provider="sandbox",
            amount=Money(100, "USD"),
            in_suspense=True,
            note="Nobody's.",
        )
    listing = "/admin/payments/paymentreview/"
    chosen = {"action": action, "_selected_action": str(review_id), "reason": "It was theirs."}
    client = tired(make_admin())

    answers = [client.post(listing, chosen), client.get(f"{listing}{review_id}/assign/")]

    assert [answer["Location"].partition("?")[0] for answer in answers] == [desk.AGAIN_PATH] * 2
    assert PaymentReview.objects.get().status == ReviewStatus.OPEN
