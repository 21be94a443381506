"""The pages on which operators set periods and see requests."""

import pytest
from django.test import Client

from marketplace.core.models import AuditEntry, RetentionPolicy
from marketplace.core.retention import kept_for, write_missing_policies
from marketplace.users.tests.factories import make_admin

pytestmark = pytest.mark.django_db
PAGE = "/admin/core/retentionpolicy/users.exports/change/"


@pytest.fixture
def operator() -> Client:
    client = Client()
    staff = make_admin(is_superuser=True)
    client.force_login(staff, backend="marketplace.users.adapter.AccountBackend")
    write_missing_policies()
    return client


def test_an_operator_changes_a_period_and_that_is_audited(operator: Client) -> None:
    assert operator.get(PAGE).status_code == 200
    operator.post(PAGE, {"days": "3", "reason": "People download at once"})

    assert kept_for("users.exports").days == 3
    entry = AuditEntry.objects.get(action="core.change_retention")
    assert (entry.before["days"], entry.after["days"]) == (7, 3)
    assert entry.after["name"] == "users.exports"


def test_a_period_out_of_its_range_is_refused(operator: Client) -> None:
    answer = operator.post(PAGE, {"days": "31", "reason": "x"})

    assert "From 1 to 30 days." in answer.content.decode()
    assert RetentionPolicy.objects.get(pk="users.exports").days == 7
    assert not AuditEntry.objects.filter(action="core.change_retention").exists()
