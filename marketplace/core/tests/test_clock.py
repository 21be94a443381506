"""Two clocks: ours stamps, the database's decides."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.core import clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_now_is_aware_and_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.django_db
def test_the_databases_moment_moves_within_a_transaction() -> None:
    assert clock.database_now() < clock.database_now()


@pytest.mark.django_db
def test_a_worker_whose_clock_is_a_day_off_still_asks_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = clock.database_now()

    class DayAhead(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr(clock, "datetime", DayAhead)

    assert clock.now() - before > timedelta(hours=23)
    assert clock.database_now() - before < timedelta(minutes=1)


@pytest.mark.django_db
def test_frozen_time_stands_still_for_both() -> None:
    with clock.frozen(NOON):
        assert clock.now() == clock.database_now() == clock.frozen_moment() == NOON
        with clock.shifted(timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert clock.frozen_moment() is None
