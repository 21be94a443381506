"""Migrations of large tables hold no lock while they read."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db.migrations import AddConstraint, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.models import CheckConstraint


def test_a_check_is_added_first_and_validated_by_a_later_migration() -> None:
    loader = MigrationLoader(None)
    locking = []
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app != "users":
            continue
        made = {op.name.lower() for op in migration.operations if isinstance(op, CreateModel)}
        locking += [
            f"{name}: {op.constraint.name}"
            for op in migration.operations
            if isinstance(op, AddConstraint)
            and not isinstance(op, AddConstraintNotValid)
            and isinstance(op.constraint, CheckConstraint)
            and op.model_name.lower() not in made
        ]

    assert locking == []
