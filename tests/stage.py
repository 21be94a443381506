"""A small marketplace with something in every state: the setting of tests over the whole API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from rest_framework.test import APIClient

from marketplace.config.staff_roles import ROLES
from marketplace.core.events.testing import deliver_all
from marketplace.core.models import AuditEntry
from marketplace.core.money import Money
from marketplace.logistics.models import Shipment
from marketplace.orders.tests.factories import Deal
from marketplace.payments.tests.factories import make_bank_account, start_top_up, withdraw_approved
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.services import add_image, approve_product
from marketplace.products.tests.factories import make_category, make_product
from marketplace.products.tests.images import picture
from marketplace.users.models import SignIn, User
from marketplace.users.services import add_address, request_export, write_exports
from marketplace.users.tests.factories import (
    PASSWORD,
    actor,
    authorized_client,
    make_admin,
    make_buyer,
    make_seller,
    make_staff,
)
from marketplace.users.verification.tests.factories import draft

__all__ = ["PASSWORD", "STAFF", "Stage", "set_stage", "undone"]

STAFF = {letter: name.lower() for letter, (name, _) in ROLES.items()}
"""Who of the stage has which staff role and nothing else, by the letter of staff_roles.py."""


@dataclass
class Stage:
    """``ids`` fills in addresses: ``paid`` is an order that waits for its seller, and so on."""

    people: dict[str, User]
    ids: dict[str, str] = field(default_factory=dict)
    _clients: dict[str, APIClient] = field(default_factory=dict)

    def client(self, who: str) -> APIClient:
        if who == "anonymous":
            return APIClient()
        return self._clients[who]

    def headers(self, who: str) -> dict[str, str]:
        """What a client of another make has to send to be this person."""
        # The test client keeps its headers to itself.
        credentials = self.client(who)._credentials  # type: ignore[attr-defined]
        return {"Authorization": credentials["HTTP_AUTHORIZATION"]}

    def __post_init__(self) -> None:
        for who, person in self.people.items():
            if who not in self._clients:
                self._clients[who] = authorized_client(person)


def set_stage(provider: FakeProvider) -> Stage:
    buyer, seller = make_buyer(), make_seller()
    stage = Stage(
        {
            "buyer": buyer,
            "seller": seller,
            "other_buyer": make_buyer(),
            "other_seller": make_seller(),
            "operator": make_admin(),
            **{who: make_staff(who.upper()) for who in STAFF.values()},
        }
    )
    category = make_category("Lamps")
    lamp = make_product(seller=seller, categories=[category], inventory_count=100)
    for name, status in (
        ("placed", "PENDING_PAYMENT"),
        ("paid", "PAYMENT_RECEIVED"),
        ("asked", "PAYMENT_RECEIVED"),
        ("accepted", "PROCESSING"),
        ("shipped", "SHIPPED"),
        ("delivered", "DELIVERED"),
        ("completed", "COMPLETED"),
    ):
        deal = Deal(provider, product=lamp, buyer=buyer).drive_to(status)
        stage.ids[name] = str(deal.id)
        if name == "asked":
            deal.ask_to_cancel()
        if name == "shipped":
            stage.ids["shipment"] = str(Shipment.objects.get(order_id=deal.id).id)
            stage.ids["payment"] = str(deal.payment.id)
    stage.ids["product"] = str(lamp.pk)
    stage.ids["category"] = str(category.pk)
    for name, status in (("draft", "DRAFT"), ("under_review", "UNDER_REVIEW")):
        stage.ids[name] = str(make_product(seller=seller, status=status).pk)
    reviewed = make_product(seller=seller, status="UNDER_REVIEW")
    approve_product(
        product_id=reviewed.pk, actor=actor(stage.people["operator"]), reason="As described."
    )
    stage.ids["audit_entry"] = str(AuditEntry.objects.get(subject_id=reviewed.pk).pk)
    pictured = add_image(
        product_id=lamp.pk, actor=actor(seller), data=picture(size=(64, 48))
    ).images
    stage.ids["image"] = str(pictured[0]["id"])
    stage.ids["top_up"] = str(start_top_up(buyer).id)
    bank_account = make_bank_account(seller)
    stage.ids["bank_account"] = str(bank_account.id)
    withdrawal = withdraw_approved(
        actor=actor(seller),
        amount=Money(100, "EUR"),
        bank_account_id=bank_account.id,
        idempotency_key="of the stage",
    )
    stage.ids["withdrawal"] = str(withdrawal.id)
    stage.ids["user"] = str(seller.pk)
    stage.ids["export"] = str(request_export(user_id=buyer.pk, actor=actor(buyer)).id)
    write_exports()
    place = {"recipient": "Buyer", "line1": "1 Market Street", "city": "Nairobi", "country": "KE"}
    stage.ids["address"] = str(add_address(user_id=buyer.pk, address=place).id)
    stage.ids["session"] = str(SignIn.objects.get(user=buyer).pk)
    verification = draft(buyer)
    stage.ids["verification"] = str(verification.id)
    stage.ids["verification_document"] = str(verification.documents[0].id)
    deliver_all()
    return stage


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is rolled back, and to the commands it does not look like an open
    transaction."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)
