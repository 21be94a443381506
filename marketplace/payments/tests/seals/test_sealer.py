"""The sealer takes every event and journal once, in whatever order transactions end."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.ids import new_id
from marketplace.payments.ledger.tests.books import hold, let_the_horizon_pass, release, top_up
from marketplace.payments.models import LedgerJournal, PaymentEvent, Seal, SealLeaf
from marketplace.payments.queries import get_payment_proof
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.seals import sealer
from marketplace.payments.seals.headers import new_seal
from marketplace.payments.seals.lag import check_lag
from marketplace.payments.seals.merkle import root_of
from marketplace.payments.seals.sealer import BooksFromElsewhere, seal_events
from marketplace.payments.streams import facts
from marketplace.payments.tests.factories import Sale, actor_for, make_sale
from marketplace.payments.tests.seals.books import seal_all
from marketplace.payments.verify.checks import verify

pytestmark = pytest.mark.django_db(transaction=True)


def everything_once() -> None:
    """Each event and journal has one leaf; seals and positions run without a gap."""
    events = set(PaymentEvent.objects.values_list("stream_id", "version"))
    journals = {(key, 0) for key in LedgerJournal.objects.values_list("id", flat=True)}
    leaves = list(SealLeaf.objects.order_by("position"))
    assert {(leaf.subject_id, leaf.version) for leaf in leaves} == events | journals
    assert [leaf.position for leaf in leaves] == list(range(len(leaves)))
    position, head = 0, bytes(32)
    for number, seal in enumerate(Seal.objects.order_by("number"), start=1):
        assert (seal.number, seal.first_position) == (number, position)
        assert bytes(seal.previous_hash) == head
        batch = leaves[position : position + seal.leaf_count]
        assert root_of([bytes(leaf.hash) for leaf in batch]) == bytes(seal.root)
        position, head = seal.next_position, bytes(seal.hash)
    assert position == len(leaves)


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], object]], object]]:
    """Runs something on a second connection, while this one's transaction stays open."""
    with ThreadPoolExecutor(1) as pool:

        def run(work: Callable[[], object]) -> object:
            return pool.submit(work).result(60)

        yield run
        pool.submit(connections.close_all).result(10)


def test_seals_events_and_journals_together() -> None:
    make_sale()
    hold(new_id(), 500)
    assert seal_all() == 2
    everything_once()
    assert sorted(SealLeaf.objects.values_list("kind", flat=True)) == ["event", "journal"]


def test_an_empty_batch_makes_no_seal() -> None:
    assert seal_events() == 0
    assert not Seal.objects.exists()


def test_many_leaves_are_sealed_in_bounded_batches() -> None:
    for n in range(23):
        top_up(new_id(), n + 1)
    assert seal_all(limit=5) == 23
    assert list(Seal.objects.order_by("number").values_list("leaf_count", flat=True)) == [5] * 4 + [
        3
    ]
    everything_once()


def test_one_transaction_of_many_rows_is_cut_and_continued() -> None:
    with transaction.atomic():
        for n in range(7):
            make_sale()
            hold(new_id(), n + 1)
    assert seal_all(limit=4) == 14
    everything_once()


def test_a_transaction_that_began_first_and_ends_last_is_sealed(
    elsewhere: Callable[[Callable[[], object]], object],
) -> None:
    """An id drawn early becomes visible late: 'id greater than the last' would skip it for ever."""
    hold(new_id(), 50)  # opens the provider's account, which others then need not wait for
    seal_all()
    with transaction.atomic():
        early = hold(new_id(), 100)
        elsewhere(lambda: hold(new_id(), 200))
        # The younger one is finished, and still waits: the older one may yet end.
        assert elsewhere(seal_events) == 0
    late = hold(new_id(), 300)
    assert seal_all() == 3
    everything_once()
    order = list(SealLeaf.objects.order_by("position").values_list("subject_id", flat=True))
    assert (order[1], order[-1]) == (early.id, late.id)


