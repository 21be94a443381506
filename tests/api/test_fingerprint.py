"""What was written is seen, and what a savepoint took back is not."""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from tests.api.fingerprint import Watch

pytestmark = pytest.mark.django_db


def test_every_kind_of_write_is_seen_once() -> None:
    watch = Watch()
    assert watch.changed() == []
    group = Group.objects.create(name="new")
    assert watch.changed() == ["auth_group"]
    with transaction.atomic():
        group.save()  # the same values again
    assert watch.changed() == ["auth_group"]
    group.delete()
    assert watch.changed() == ["auth_group"]
    assert watch.changed() == []


def test_what_was_taken_back_is_no_change() -> None:
    watch = Watch()
    with transaction.atomic():
        Group.objects.create(name="new")
        transaction.set_rollback(True)
    assert watch.changed() == []
