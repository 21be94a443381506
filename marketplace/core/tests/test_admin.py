"""Admin lists stay fast, and what only commands may change cannot be changed there."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from marketplace.core.admin import EXACT_COUNT_UP_TO, EstimatingPaginator, ReadOnlyAdmin
from marketplace.core.models import Heartbeat


@pytest.mark.django_db
def test_a_small_table_is_counted_exactly(django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        Heartbeat.objects.create(name=str(number), every_seconds=1)

    with django_assert_max_num_queries(2):
        assert EstimatingPaginator(Heartbeat.objects.order_by("name"), 50).count == 3


@pytest.mark.django_db(transaction=True)
def test_a_large_table_shows_the_estimate_and_a_filter_stops_counting() -> None:
    rows = EXACT_COUNT_UP_TO + 2_000
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_heartbeat (name, every_seconds, last_error) "
            "SELECT n, 1, '' FROM generate_series(1, %s) n",
            [rows],
        )
        cursor.execute("ANALYZE core_heartbeat")

    assert EstimatingPaginator(Heartbeat.objects.order_by("name"), 50).count == rows
    filtered = Heartbeat.objects.filter(every_seconds=1).order_by("name")
    assert EstimatingPaginator(filtered, 50).count == EXACT_COUNT_UP_TO + 1


class Heartbeats(ReadOnlyAdmin):
    list_filter = ("last_error",)


def offered(page: str = "/") -> tuple[list[str], list[str]]:
    """What the list's filter offers, and which of it is chosen; beside "All"."""
    request = RequestFactory().get(page)
    request.user = AnonymousUser()
    shown = Heartbeats(Heartbeat, admin.site).get_changelist_instance(request)
    choices = list(shown.filter_specs[0].choices(shown))[1:]
    return (
        [choice["display"] for choice in choices],
        [choice["display"] for choice in choices if choice["selected"]],
    )


@pytest.mark.django_db(transaction=True)
def test_a_filter_offers_every_value_of_a_small_table_and_reads_no_large_one() -> None:
    Heartbeat.objects.create(name="now", every_seconds=1, last_error="too_slow")
    with connection.cursor() as cursor:
        # What an earlier test left in the statistics.
        cursor.execute("ANALYZE core_heartbeat")
    assert offered() == (["too slow"], [])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_heartbeat (name, every_seconds, last_error) "
            "SELECT n, 1, CASE WHEN n > 11000 THEN 'gone, \"again\"' ELSE 'late' END "
            "FROM generate_series(1, %s) n",
            [EXACT_COUNT_UP_TO + 2_000],
        )
        cursor.execute("ANALYZE core_heartbeat")

    with CaptureQueriesContext(connection) as captured:
        assert offered() == (['gone, "again"', "late", "too slow"], [])
    assert [query["sql"] for query in captured if "DISTINCT" in query["sql"]] == []
    assert offered("/?last_error=too_slow")[1] == ["too slow"]


def test_nothing_can_be_added_changed_or_deleted_in_a_read_only_page() -> None:
    page = ReadOnlyAdmin(Heartbeat, admin.site)
    request = RequestFactory().get("/")

    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
