"""Ids are UUIDv7: unique, and in the order in which they were made."""

from marketplace.core.ids import new_id


def test_ids_are_version_seven_and_grow() -> None:
    made = [new_id() for _ in range(10_000)]

    assert {one.version for one in made} == {7}
    assert len(set(made)) == len(made)
    assert made == sorted(made)
