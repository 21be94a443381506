import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from marketplace.core.db import TransactionMissing
from marketplace.core.ids import new_id
from marketplace.core.testing.database import wait_for_a_waiter
from marketplace.core.testing.figures import publish
from marketplace.users.models import SellerSale, SellerStats
from marketplace.users.queries import list_differing_sales, list_differing_sellers
from marketplace.users.services import follow_sale, forget_sales
from marketplace.users.services.follow_sale import sums_of
from marketplace.users.snapshots import SaleFacts

EVENTS = int(os.environ.get("FAIRHOLD_SALE_EVENTS", "600"))


def sale(**values: Any) -> SaleFacts:
    return SaleFacts(
        **{
            "order_id": new_id(),
            "seller_id": new_id(),
            "version": 1,
            "is_paid": True,
            "is_completed": False,
            "is_called_off": False,
            "is_refunded": False,
            "is_disputed": False,
            "ship_seconds": None,
            **values,
        }
    )


def follow(*sales: SaleFacts) -> None:
    for one in sales:
        with transaction.atomic():
            follow_sale(sale=one)


def sums(seller_id: UUID) -> dict[str, int]:
    found: dict[str, int] = (
        SellerStats.objects.filter(seller_id=seller_id).values(*SellerStats.SUMS).get()
    )
    return found


def test_it_is_atomic_with_the_event_that_caused_it() -> None:
    with pytest.raises(TransactionMissing):
        follow_sale(sale=sale())


@pytest.mark.django_db(transaction=True)
def test_a_sale_counts_once_as_what_it_is_now() -> None:
    paid = sale()
    shipped = sale(order_id=paid.order_id, seller_id=paid.seller_id, version=3, ship_seconds=7200)
    done = sale(
        order_id=paid.order_id,
        seller_id=paid.seller_id,
        version=5,
        ship_seconds=7200,
        is_completed=True,
    )
    follow(paid, shipped, done, done, shipped, paid)
    assert sums(paid.seller_id) == {
        "paid_sales": 1,
        "completed_sales": 1,
        "called_off_sales": 0,
        "refunded_sales": 0,
        "disputed_sales": 0,
        "shipped_sales": 1,
        "ship_seconds_total": 7200,
    }
    assert list_differing_sales(sales=[done]) == []
    assert list_differing_sales(sales=[shipped]) == [done.order_id]


@pytest.mark.django_db(transaction=True)
def test_a_sum_that_is_not_what_the_sales_add_up_to_is_named() -> None:
    follow(right := sale(), wrong := sale(ship_seconds=60), sale(is_paid=False))
    lost = sale()
    follow(lost)
    SellerStats.objects.filter(seller_id=wrong.seller_id).update(ship_seconds_total=61)
    SellerStats.objects.filter(seller_id=lost.seller_id).delete()
    invented = SellerStats.objects.create(seller_id=new_id(), paid_sales=1)
    named = list_differing_sellers()
    assert named == sorted([wrong.seller_id, lost.seller_id, invented.seller_id])
    assert right.seller_id not in named


@pytest.mark.django_db(transaction=True)
def test_a_completed_sale_that_is_refunded_counts_no_more_as_completed() -> None:
    done = sale(is_completed=True, version=5)
    refunded = sale(
        order_id=done.order_id,
        seller_id=done.seller_id,
        version=6,
        is_refunded=True,
        is_disputed=True,
    )
    follow(done, refunded)
    assert sums(done.seller_id)["completed_sales"] == 0
    assert sums(done.seller_id)["disputed_sales"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_that_counts_nothing_new_waits_for_no_other_sale_of_the_seller() -> None:
    first = sale(version=2)
    accepted = sale(order_id=first.order_id, seller_id=first.seller_id, version=3)
    follow(first)
    with psycopg.connect(
        os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]
    ) as other:
        other.execute("SELECT 1 FROM users_seller_stats FOR UPDATE")
        follow(accepted, first)
    assert SellerSale.objects.get().version == 3
    assert sums(first.seller_id)["paid_sales"] == 1


def follow_at_once(*states: SaleFacts) -> None:
    def one(state: SaleFacts) -> None:
        try:
            follow(state)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(states)) as pool:
        list(pool.map(one, states))


@pytest.mark.django_db(transaction=True)
def test_two_states_of_a_sale_at_the_same_moment_count_once() -> None:
    first = sale()
    follow_at_once(
        *(replace(first, version=n, is_completed=n % 2 == 0) for n in range(1, 9)),
    )
    assert sums(first.seller_id)["paid_sales"] == 1
    assert sums(first.seller_id)["completed_sales"] == 1
    assert SellerSale.objects.get().version == 8


@pytest.mark.django_db(transaction=True)
def test_changes_that_count_and_that_do_not_never_wait_for_each_other_in_a_circle() -> None:
    first = sale()
    for version in range(1, 160, 8):
        # Threes of states that count alike, so that each step is at times new and at times not.
        follow_at_once(
            *(
                replace(first, version=n, is_completed=n % 6 < 3)
                for n in range(version, version + 8)
            )
        )
    assert SellerSale.objects.get().version == 160
    assert list_differing_sellers() == []


@pytest.mark.django_db(transaction=True)
def test_a_sale_that_is_made_while_all_are_counted_anew_waits_and_is_counted_once() -> None:
    first = sale()
    follow(first)
    made = sale(seller_id=first.seller_id)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            forget_sales()
            follow_sale(sale=first)
            told = pool.submit(follow_at_once, made)
            wait_for_a_waiter()
            # The recount reads the new order too: whoever waits may hold nothing of it.
            follow_sale(sale=made)
        told.result()
    assert sums(first.seller_id)["paid_sales"] == 2
    assert list_differing_sellers() == []


@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_events_shuffled_and_tripled_end_in_the_same_state_as_in_order() -> None:
    seed = random.SystemRandom().randrange(10**9)
    draw = random.Random(seed)
    sellers = [new_id() for _ in range(20)]
    events: list[SaleFacts] = []
    while len(events) < EVENTS:
        order_id, seller_id = new_id(), draw.choice(sellers)
        events.extend(
            sale(
                order_id=order_id,
                seller_id=seller_id,
                version=version,
                is_paid=version > 1,
                is_completed=version > 4 and draw.random() < 0.8,
                is_refunded=draw.random() < 0.1,
                is_disputed=version > 1 and draw.random() < 0.2,
                ship_seconds=draw.randrange(10**6) if version > 3 else None,
            )
            for version in range(1, draw.randrange(2, 9))
        )
    last = {one.order_id: one for one in events}
    wanted = {
        seller_id: dict.fromkeys(SellerStats.SUMS, 0) for seller_id in {e.seller_id for e in events}
    }
    for one in last.values():
        for name, value in sums_of(one).items():
            wanted[one.seller_id][name] += value

    shuffled = events * 3
    draw.shuffle(shuffled)
    follow(*shuffled)

    assert {seller_id: sums(seller_id) for seller_id in wanted} == wanted
    assert list_differing_sales(sales=list(last.values())) == []
    assert list_differing_sellers() == []
    publish(
        "a seller's sums, events shuffled and tripled",
        events=len(events),
        delivered=len(shuffled),
        sales=len(last),
        differing=0,
        seed=seed,
    )
