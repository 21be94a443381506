"""Files of a case: sealed, replaced, removed, and never left behind."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.security import Undecipherable
from marketplace.core.uploads import UploadRefused
from marketplace.users.tests.factories import actor, make_user
from marketplace.users.verification import errors, files, services
from marketplace.users.verification.models import VerificationDocument
from marketplace.users.verification.services import add_document as adding
from marketplace.users.verification.services.erase_files import erase_files
from marketplace.users.verification.tests.factories import draft, picture_of, row, submitted

pytestmark = pytest.mark.django_db


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_sealed_and_opens_only_as_what_it_is(private_files: Path) -> None:
    user = make_user()
    case = draft(user)
    services.add_document(case_id=case.id, actor=actor(user), kind="SELFIE", data=picture_of())

    first, second = VerificationDocument.objects.filter(case_id=case.id, removed_at=None)

    assert files.read_file(first)[0][:4] == b"RIFF"
    assert all(b"WEBP" not in path.read_bytes() for path in stored(private_files))
    first.file_name, second.file_name = second.file_name, first.file_name
    with pytest.raises(Undecipherable):
        files.read_file(first)


def test_a_second_of_its_kind_replaces_the_first(private_files: Path) -> None:
    user = make_user()
    case = draft(user)

    again = services.add_document(
        case_id=case.id, actor=actor(user), kind="SELFIE", data=picture_of()
    )

    assert [each.kind for each in again.documents] == ["IDENTITY_FRONT", "SELFIE"]
    assert len(stored(private_files)) == 3
    assert erase_files() == 1
    assert len(stored(private_files)) == 2
    assert erase_files() == 0


def test_a_removed_file_goes_with_its_key(private_files: Path) -> None:
    user = make_user()
    case = draft(user)
    document = case.documents[0]

    left = services.remove_document(case_id=case.id, document_id=document.id, actor=actor(user))
    erase_files()

    assert document.id not in {each.id for each in left.documents}
    assert len(stored(private_files)) == 1
    gone = VerificationDocument.objects.get(id=document.id)
    assert gone.file_key_encrypted is None


def test_what_was_handed_in_does_not_change(private_files: Path) -> None:
    user = make_user()
    case = submitted(user)

    with pytest.raises(errors.CaseRefused):
        services.remove_document(
            case_id=case.id, document_id=case.documents[0].id, actor=actor(user)
        )
    with pytest.raises(errors.CaseRefused):
        services.add_document(case_id=case.id, actor=actor(user), kind="SELFIE", data=picture_of())

    assert len(stored(private_files)) == 2


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)></svg>", b"MZ" + b"\0" * 200])
def test_a_hostile_file_is_refused_and_leaves_nothing(private_files: Path, data: bytes) -> None:
    user = make_user()
    case = draft(user)

    with pytest.raises(UploadRefused):
        services.add_document(case_id=case.id, actor=actor(user), kind="SELFIE", data=data)
    with pytest.raises(errors.DocumentKindUnknown):
        services.add_document(
            case_id=case.id, actor=actor(user), kind="BANK_STATEMENT", data=picture_of()
        )

    assert len(stored(private_files)) == 2
    assert row(case.id).version == case.version


@pytest.mark.parametrize("died_at", ["write_file", "_attach"])
def test_a_crash_half_way_leaves_nothing_that_the_sweeper_does_not_find(
    private_files: Path, died_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    case = draft(user)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    module = __import__(adding.__module__, fromlist=["files"])
    monkeypatch.setattr(module.files if died_at == "write_file" else module, died_at, die)
    with pytest.raises(KeyboardInterrupt):
        services.add_document(case_id=case.id, actor=actor(user), kind="SELFIE", data=picture_of())
    monkeypatch.undo()

    assert len(row(case.id).documents.filter(stored_at__isnull=False, removed_at=None)) == 2
    assert erase_files() == 0  # it might still be on its way
    with clock.shifted(timedelta(hours=2)):
        assert erase_files() == 1
    assert len(stored(private_files)) == 2


def test_a_case_that_is_over_is_forgotten_after_a_while(private_files: Path) -> None:
    user = make_user()
    case = submitted(user)
    services.withdraw_case(case_id=case.id, actor=actor(user))

    with clock.shifted(timedelta(days=89)):
        assert erase_files() == 0
    with clock.shifted(timedelta(days=91)):
        assert erase_files() == 2

    kept = row(case.id)
    assert stored(private_files) == []
    assert (kept.legal_name_encrypted, kept.document_fingerprint) == (None, None)
    assert kept.erased_at is not None