def test_a_version_written_by_an_older_transaction_than_the_one_before_it(
    elsewhere: Callable[[Callable[[], object]], object],
) -> None:
    """The older transaction waits for the stream and writes version 2; limit 1 parts the two."""
    sale = make_sale()
    seal_all()

    def next_version() -> None:
        with transaction.atomic():
            add_fact(sale)

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")  # older …
        elsewhere(next_version)
        add_fact(sale)  # … and later
    third, second = PaymentEvent.objects.order_by("-version")[:2]
    assert third.xact_id < second.xact_id
    assert seal_all(limit=1) == 2
    everything_once()


def add_fact(sale: Sale) -> None:
    append_to_payment(
        payment=sale.payment,
        payment_id=sale.payment_id,
        facts_to_add=[facts.PaymentVoided()],
        actor=Actor.system("test"),
    )


def test_two_sealers_at_once_seal_everything_once() -> None:
    for n in range(40):
        top_up(new_id(), n + 1)
    barrier = threading.Barrier(4)

    def run() -> int:
        barrier.wait(30)
        try:
            return sum(seal_events(limit=3) for _ in range(15))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sealed = sum(f.result(60) for f in [pool.submit(run) for _ in range(4)])
    assert sealed + seal_all() == 40
    everything_once()


def test_a_crash_in_the_middle_leaves_nothing_and_the_next_run_seals_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hold(new_id(), 100)
    with monkeypatch.context() as patch:

        def crash(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(SealLeaf.objects, "bulk_create", crash)
        let_the_horizon_pass()
        with pytest.raises(KeyboardInterrupt):
            seal_events()
    assert (Seal.objects.count(), SealLeaf.objects.count()) == (0, 0)
    assert seal_all() == 1
    everything_once()


def test_what_a_rollback_took_back_is_not_missed() -> None:
    with transaction.atomic():
        hold(new_id(), 100)
        transaction.set_rollback(True)
    hold(new_id(), 200)
    assert seal_all() == 1
    everything_once()


def test_nobody_who_posts_waits_for_a_seal(
    elsewhere: Callable[[Callable[[], object]], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = new_id()
    hold(order_id, 1_000)
    seal_all()
    hold(order_id, 500, key="more")
    original = new_seal

    def posting_meanwhile(**arguments: object) -> object:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
        elsewhere(lambda: release(order_id, new_id(), gross=500, commission=50, tax=0))
        return original(**arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(sealer, "new_seal", posting_meanwhile)
        let_the_horizon_pass()
        assert seal_events() == 1
    assert seal_all() == 1
    everything_once()


def test_refuses_to_run_inside_a_transaction() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        seal_events()


def test_books_restored_into_another_cluster_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    hold(new_id(), 100)
    seal_all()
    monkeypatch.setattr(sealer, "HORIZON", "SELECT '5'")
    with pytest.raises(BooksFromElsewhere, match="Restoring"):
        seal_events()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_seal SET root = previous_hash",
        "DELETE FROM payments_seal_leaf",
        "TRUNCATE payments_seal",
        "UPDATE payments_seal_leaf SET salt = hash",
        (
            "INSERT INTO payments_seal SELECT number + 5, first_position + 99, leaf_count, root,"
            " hash, sealed_at, key_id, hash, signature FROM payments_seal"
        ),
        (
            "INSERT INTO payments_seal SELECT number + 1, first_position + leaf_count, leaf_count,"
            " root, root, sealed_at, key_id, hash, signature FROM payments_seal"
        ),
    ],
)
def test_the_database_refuses(statement: str) -> None:
    hold(new_id(), 100)
    seal_all()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    everything_once()


def test_the_lag_is_told_and_ends_with_a_seal() -> None:
    hold(new_id(), 100)
    assert check_lag() == ""
    with clock.shifted(timedelta(minutes=10)):
        assert "has waited for its seal for 10 min" in check_lag()
        seal_all()
        assert check_lag() == ""


def test_the_runtime_role_seals_and_proves() -> None:
    """What the worker and the web process may do in the database is enough."""
    sale = make_sale()
    call_command("grant_app_role", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE fairhold_app")
        try:
            assert seal_all() == 1
            assert check_lag() == ""
            proof = get_payment_proof(payment_id=sale.payment_id, actor=actor_for(sale.buyer))
            assert verify(json.loads(json.dumps(proof))) == []
        finally:
            cursor.execute("RESET ROLE")
