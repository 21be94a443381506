"""The audit log through the API: all of it for auditors, nothing of it for anybody else."""

import json
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.config.staff_roles import ROLES
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import list_audit_entries, record_action
from marketplace.core.audit.reading import PERMISSION
from marketplace.core.models import AuditEntry, AuditLink
from marketplace.users.services import suspend_user
from marketplace.users.tests.factories import (
    actor,
    authorized_client,
    make_admin,
    make_buyer,
    make_staff,
)

LOG = "/api/v1/audit-log/"
AUDITOR = Actor.user(uuid4(), permissions=[PERMISSION])


def write(**changes: Any) -> str:
    """An entry of the log, by its id."""
    values: dict[str, Any] = {
        "actor": Actor.user(uuid4()),
        "action": "users.suspend_user",
        "subject_type": "users.user",
        "subject_id": uuid4(),
        "reason": "Sold the same lamp twice.",
        "before": {"suspended": False},
        "after": {"suspended": True},
        **changes,
    }
    with transaction.atomic():
        return str(record_action(**values))


def found(client: APIClient, **filters: Any) -> list[str]:
    answer = client.get(LOG, filters)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.fixture
def auditor(db: None) -> APIClient:
    return authorized_client(make_staff("AUDITOR"))


@pytest.mark.django_db(transaction=True)
def test_an_auditor_reads_what_was_done_and_where_it_stands_in_the_chain() -> None:
    auditor = authorized_client(make_staff("AUDITOR"))
    operator, person = make_admin(), make_buyer()
    suspend_user(user_id=person.pk, actor=actor(operator), reason="Sold the same lamp twice.")

    (row,) = auditor.get(LOG).json()["results"]

    link = AuditLink.objects.get(entry_id=row["id"])
    entry = AuditEntry.objects.get()
    assert row == {
        "id": str(entry.pk),
        "occurred_at": entry.occurred_at.astimezone(UTC).isoformat(),
        "actor_id": str(operator.pk),
        "actor_name": "",
        "action": "users.suspend_user",
        "subject_type": "users.user",
        "subject_id": str(person.pk),
        "reason": "Sold the same lamp twice.",
        "before": entry.before,
        "after": entry.after,
        "request_id": entry.request_id,
        "number": link.number,
        "hash": bytes(link.hash).hex(),
    }
    assert auditor.get(f"{LOG}{row['id']}/").json() == row


def test_each_filter_leaves_what_fits_it(auditor: APIClient) -> None:
    by, about = Actor.user(uuid4()), uuid4()
    other = write()
    lifted = write(actor=by, action="users.reinstate_user")
    told = write(actor=by, subject_id=about)

    assert found(auditor) == [told, lifted, other]
    assert found(auditor, actor_id=by.user_id) == [told, lifted]
    assert found(auditor, action="users.reinstate_user") == [lifted]
    assert found(auditor, subject_id=about) == [told]
    assert found(auditor, actor_id=by.user_id, action="users.suspend_user") == [told]
    assert found(auditor, subject_id=uuid4()) == []
    assert found(auditor, action="users.suspend") == []


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(auditor: APIClient) -> None:
    first, second, third = (write() for _ in range(3))
    at = AuditEntry.objects.get(pk=second).occurred_at
    end = AuditEntry.objects.get(pk=third).occurred_at

    assert found(auditor, occurred_from=at.isoformat()) == [third, second]
    assert found(auditor, occurred_before=at.isoformat()) == [first]
    assert found(auditor, occurred_from=at.isoformat(), occurred_before=end.isoformat()) == [second]
    assert found(auditor, occurred_from="0001-01-01T00:00:00Z") == [third, second, first]
    assert found(auditor, occurred_from="9999-12-31T23:59:59Z") == []
    assert found(auditor, occurred_before="9999-12-31T23:59:59Z") == [third, second, first]


