"""Retention: what the platform's own plumbing leaves behind goes after a while."""

from datetime import datetime, timedelta

from django.db import connection

from marketplace.core import clock
from marketplace.core.audit import anchor_audit_log
from marketplace.core.jobs import periodic
from marketplace.core.models import IdempotencyRecord, InboxMessage, OutboxEvent, UploadUsage
from marketplace.core.retention import RetentionRule, register_retention, sweep_retention

BATCH_SIZE = 2000
"""Rows looked at in one statement: locks and write-ahead log stay small beside live traffic."""

PURGE_EVERY_SECONDS = 600.0
PUBLISHED_EVENTS_KEPT = timedelta(days=7)
DEAD_EVENTS_KEPT = timedelta(days=90)
INBOX_KEPT = timedelta(days=120)
"""Longer than any event: a dead one that an operator revives must still find what was done."""
SWEEP_EVERY_SECONDS = 600.0
IDEMPOTENCY_RULE = "core.idempotency_records"
UPLOAD_USAGE_KEPT = timedelta(days=7)


ANCHOR_EVERY_SECONDS = 30.0

periodic(name="core.anchor_audit_log", every_seconds=ANCHOR_EVERY_SECONDS)(anchor_audit_log)


@periodic(name="core.purge_outbox", every_seconds=PURGE_EVERY_SECONDS)
def purge_outbox() -> int:
    """Events that were handed on a week ago, and dead ones nobody asked for in ninety days."""
    now = clock.database_now()
    return _delete(
        OutboxEvent._meta.db_table,
        "published_at < %s OR dead_at < %s",
        [now - PUBLISHED_EVENTS_KEPT, now - DEAD_EVENTS_KEPT],
    )


@periodic(name="core.purge_inbox", every_seconds=PURGE_EVERY_SECONDS)
def purge_inbox() -> int:
    return _delete(
        InboxMessage._meta.db_table, "handled_at < %s", [clock.database_now() - INBOX_KEPT]
    )


@periodic(name="core.sweep_retention", every_seconds=SWEEP_EVERY_SECONDS)
def sweep_due_data() -> int:
    """Whatever is kept no longer, of every service: see ``core.retention``."""
    return sweep_retention()


def purge_idempotency_keys(before: datetime) -> int:
    """After a while a key is new again."""
    return _delete(IdempotencyRecord._meta.db_table, "created_at < %s", [before])


def purge_upload_usage(before: datetime) -> int:
    old = UploadUsage.objects.filter(day__lt=before.date()).order_by("id")[:BATCH_SIZE]
    return UploadUsage.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]


register_retention(
    RetentionRule(
        name=IDEMPOTENCY_RULE,
        title="Answers kept for repeated requests",
        days=30,
        reason="A client that repeats a request after weeks still moves money once.",
        sweep=purge_idempotency_keys,
    )
)
register_retention(
    RetentionRule(
        name="core.uploads",
        title="How much somebody uploaded on a day",
        days=35,
        least_days=2,
        reason="The quota counts the present day; a month shows a pattern.",
        sweep=purge_upload_usage,
    )
)


def _delete(table: str, condition: str, params: list[datetime]) -> int:
    # These tables grow in the order of their ids, so the oldest rows are the first by primary key:
    # no index on a time is needed, and a run that finds nothing looks at one portion only.
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT %s) "  # noqa: S608
            f"AND ({condition})",
            [BATCH_SIZE, *params],
        )
        return int(cursor.rowcount)
