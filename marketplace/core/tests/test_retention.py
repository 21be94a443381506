"""What the plumbing leaves behind goes, and nothing that is still needed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from marketplace.core import clock
from marketplace.core.jobs import registered_jobs
from marketplace.core.models import InboxMessage, OutboxEvent
from marketplace.core.tasks import purge_inbox, purge_outbox

pytestmark = pytest.mark.django_db


def an_event(name: str, **fields: Any) -> None:
    OutboxEvent.objects.create(
        event_id=uuid4(),
        key=uuid4(),
        type=name,
        version=1,
        payload={},
        occurred_at=clock.now() - timedelta(days=365),
        **fields,
    )


def test_events_go_a_week_after_they_were_handed_on() -> None:
    now = clock.now()
    an_event("published long ago", published_at=now - timedelta(days=8))
    an_event("published lately", published_at=now - timedelta(days=6))
    an_event("never published")
    an_event("dead lately", dead_at=now - timedelta(days=80))
    an_event("dead long ago", dead_at=now - timedelta(days=91))

    assert purge_outbox() == 2
    left = set(OutboxEvent.objects.values_list("type", flat=True))
    assert left == {"published lately", "never published", "dead lately"}
    assert purge_outbox() == 0


def test_inbox_rows_outlive_any_event() -> None:
    now = clock.now()
    for age in (119, 121):
        InboxMessage.objects.create(
            consumer="a.b", event_id=uuid4(), handled_at=now - timedelta(days=age)
        )

    assert purge_inbox() == 1
    assert InboxMessage.objects.get().handled_at > now - timedelta(days=120)


def test_the_purges_are_registered_jobs() -> None:
    assert {
        "core.purge_outbox",
        "core.purge_inbox",
        "core.sweep_retention",
    } <= set(registered_jobs())