def test_every_entry_comes_once_though_more_are_written_meanwhile(auditor: APIClient) -> None:
    made = [write() for _ in range(7)]
    seen: list[str] = []
    address = f"{LOG}?page_size=3"
    while address:
        page = auditor.get(address).json()
        seen += [row["id"] for row in page["results"]]
        write()
        address = page["next"]

    assert seen == made[::-1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted({name for name, _ in ROLES.values()} - {"AUDITOR"}))
def test_no_other_staff_role_reads_it(name: str) -> None:
    client = authorized_client(make_staff(name))
    refused = [client.get(address) for address in (LOG, f"{LOG}{write()}/", f"{LOG}{uuid4()}/")]

    assert [answer.json()["code"] for answer in refused] == ["forbidden"] * 3


@pytest.mark.django_db
def test_it_is_read_as_long_as_the_role_is_held() -> None:
    somebody = make_staff("AUDITOR")
    client = authorized_client(somebody)
    before = client.get(LOG).status_code
    somebody.groups.clear()

    assert (before, client.get(LOG).status_code) == (200, 403)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"actor_id": "me"}, "actor_id"),
        ({"subject_id": "7"}, "subject_id"),
        ({"action": "x" * 101}, "action"),
        ({"occurred_from": "yesterday"}, "occurred_from"),
        ({"occurred_from": "2026-02-01", "occurred_before": "2026-01-01"}, "occurred_before"),
        ({"subject": "users.user"}, "subject"),
        ({"page_size": "0"}, "page_size"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    auditor: APIClient, query: dict[str, str], field: str
) -> None:
    answer = auditor.get(LOG, query)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


def test_what_is_not_there_is_not_found(auditor: APIClient) -> None:
    assert auditor.get(f"{LOG}{uuid4()}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_it(auditor: APIClient, method: str) -> None:
    entry = write()

    answers = [getattr(auditor, method)(address) for address in (LOG, f"{LOG}{entry}/")]

    assert [answer.status_code for answer in answers] == [405, 405]
    assert AuditEntry.objects.count() == 1


def test_fifty_rows_cost_as_many_queries_as_one(auditor: APIClient) -> None:
    counts = []
    for more in (1, 49):
        for _ in range(more):
            write()
        with CaptureQueriesContext(connection) as queries:
            auditor.get(f"{LOG}?page_size=50")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 4


@pytest.mark.django_db
def test_a_page_of_a_long_log_is_found_by_an_index() -> None:
    with connection.cursor() as cursor:
        # An entry an hour up to now, by 7 people, in 5 ways, about 400 things.
        cursor.execute(
            "INSERT INTO core_audit_entry "
            "SELECT uuidv7(at - now()), lpad(to_hex(n % 7), 32, '0')::uuid, '', "
            "'app.act_' || n % 5, 'app.thing', lpad(to_hex(n % 400), 32, '0')::uuid, '', "
            "'{}', '{}', '', at, '' "
            "FROM generate_series(0, 19999) n, "
            "LATERAL (SELECT now() - make_interval(hours => n) AS at) moment"
        )
        cursor.execute("ANALYZE core_audit_entry")
    long_ago = clock.now() - timedelta(hours=15_000)
    asked: list[dict[str, Any]] = [
        {},
        {"actor_id": UUID(int=3)},
        {"action": "app.act_4"},
        {"subject_id": UUID(int=399)},
        {"occurred_before": long_ago},
        {"occurred_before": long_ago, "actor_id": UUID(int=3), "action": "app.act_4"},
        {"occurred_from": long_ago, "subject_id": UUID(int=399)},
    ]
    for filters in asked:
        page = list_audit_entries(actor=AUDITOR, **filters).order_by("-id")[:20]

        (plan,) = json.loads(page.explain(analyze=True, format="json"))

        assert len(page) == 20
        assert max(work(plan["Plan"])) < 1000, filters


def work(node: dict[str, Any]) -> list[int]:
    """How many rows each step of a plan looked at."""
    looked_at = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return [looked_at, *(rows for below in node.get("Plans", ()) for rows in work(below))]
