"""What every test that commits relies on: nothing of it is left, and what migrations wrote is."""

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command

from marketplace.core.testing import database
from marketplace.payments.ledger.tests.books import top_up
from marketplace.payments.models import LedgerEntry, LedgerJournal
from marketplace.users.models import User
from marketplace.users.tests.factories import make_user


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "large_bytes", [0, 9_000, 1 << 40], ids=["truncated", "some of each", "deleted"]
)
def test_a_database_is_emptied_whatever_its_tables_have_grown_to(
    large_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LARGE_BYTES", large_bytes)
    of_migrations = set(Permission.objects.values_list("id", "codename"))
    for _ in range(50):
        top_up(make_user().pk, 100)
    Permission.objects.filter(codename="reverse_journal").update(codename="another")

    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)

    assert [model.objects.count() for model in (User, LedgerJournal, LedgerEntry)] == [0, 0, 0]
    assert set(Permission.objects.values_list("id", "codename")) == of_migrations
