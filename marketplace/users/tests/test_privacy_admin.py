"""The pages on which operators set periods and see requests."""

import pytest
from django.test import Client

from marketplace.core.audit import subject_id_of
from marketplace.core.models import AuditEntry, RetentionPolicy
from marketplace.core.retention import kept_for, write_missing_policies
from marketplace.users.models import PolicyDocument
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
    entry = AuditEntry.objects.get(action="core.change_retentionpolicy")
    assert entry.before == {"name": "users.exports", "days": 7}
    assert entry.after == {"name": "users.exports", "days": 3}
    assert entry.subject_id == subject_id_of("users.exports")
    assert entry.reason == RetentionPolicy.objects.get(pk="users.exports").reason


def test_a_period_out_of_its_range_is_refused(operator: Client) -> None:
    answer = operator.post(PAGE, {"days": "31", "reason": "x"})

    assert "From 1 to 30 days." in answer.content.decode()
    assert RetentionPolicy.objects.get(pk="users.exports").days == 7
    assert not AuditEntry.objects.filter(action="core.change_retentionpolicy").exists()


def test_a_period_is_not_changed_without_a_reason(operator: Client) -> None:
    operator.post(PAGE, {"days": "3", "reason": " "})

    assert RetentionPolicy.objects.get(pk="users.exports").days == 7


def test_a_document_is_published_with_a_reason_that_is_audited(operator: Client) -> None:
    said = {
        "kind": "TERMS",
        "version": "2026-12",
        "url": "https://shop.example/terms",
        "is_required": "on",
        "published_at_0": "2026-12-01",
        "published_at_1": "00:00:00",
    }
    operator.post("/admin/users/policydocument/add/", said)
    assert not PolicyDocument.objects.exists()

    operator.post("/admin/users/policydocument/add/", {**said, "reason": "New fees"})

    document = PolicyDocument.objects.get()
    entry = AuditEntry.objects.get(action="users.add_policydocument")
    assert (entry.subject_id, entry.reason) == (document.pk, "New fees")
    assert entry.after["version"] == "2026-12"
