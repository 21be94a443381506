"""Every registered kind of personal data, against people with a full history."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from marketplace.core.privacy import personal_data
from marketplace.orders.models import Order, OrderEvent
from marketplace.payments.models import BankAccount
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from tests.stage import Stage, set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(provider: FakeProvider) -> Stage:
    return set_stage(provider)


@pytest.fixture
def as_runtime_role(stage: Stage) -> Iterator[None]:
    call_command("grant_app_role", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE fairhold_app")
        yield
        cursor.execute("RESET ROLE")


def test_every_kind_is_exported_in_a_few_queries(
    stage: Stage, django_assert_max_num_queries: object
) -> None:
    for who in ("buyer", "seller"):
        for kind in personal_data():
            with django_assert_max_num_queries(10):  # type: ignore[operator]
                kind.export(stage.people[who].pk)


@pytest.mark.usefixtures("as_runtime_role")
def test_the_runtime_role_may_erase_every_kind_and_twice_changes_nothing_more(
    stage: Stage,
) -> None:
    for who in ("buyer", "seller"):
        person = stage.people[who]
        User.objects.filter(pk=person.pk).update(is_active=False)
        for kind in personal_data():
            with transaction.atomic():
                kind.erase(person.pk)
                kind.erase(person.pk)
                if kind.retained:
                    kind.retained.erase(person.pk)
        buried = User.objects.get(pk=person.pk)
        assert buried.email.endswith("@erased.invalid")
        assert not BankAccount.objects.filter(user_id=person.pk).exclude(number_encrypted=b"")
    said = OrderEvent.objects.filter(actor=f"user:{stage.people['buyer'].pk}").exclude(note="")
    assert not said.exists()
    address = Order.objects.get(pk=stage.ids["completed"]).shipping_address
    assert address["recipient"] == "Former member"
    assert address["country"] != ""
    assert [address[name] for name in ("line1", "city", "postal_code")] == [""] * 3


@pytest.mark.usefixtures("as_runtime_role")
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT orders_unsay('{buyer}'::uuid)",
        "SELECT payments_forget_bank_accounts(array['{bank_account}'::uuid])",
    ],
)
def test_nobody_is_erased_whose_account_is_open(stage: Stage, statement: str) -> None:
    ids = {**stage.ids, "buyer": str(stage.people["buyer"].pk)}
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(**ids))


def test_nobody_goes_who_owes_or_is_owed(stage: Stage) -> None:
    def codes(who: str) -> set[str]:
        person = stage.people[who]
        return {each.code for kind in personal_data() for each in kind.obstacles(person.pk)}

    assert {"open_orders", "money_in_wallet", "money_under_way"} <= codes("seller")
    assert codes("operator") == {"is_staff"}
    assert codes("other_buyer") == set()
