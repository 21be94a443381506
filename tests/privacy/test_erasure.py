"""A seller and a buyer with sales in every state that can end are erased: no table names them."""

import pytest
from django.db import connection, transaction

from marketplace.core.events.testing import deliver_all
from marketplace.core.privacy import personal_data
from marketplace.orders.models import Order
from marketplace.orders.tests.factories import Deal
from marketplace.payments.tests.factories import make_bank_account
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.models import Product
from marketplace.products.services import rebuild_catalogue
from marketplace.products.tests.factories import make_product
from marketplace.users.models import PhoneProof, User, UserProfile
from marketplace.users.tests.factories import make_buyer, make_seller
from marketplace.users.tests.phones import prove

pytestmark = pytest.mark.django_db


def tables_with(words: dict[str, str]) -> set[str]:
    """``table: field`` for every word in a row of any table, plain or inside bytes."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text = "\n".join(row for (row,) in cursor.fetchall()).lower()
            found |= {
                f"{table}: {field}"
                for field, word in words.items()
                if word in text or word.encode().hex() in text
            }
    return found


def marked(person: User, who: str) -> dict[str, str]:
    words = {
        f"{who} {field}": f"zq{who}{field}"
        for field in ("email", "first", "last", "bio", "line", "notes")
    }
    User.objects.filter(pk=person.pk).update(
        email=f"{words[f'{who} email']}@example.com",
        first_name=words[f"{who} first"],
        last_name=words[f"{who} last"],
    )
    UserProfile.objects.filter(user=person).update(bio=words[f"{who} bio"])
    return words


def erase(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    for kind in personal_data():
        with transaction.atomic():
            kind.erase(person.pk)
            if kind.retained:
                kind.retained.erase(person.pk)
    deliver_all()


def test_no_table_names_somebody_who_was_erased(provider: FakeProvider) -> None:
    buyer, seller = make_buyer(), make_seller()
    words = {**marked(buyer, "buyer"), **marked(seller, "seller")}
    lamp = make_product(seller=seller, inventory_count=9)
    words["buyer phone"] = "+254712345678"
    words["listing"] = "zqlistingdescription"
    Product.objects.filter(pk=lamp.pk).update(description=words["listing"])
    for status in ("COMPLETED", "CANCELLED"):
        Deal(provider, product=lamp, buyer=buyer).drive_to(status)
    Order.objects.update(
        shipping_address={"line1": words["buyer line"], "country": "KE"},
        notes=words["buyer notes"],
    )
    make_bank_account(seller)
    prove(buyer, words["buyer phone"])
    deliver_all()
    rebuild_catalogue()
    del words["seller notes"], words["seller line"]
    assert {f"users_user: {who} email" for who in ("buyer", "seller")} <= tables_with(words)
    assert {"buyer phone", "listing"} <= {place.split(": ")[1] for place in tables_with(words)}

    erase(buyer)
    erase(seller)

    assert tables_with(words) == set()
    assert not PhoneProof.objects.exists()
