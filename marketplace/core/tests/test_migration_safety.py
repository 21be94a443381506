"""Databases from before migrations were folded into one go on, or are told why not."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db
APP, FOLDED, LAST = (
    "payments",
    "0003_squashed_0031_a_fingerprint_outlives_an_erasure",
    "0031_a_fingerprint_outlives_an_erasure",
)


@pytest.fixture
def recorder() -> MigrationRecorder:
    """Of a database that went the former way: the one that replaces is unknown to it."""
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(APP, FOLDED)
    return recorder


def test_whoever_has_all_that_was_folded_has_nothing_left_to_do(
    recorder: MigrationRecorder,
) -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    call_command("migrate", verbosity=0)
    assert (APP, FOLDED) in recorder.applied_migrations()


@pytest.mark.parametrize(
    ("app", "name", "lacks"),
    [
        ("users", "0008_squashed_0024_privacy_step_ups_valid", "0024_privacy_step_ups_valid"),
        (
            "verification",
            "0001_squashed_0002_checks_are_of_one_version",
            "0002_checks_are_of_one_version",
        ),
        ("products", "0001_squashed_0005_plural_names", "0005_plural_names"),
        (APP, FOLDED, LAST),
        ("orders", "0001_squashed_0011_plural_names", "0011_plural_names"),
    ],
)
def test_whoever_lacks_the_last_of_them_is_refused_and_told_which(
    app: str, name: str, lacks: str
) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(app, name)
    recorder.record_unapplied(app, lacks)
    with pytest.raises(CommandError, match=f"lacks .* from {lacks} on"):
        call_command("migrate", verbosity=0)
    assert (app, name) not in recorder.applied_migrations()
