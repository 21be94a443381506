"""Admin lists stay fast, and what only commands may change cannot be changed there."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory

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


def test_nothing_can_be_added_changed_or_deleted_in_a_read_only_page() -> None:
    page = ReadOnlyAdmin(Heartbeat, admin.site)
    request = RequestFactory().get("/")

    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
