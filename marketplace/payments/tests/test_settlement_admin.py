"""An operator enters a settlement from the bank's statement."""

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.core.actor import Role
from marketplace.payments.models import LedgerJournal
from marketplace.payments.tests.factories import make_user

pytestmark = pytest.mark.django_db
STATEMENT = {
    "provider": "sandbox",
    "settlement_id": "set_1",
    "paid": "2500.00",
    "currency": "eur",
    "occurred_at": "2026-01-02T10:00",
    "reason": "Statement of January, line 3",
}


def enter(client: Client, **changes: str) -> str:
    path = reverse("admin:payments_ledgerjournal_enter_settlement")
    return client.post(path, {**STATEMENT, **changes}, follow=True).text


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user(Role.ADMIN))
    return client


def test_it_is_booked_once_with_its_reason(operator: Client) -> None:
    assert "Settlement set_1 was booked." in enter(operator)
    assert "had been booked before" in enter(operator)
    journal = LedgerJournal.objects.get()
    assert journal.metadata["note"] == "Statement of January, line 3"
    assert "was booked with 2500.00 EUR, not 1.00 EUR" in enter(operator, paid="1.00")
    assert LedgerJournal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paid": "0"}, "A settlement is of more than zero."),
        ({"paid": "1.234"}, "EUR has 2 decimal places"),
        ({"occurred_at": "2999-01-01T00:00"}, "In the future."),
        ({"settlement_id": ""}, "This field is required."),
        ({"provider": "nobody"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_booked(
    operator: Client, changes: dict[str, str], words: str
) -> None:
    assert words in enter(operator, **changes)
    assert not LedgerJournal.objects.exists()
