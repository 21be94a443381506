"""Counting, filtering and searching rows of tables that may have millions."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import get_last_value_from_parameters
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import CharField, IntegerField, Model, Q, QuerySet, TextField, UUIDField
from django.utils.functional import cached_property
from psycopg.sql import SQL, Identifier

EXACT_COUNT_UP_TO = 10_000


class EstimatingPaginator(Paginator):  # type: ignore[type-arg] # not subscriptable at run time
    """Counts exactly while that is cheap.

    An unfiltered large table shows PostgreSQL's estimate; a filtered one stops counting at
    ``EXACT_COUNT_UP_TO``.
    """

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        rows = self.object_list
        if not rows.query.where:
            estimate = _estimated_rows(rows.model._meta.db_table)
            if estimate > EXACT_COUNT_UP_TO:
                return estimate
        return rows.order_by()[: EXACT_COUNT_UP_TO + 1].count()


class SeenValuesFilter(admin.AllValuesFieldListFilter):
    """Offers the values of a column: those of ten thousand rows, and those its statistics know.

    Django's own filter reads the whole table on every page. A value that is rarer than that can
    still be asked for in the page's address.
    """

    def __init__(self, field: Any, *arguments: Any, field_path: str) -> None:
        _, params, _, model_admin = arguments
        self.lookup_kwarg, self.lookup_kwarg_isnull = field_path, f"{field_path}__isnull"
        self.lookup_val = params.get(self.lookup_kwarg)
        self.lookup_val_isnull = get_last_value_from_parameters(params, self.lookup_kwarg_isnull)
        self.empty_value_display = model_admin.get_empty_value_display()
        self.lookup_choices: Any = _seen_values(field.model._meta.db_table, field.column)
        # Past the parent's own, which makes the page's query for nothing.
        admin.FieldListFilter.__init__(self, field, *arguments, field_path)  # type: ignore[call-arg]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": str(choice["display"]).replace("_", " ")}


def with_seen_values(model: type[Model], list_filter: Any) -> list[Any]:
    """Those filters, with :class:`SeenValuesFilter` where Django would read the whole table."""
    return [
        (name, SeenValuesFilter)
        if isinstance(name, str) and _has_any_values(model._meta.get_field(name))
        else name
        for name in list_filter
    ]


def _has_any_values(field: Any) -> bool:
    is_plain = isinstance(field, CharField | TextField | IntegerField)
    return is_plain and not field.choices


def _seen_values(table: str, column: str) -> list[str | None]:
    names = {"table": Identifier(table), "column": Identifier(column)}
    with connection.cursor() as cursor:
        cursor.execute(
            SQL(
                "SELECT {column}::text AS value"
                " FROM (SELECT {column} FROM {table} LIMIT %s) AS part"
                " UNION SELECT unnest(most_common_vals::text::text[]) FROM pg_stats"
                " WHERE schemaname = current_schema() AND tablename = %s AND attname = %s"
                " ORDER BY value"
            ).format(**names),
            [EXACT_COUNT_UP_TO, table, column],
        )
        return [value for (value,) in cursor.fetchall()]


def _estimated_rows(table: str) -> int:
    """What the last ANALYZE or VACUUM saw; -1 when there was none yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table]
        )
        row = cursor.fetchone()
    return int(row[0]) if row else -1


def id_lookup(model: type[Model], search_field: str) -> str:
    """``user__id`` of ``user__id__exact`` or ``=user__id``, where that is an id; "" otherwise."""
    path = search_field.removeprefix("=").removesuffix("__exact")
    if path == search_field:
        return ""
    field: Any = None
    for name in path.split("__"):
        field = model._meta.get_field(name)
        if field.related_model is not None:
            model = field.related_model
            field = model._meta.pk
    return path if isinstance(field, UUIDField) else ""


def of_id(rows: QuerySet[Any], lookups: Sequence[str], term: str) -> QuerySet[Any]:
    """The rows that one of the lookups finds by this id; none where it is no id."""
    try:
        wanted = UUID(term.strip())
    except ValueError:
        return rows.none()
    return rows.filter(Q.create([(lookup, wanted) for lookup in lookups], Q.OR))
