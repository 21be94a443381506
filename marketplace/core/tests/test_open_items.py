"""Queues that services put on the operators' desk."""

import pytest

from marketplace.core import open_items
from marketplace.core.open_items import Queue, register_queue, registered_queues


@pytest.fixture(autouse=True)
def no_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_items, "_queues", {})


def nothing() -> int:
    return 0


def test_queues_are_shown_in_the_order_they_were_registered() -> None:
    first, second = Queue("Zebra", nothing, "/z/"), Queue("Apple", nothing, "/a/")
    register_queue(first)
    register_queue(second)

    assert registered_queues() == (first, second)


def test_a_title_is_registered_once() -> None:
    register_queue(Queue("Payments to review", nothing, "/a/"))

    with pytest.raises(ValueError, match="registered twice"):
        register_queue(Queue("Payments to review", nothing, "/b/"))
    assert [queue.path for queue in registered_queues()] == ["/a/"]


def test_registering_asks_nothing() -> None:
    def asks() -> int:
        raise AssertionError("counted too early")

    register_queue(Queue("Lazy", asks, "/a/"))

    assert [queue.title for queue in registered_queues()] == ["Lazy"]


def test_somebody_waiting_is_no_alarm() -> None:
    assert not Queue("Waiting", nothing, "/a/").is_alarming
