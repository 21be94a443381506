"""Databases from before migrations were folded into one go on, or are told why not."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from marketplace.core.migration_safety import refuse_gaps

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


def test_whoever_lacks_the_last_of_them_is_refused_and_told_which(
    recorder: MigrationRecorder,
) -> None:
    recorder.record_unapplied(APP, LAST)
    with pytest.raises(CommandError, match=f"lacks .* from {LAST} on"):
        refuse_gaps(using="default")
    recorder.record_applied(APP, LAST)
    refuse_gaps(using="default")
