"""Every way from the outbox to the handlers keeps the same promises."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from marketplace.core.db import TransactionMissing
from marketplace.core.events import record, relay
from marketplace.core.events.delivery import Envelope, deliver
from marketplace.core.events.relay import relay_batch, revive_dead
from marketplace.core.events.testing import deliver_all
from marketplace.core.events.testing import pending as pending_envelopes
from marketplace.core.events.transports.in_process import InProcessTransport
from marketplace.core.models import InboxMessage, OutboxEvent
from marketplace.core.tests.events.conftest import (
    Road,
    Tally,
    handled,
    in_threads,
    pending,
    publish,
)
from marketplace.core.tests.events.sample import ThingCounted

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def transport(tally: Tally) -> Iterator[InProcessTransport]:
    with closing(InProcessTransport(threads=1)) as in_process:
        yield in_process


def test_an_event_reaches_its_handler_once(road: Road, tally: Tally) -> None:
    thing = uuid4()
    publish(thing, 1)

    road.until(lambda: handled() == 1)

    assert tally.numbers(thing) == [1]
    assert pending() == 0


def test_events_of_one_key_arrive_in_order(road: Road, tally: Tally) -> None:
    things = [uuid4() for _ in range(5)]
    for number in range(20):
        for thing in things:
            publish(thing, number)

    road.until(lambda: handled() == 100)

    for thing in things:
        assert tally.numbers(thing) == list(range(20))


def test_a_failing_event_holds_back_its_own_key_only_and_goes_on_when_repaired(
    road: Road, tally: Tally
) -> None:
    poisoned, other = uuid4(), uuid4()
    tally.fail_on = {2}
    publish(poisoned, 1, 2, 3)
    publish(other, 10, 11, 12)

    road.until(lambda: handled() >= 4)
    assert tally.numbers(other) == [10, 11, 12]
    assert tally.numbers(poisoned) == [1]

    tally.fail_on = set()
    road.until(lambda: handled() == 6)
    assert tally.numbers(poisoned) == [1, 2, 3]


def test_a_poisoned_event_is_given_up_after_its_attempts_and_its_key_goes_on(
    road: Road, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BACKOFF_SECONDS", (0.01,))
    monkeypatch.setattr(relay, "MAX_ATTEMPTS", 8)
    thing = uuid4()
    tally.fail_on = {2}
    publish(thing, 1, 2, 3)

    road.until(lambda: handled() == 2)

    assert tally.numbers(thing) == [1, 3]
    assert tally.attempts.count(2) == 8


def test_a_rolled_back_command_publishes_nothing(road: Road, tally: Tally) -> None:
    with transaction.atomic():
        record(ThingCounted(thing_id=uuid4(), number=1), key=uuid4())
        transaction.set_rollback(True)

    assert OutboxEvent.objects.count() == 0


def test_recording_outside_a_transaction_is_refused(tally: Tally) -> None:
    with pytest.raises(TransactionMissing):
        record(ThingCounted(thing_id=uuid4(), number=1), key=uuid4())


def test_recording_is_one_statement(tally: Tally, django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        record(ThingCounted(thing_id=uuid4(), number=1), key=uuid4())


def test_a_handler_that_fails_leaves_nothing_behind(tally: Tally) -> None:
    tally.fail_on = {7}
    publish(uuid4(), 7)
    (envelope,) = pending_envelopes()

    with pytest.raises(ValueError, match="poison"):
        deliver(envelope)

    assert InboxMessage.objects.count() == 0
    assert tally.numbers() == []


def test_one_failing_consumer_stops_no_other(tally: Tally) -> None:
    from marketplace.core.events import handles

    seen: list[int] = []

    def break_down(_: ThingCounted) -> None:
        raise RuntimeError("broken")

    handles(ThingCounted, consumer="others.break_down")(break_down)
    handles(ThingCounted, consumer="others.go_on")(lambda event: seen.append(event.number))
    publish(uuid4(), 5)
    (envelope,) = pending_envelopes()

    with pytest.raises(RuntimeError, match="broken"):
        deliver(envelope)

    assert seen == [5]
    assert tally.numbers() == [5]


def test_ten_thousand_events_shuffled_and_tripled_end_in_the_same_state(tally: Tally) -> None:
    seed = random.randrange(10**6)
    things = [uuid4() for _ in range(100)]
    for thing in things:
        publish(thing, *range(100))
    envelopes = pending_envelopes() * 3
    assert len(envelopes) == 30_000
    random.Random(seed).shuffle(envelopes)
    portions = [envelopes[start::4] for start in range(4)]

    def hand_on(portion: list[Envelope]) -> None:
        for envelope in portion:
            deliver(envelope)

    in_threads(*(lambda portion=portion: hand_on(portion) for portion in portions))

    assert handled() == 10_000
    for thing in things:
        assert sorted(tally.numbers(thing)) == list(range(100)), f"seed {seed}"


def test_two_relays_share_the_work_and_keep_the_order_of_each_key(tally: Tally) -> None:
    things = [uuid4() for _ in range(30)]
    for number in range(30):
        for thing in things:
            publish(thing, number)

    def relay_all() -> None:
        with closing(InProcessTransport(threads=2)) as transport:
            while pending():
                relay_batch(transport, size=50)

    in_threads(relay_all, relay_all)

    assert handled() == 900
    for thing in things:
        assert tally.numbers(thing) == list(range(30))


def test_a_relay_killed_in_the_middle_loses_nothing(
    tally: Tally, transport: InProcessTransport
) -> None:
    thing = uuid4()
    publish(thing, 1, 2, 3)

    class Killed(BaseException):
        pass

    class DyingTransport(InProcessTransport):
        def publish(self, envelopes):  # type: ignore[no-untyped-def]
            super().publish(envelopes[:2])
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            raise Killed

    with closing(DyingTransport(threads=1)) as dying, pytest.raises(Killed):
        relay_batch(dying)
    assert pending() == 3

    relay_batch(transport)

    assert tally.numbers(thing) == [1, 2, 3]
    assert pending() == 0


def test_a_lost_database_connection_is_not_the_events_fault(
    tally: Tally, transport: InProcessTransport
) -> None:
    publish(uuid4(), 1)
    pids: list[int] = []
    keep = tally.handle

    def die(event: ThingCounted) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
            if len(pids) == 1:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        keep(event)

    from marketplace.core.events import registry

    (subscription,) = registry.subscriptions("samples.ThingCounted", 1)
    registry._subscriptions["samples.ThingCounted", 1] = [
        registry.Subscription(subscription.consumer, die)
    ]

    assert relay_batch(transport) == 0
    row = OutboxEvent.objects.get()
    assert row.attempts == 0
    assert row.last_error == ""

    assert relay_batch(transport) == 1
    assert tally.numbers() == [1]
    assert len(set(pids)) == 2


def test_a_dead_event_says_why_and_can_be_revived(
    tally: Tally, transport: InProcessTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MAX_ATTEMPTS", 1)
    tally.fail_on = {1}
    publish(uuid4(), 1)

    relay_batch(transport)
    row = OutboxEvent.objects.get()
    assert row.dead_at is not None
    assert row.last_error == "ValueError: number 1 is poison"
    assert relay_batch(transport) == 0

    tally.fail_on = set()
    assert revive_dead(event_ids=[uuid4()]) == 0
    assert revive_dead() == 1
    relay_batch(transport)
    assert tally.numbers() == [1]


def test_an_event_survives_the_journey_unchanged() -> None:
    envelope = Envelope.from_row(
        (uuid4(), uuid4(), "samples.ThingCounted", 1, '{"number": 1, "note": "é"}', "r-1", NOON)
    )

    assert Envelope.from_bytes(envelope.to_bytes()) == envelope


def test_deliver_all_also_delivers_what_handlers_record(tally: Tally) -> None:
    from marketplace.core.events import handles

    def echo(event: ThingCounted) -> None:
        if event.number < 3:
            again = ThingCounted(thing_id=event.thing_id, number=event.number + 1)
            record(again, key=event.thing_id)

    handles(ThingCounted, consumer="samples.echo")(echo)
    publish(uuid4(), 1)

    assert deliver_all() == 3
    assert tally.numbers() == [1, 2, 3]
