from collections.abc import Callable
from typing import Any

import pytest

from marketplace.core.ids import new_id
from marketplace.core.models import UploadUsage
from marketplace.core.uploads import UploadQuotaUsedUp, check_quota
from marketplace.core.uploads.quota import Quota

pytestmark = pytest.mark.django_db


def test_each_upload_counts_once() -> None:
    person = new_id()
    for size in (10, 20, 30):
        check_quota(user_id=person, size_bytes=size)
    usage = UploadUsage.objects.get(user_id=person)
    assert (usage.files, usage.size_bytes) == (3, 60)


def test_too_many_files_are_refused_and_change_nothing() -> None:
    person, quota = new_id(), Quota(files=2, size_bytes=1000)
    check_quota(user_id=person, size_bytes=1, quota=quota)
    check_quota(user_id=person, size_bytes=1, quota=quota)
    with pytest.raises(UploadQuotaUsedUp):
        check_quota(user_id=person, size_bytes=1, quota=quota)
    usage = UploadUsage.objects.get(user_id=person)
    assert (usage.files, usage.size_bytes) == (2, 2)


def test_too_many_bytes_are_refused_while_a_smaller_file_still_fits() -> None:
    person, quota = new_id(), Quota(files=9, size_bytes=1000)
    check_quota(user_id=person, size_bytes=600, quota=quota)
    with pytest.raises(UploadQuotaUsedUp):
        check_quota(user_id=person, size_bytes=401, quota=quota)
    check_quota(user_id=person, size_bytes=400, quota=quota)


def test_one_person_uses_up_nobody_elses_quota() -> None:
    quota = Quota(files=1, size_bytes=1000)
    for person in (new_id(), new_id()):
        check_quota(user_id=person, size_bytes=1, quota=quota)


@pytest.mark.django_db(transaction=True)
def test_uploads_at_the_same_moment_do_not_pass_the_quota(
    in_threads: Callable[[list[Callable[[], Any]]], list[Any]],
) -> None:
    person, quota = new_id(), Quota(files=5, size_bytes=10_000)

    def upload() -> bool:
        try:
            check_quota(user_id=person, size_bytes=100, quota=quota)
        except UploadQuotaUsedUp:
            return False
        return True

    assert sorted(in_threads([upload] * 16)) == [False] * 11 + [True] * 5
    usage = UploadUsage.objects.get(user_id=person)
    assert (usage.files, usage.size_bytes) == (5, 500)
