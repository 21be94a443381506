"""What the bench of the dashboard refuses."""

from typing import Any

import pytest

from bench.dashboard import GOAL_P95_MS, refuse_slow, whole_reads

HISTORY = "orders_order_history_entry"


def plan(kind: str, table: str = HISTORY, **members: str) -> dict[str, Any]:
    scan = {"Node Type": kind, "Relation Name": table, **members}
    return {"Node Type": "Limit", "Plans": [{"Node Type": "Sort", "Plans": [scan]}]}


@pytest.mark.parametrize("kind", ["Seq Scan", "Index Scan", "Index Only Scan"])
def test_a_table_or_index_that_is_read_from_end_to_end_is_named(kind: str) -> None:
    assert whole_reads(plan(kind)) == [f"{HISTORY} ({kind})"]
    assert whole_reads(plan(kind, table="users_user")) == []


@pytest.mark.parametrize("kind", ["Index Scan", "Index Only Scan"])
def test_an_index_with_a_condition_is_what_is_wanted(kind: str) -> None:
    assert whole_reads(plan(kind, **{"Index Cond": "(buyer_id = $1)"})) == []


def test_the_largest_history_is_held_to_the_goal() -> None:
    fast, slow = {"p95_ms": float(GOAL_P95_MS)}, {"p95_ms": GOAL_P95_MS + 0.01}

    refuse_slow({"10 seller": slow, "1000 seller": fast, "1000 buyer": fast}, 1000)
    with pytest.raises(SystemExit, match="1000 buyer"):
        refuse_slow({"1000 seller": fast, "1000 buyer": slow}, 1000)
