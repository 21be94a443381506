"""Every page of the admin, every staff role: who sees it, and who may do what there.

Expected is the one readable table of marketplace/config/staff_roles.py; observed is the admin.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from marketplace.config.staff_roles import ACTS, PAGES, ROLES
from marketplace.core.testing import figures
from marketplace.payments.models import Payment
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from marketplace.users.tests.factories import make_staff
from tests.stage import set_stage

BACKEND = "marketplace.users.adapter.AccountBackend"

# What each button of a page needs; an action without a row fails.
ACTIONS: Mapping[str, Mapping[str, str]] = {
    "orders.order": {
        "record_delivery": "orders.record_delivery",
        "cancel_order": "orders.cancel_order",
        "refund_order": "orders.refund_order",
    },
    "payments.bankaccount": {"clear": "payments.clear_bank_account"},
    "payments.commissionrule": {
        "explain": "payments.view_commissionrule",
        "report": "payments.view_commissionrule",
        "end": "payments.edit_commission_rule",
        "succeed": "payments.edit_commission_rule",
    },
    "payments.currencyexchange": dict.fromkeys(
        ("reverse", "exchange"), "payments.exchange_currency"
    ),
    "payments.itemresolution": dict.fromkeys(("agree", "reject"), "payments.resolve_item"),
    "payments.ledgerjournal": {
        "enter_settlement": "payments.enter_settlement",
        "reverse": "payments.reverse_journal",
    },
    "payments.paymentreview": dict.fromkeys(
        ("refund", "credit", "lift_limit", "close", "assign"), "payments.resolve_review"
    ),
    "payments.payout": dict.fromkeys(("approve", "reject"), "payments.approve_payout"),
    "payments.payoutfreeze": {
        "freeze": "payments.freeze_payouts",
        "lift": "payments.lift_payout_freeze",
    },
    "payments.providerreport": dict.fromkeys(("read_now", "import_file"), "payments.import_report"),
    "payments.providerwebhook": {"reprocess": "payments.reprocess_webhook"},
    "payments.reconciliationitem": dict.fromkeys(
        ("ask", "to_suspense", "write_off", "explain"), "payments.resolve_item"
    ),
    "payments.riskfinding": dict.fromkeys(
        ("clear", "clear_chosen", "confirm", "reopen"), "payments.decide_finding"
    ),
    "payments.wallet": {
        "suspend": "payments.suspend_wallet",
        "reinstate": "payments.suspend_wallet",
        "write_off": "payments.write_off_receivable",
    },
    "products.product": {
        "approve": "products.review_product",
        "reject": "products.review_product",
        "feature": "products.feature_product",
        "unfeature": "products.feature_product",
    },
    "users.user": dict.fromkeys(
        ("suspend_chosen", "reinstate_chosen", "suspend_one", "reinstate_one"),
        "users.suspend_user",
    )
    | {
        "staff_roles": "users.assign_staff_role",
        "reset_factors": "users.reset_second_factors",
        "export_data": "users.export_user",
        "erase": "users.erase_user",
    },
    "users.userprofile": dict.fromkeys(("feature", "unfeature"), "users.feature_seller"),
    "users.staffrole": dict.fromkeys(("create", "edit"), "users.edit_staff_role"),
    "verification.verificationcase": {"review_oldest": "verification.review_verification"},
}
# Beside the permission these want an object in the right state, of which the stage has none.
NEEDS_OBJECT = {("payments.paymentreview", "assign"), ("payments.ledgerjournal", "reverse")}


def pages() -> Iterator[tuple[str, type[models.Model], Any]]:
    for model, page in sorted(admin.site._registry.items(), key=lambda one: str(one[0]._meta)):
        yield model._meta.label_lower, model, page


def buttons(page: Any) -> set[str]:
    names = {*(page.actions or ()), *page.actions_list, *page.actions_detail, *page.actions_row}
    return {name if isinstance(name, str) else name.__name__ for name in names}


def holds(letter: str, permission: str) -> bool:
    app, _, codename = permission.partition(".")
    if codename.startswith("view_") and permission not in ACTS:
        return letter in PAGES[f"{app}.{codename.removeprefix('view_')}"]
    return letter in ACTS[permission]


def test_every_button_has_a_row() -> None:
    found = {(label, name) for label, _, page in pages() for name in buttons(page)}
    rows = {(label, name) for label, names in ACTIONS.items() for name in names}
    assert found - rows == set(), "say in ACTIONS what the button needs"
    assert rows - found == set(), "rows of buttons that are gone"


# The papers by which people prove who they are: a reviewer's alone.
SEALED = ["verification.verificationcase"]


def test_the_auditor_sees_every_page_and_does_nothing() -> None:
    assert [page for page, letters in PAGES.items() if "A" not in letters] == SEALED
    assert [act for act, letters in ACTS.items() if "A" in letters and ".view_" not in act] == []


@pytest.fixture
def staff() -> dict[str, User]:
    return {letter: make_staff(name) for letter, (name, _) in ROLES.items()}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.django_db
def test_every_role_sees_its_pages_and_no_others(
    provider: FakeProvider, staff: dict[str, User]
) -> None:
    set_stage(provider)
    surprises, asked = [], 0
    for letter, user in staff.items():
        client = client_of(user)
        for label, model, _ in pages():
            expected = 200 if letter in PAGES[label] else 403
            listing = reverse(f"admin:{label.replace('.', '_')}_changelist")
            addresses = [listing]
            if row := model._default_manager.first():
                addresses.append(f"{listing}{quote(row.pk)}/change/")
            for address in addresses:
                asked += 1
                if (status := client.get(address).status_code) != expected:
                    surprises.append(f"{ROLES[letter][0]} {address}: {status}, not {expected}")
    figures.publish("admin pages by staff role", asked=asked, unexpected=len(surprises))
    assert not surprises, "\n".join(surprises)


@pytest.mark.django_db
def test_every_role_has_its_buttons_and_no_others(staff: dict[str, User]) -> None:
    surprises, asked = [], 0
    for letter, user in staff.items():
        client, request = client_of(user), RequestFactory().get("/admin/")
        request.user = user
        for label, model, page in pages():
            in_lists = set(page.get_actions(request)) - {"delete_selected"}
            for name, permission in ACTIONS.get(label, {}).items():
                asked += 1
                may = holds(letter, permission)
                if name in (page.actions or ()):
                    got = name in in_lists
                elif may and (label, name) in NEEDS_OBJECT:
                    continue
                else:
                    got = _opens(client, label, model, page, name)
                if got != may:
                    surprises.append(f"{ROLES[letter][0]} {label} {name}: {got}, not {may}")
    figures.publish("admin actions by staff role", asked=asked, unexpected=len(surprises))
    assert not surprises, "\n".join(surprises)


def _opens(client: Client, label: str, model: type[models.Model], page: Any, name: str) -> bool:
    """Whether the action's own address lets this person in; the object need not exist."""
    is_uuid = isinstance(model._meta.pk, models.UUIDField)
    wanted = [UUID(int=1) if is_uuid else 1] if name in page.actions_detail else []
    address = reverse(f"admin:{label.replace('.', '_')}_{name}", args=wanted)
    return client.get(address).status_code != 403


@pytest.mark.django_db
def test_support_sees_a_payment_and_not_its_journals(
    provider: FakeProvider, staff: dict[str, User]
) -> None:
    set_stage(provider)
    payment = Payment.objects.filter(escrow_status="IN_ESCROW").first()
    assert payment is not None
    address = reverse("admin:payments_payment_change", args=[payment.pk])
    shown = {letter: client_of(staff[letter]).get(address).content.decode() for letter in "SF"}
    assert "/admin/payments/ledgerjournal/" in shown["F"]
    assert "/admin/payments/ledgerjournal/" not in shown["S"]
