"""Rules from before, which could overlap, are told apart by what used to decide."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from marketplace.core import clock
from marketplace.payments.models import CommissionRule
from marketplace.payments.tests.commission.rules import rule

pytestmark = pytest.mark.django_db
migration = import_module("marketplace.payments.migrations.0012_commission_guards")


def test_overlapping_rules_get_a_place_each() -> None:
    CommissionRule.objects.all().delete()
    at = clock.now().replace(microsecond=0)
    day = timedelta(days=1)
    with connection.cursor() as cursor:
        # All of it is undone with the test's transaction.
        cursor.execute(migration.UNDO)
        oldest = rule(1000, valid_from_at=at - 9 * day)
        newer = rule(900, valid_from_at=at - 5 * day)
        twin = rule(800, valid_from_at=at - 5 * day)
        winter = rule(100, valid_from_at=at - 8 * day, valid_until_at=at + 3 * day)
        shorter = rule(200, valid_from_at=at - 2 * day, valid_until_at=at + day)
        # Rows of an earlier transaction have no checks pending, which would bar the ALTER TABLE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.PROMOTIONS)
        cursor.execute(migration.NO_OVERLAP)
        cursor.execute(migration.GUARDS)

    def period(of: CommissionRule) -> tuple[object, object, bool]:
        of.refresh_from_db()
        return of.valid_from_at, of.valid_until_at, of.is_promotional

    assert period(oldest) == (at - 9 * day, at - 5 * day, False)
    assert period(newer) == (at - 5 * day, at - 5 * day, False), "its twin was chosen before, too"
    assert period(twin) == (at - 5 * day, None, False)
    assert period(winter) == (at - 8 * day, at - 2 * day, True)
    assert period(shorter) == (at - 2 * day, at + day, True)
