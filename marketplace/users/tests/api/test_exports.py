"""The file with a person's data: whole, theirs alone, and gone after a while."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from marketplace.core import clock, privacy
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.models import AuditEntry
from marketplace.core.privacy import ExportedFile, PersonalData
from marketplace.core.retention import sweep_retention
from marketplace.users import services
from marketplace.users.models import DataExport, ExportPortion, StepUp, User, UserProfile
from marketplace.users.tests.factories import actor, authorized_client, make_buyer, make_staff
from marketplace.users.tests.step_ups import approve_step_up

pytestmark = pytest.mark.django_db
PATH = "/api/v1/users/me/exports/"
STEP_UPS = "/api/v1/auth/step-ups/"


def exported(person: User) -> dict[str, Any]:
    services.request_export(user_id=person.pk, actor=actor(person))
    assert services.write_exports() == 1
    (newest, *_rest) = authorized_client(person).get(PATH).json()["results"]
    return dict(newest)


def approval(client: Any, export_id: str) -> dict[str, str]:
    details = {"action": "download_export", "export_id": export_id}
    return approve_step_up(client, "privacy", details)


def unzip(person: User, export: dict[str, Any]) -> dict[str, bytes]:
    client = authorized_client(person)
    answer = client.get(f"{PATH}{export['id']}/file/", headers=approval(client, export["id"]))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def with_kind(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    fields = {"export": lambda _: None, "erase": lambda _: 0, **more}
    kind = PersonalData(
        name="tests.kind", title="A test", why="A test.", kept="A test.", models=(), **fields
    )
    monkeypatch.setattr(privacy, "_kinds", {**privacy._kinds, kind.name: kind})


def test_holds_every_kind_as_json_and_a_page_that_is_safe_to_open() -> None:
    person = make_buyer(first_name="Ada", last_name="<script>alert(1)</script>")
    UserProfile.objects.filter(user=person).update(bio="I mend lamps & radios.")

    export = exported(person)

    assert export["state"] == "READY"
    assert export["done"] == export["total"] == len(privacy.personal_data())
    files = unzip(person, export)
    assert {f"{kind.name}.json" for kind in privacy.personal_data()} <= set(files)
    assert json.loads(files["users.account.json"])["first_name"] == "Ada"
    page = files["index.html"].decode()
    assert "I mend lamps &amp; radios." in page
    assert "<script" not in page
    assert mail.outbox[0].subject == "The file with your data is ready"


def test_is_sealed_in_the_database() -> None:
    person = make_buyer(first_name="Wistaria")
    exported(person)

    stored = b"".join(bytes(p.content_encrypted) for p in ExportPortion.objects.all())
    assert stored
    assert b"Wistaria" not in stored
    assert stored[:2] != b"PK"


def test_a_file_of_many_portions_comes_back_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    picture = random.Random(1).randbytes(900_000)
    with_kind(monkeypatch, files=lambda _: iter([ExportedFile("../a/pic.webp", lambda: picture)]))
    person = make_buyer()

    files = unzip(person, exported(person))

    assert files["files/a/pic.webp"] == picture
    assert ExportPortion.objects.count() > 3


def test_a_picture_that_is_gone_is_named_and_the_rest_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone() -> bytes:
        raise FileNotFoundError

    with_kind(monkeypatch, files=lambda _: iter([ExportedFile("gone.webp", gone)]))
    person = make_buyer()

    files = unzip(person, exported(person))

    assert b"gone.webp" in files["index.html"]


def test_each_download_is_approved_with_a_second_factor() -> None:
    person = make_buyer()
    first, second = exported(person), exported(person)
    client = authorized_client(person)
    path = f"{PATH}{first['id']}/file/"
    headers = approval(client, first["id"])

    assert client.get(path).json()["code"] == "step_up_required"
    changed = client.get(f"{PATH}{second['id']}/file/", headers=headers)
    assert (changed.status_code, changed.json()["reason"]) == (403, "changed")
    assert client.get(path, headers=headers).status_code == 200
    assert client.get(path, headers=headers).json()["reason"] == "used"


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"action": "read_everything"},
        {"action": "download_export"},
        {"action": "download_export", "export_id": "mine"},
        {"action": "erase_account", "export_id": "mine"},
    ],
)
def test_what_is_approved_is_said_in_full(details: dict[str, str]) -> None:
    client = authorized_client(make_buyer())

    answer = client.post(STEP_UPS, {"purpose": "privacy", "details": details}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert not StepUp.objects.exists()


def test_a_strangers_file_cannot_even_be_approved() -> None:
    export = exported(make_buyer())
    details = {"action": "download_export", "export_id": export["id"]}

    answer = authorized_client(make_buyer()).post(
        STEP_UPS, {"purpose": "privacy", "details": details}, format="json"
    )

    assert answer.status_code == 404


def test_support_has_one_made_with_a_reason_and_its_owner_alone_opens_it() -> None:
    person, support = make_buyer(), make_staff("SUPPORT")
    with pytest.raises(InvalidInput):
        services.request_export(user_id=person.pk, actor=actor(support))
    with pytest.raises(NotFound):
        services.request_export(user_id=person.pk, actor=actor(make_staff("MEDIATOR")), reason="x")
    assert not DataExport.objects.exists()

    export = services.request_export(
        user_id=person.pk, actor=actor(support), reason="Asked by letter"
    )
    services.write_exports()

    entry = AuditEntry.objects.get(action="users.request_export")
    assert (entry.actor_id, entry.subject_id, entry.reason) == (
        support.pk,
        person.pk,
        "Asked by letter",
    )
    assert authorized_client(support).get(f"{PATH}{export.id}/file/").status_code == 404
    assert unzip(person, {"id": str(export.id)})
    assert {to for letter in mail.outbox for to in letter.to} == {person.email}


def test_is_nobody_elses() -> None:
    person, stranger = make_buyer(), make_buyer()
    export = exported(person)

    client = authorized_client(stranger)
    assert client.get(PATH).json() == {"results": []}
    for path in (f"{PATH}{export['id']}/", f"{PATH}{export['id']}/file/"):
        assert client.get(path).status_code == 404


def test_cannot_be_opened_before_it_is_ready_nor_after_it_expired() -> None:
    person = make_buyer()
    client = authorized_client(person)
    asked = client.post(PATH, {}, format="json")
    assert asked.status_code == 202
    path = f"{PATH}{asked.json()['id']}/file/"
    assert client.get(path).status_code == 404
    services.write_exports()
    headers = approval(client, asked.json()["id"])
    assert client.get(path, headers=headers).status_code == 200

    with clock.shifted(timedelta(days=7, seconds=1)):
        assert authorized_client(person).get(path).status_code == 404
        sweep_retention()
    assert not DataExport.objects.exists()
    assert not ExportPortion.objects.exists()


def expiry(export: Any) -> datetime:
    moment = DataExport.objects.get(pk=export["id"]).expires_at
    assert moment is not None
    return moment


def test_stays_until_the_very_moment_it_expires() -> None:
    person = make_buyer()
    export = exported(person)
    with clock.frozen(expiry(export)):
        sweep_retention()
    assert not DataExport.objects.exists()
    export = exported(person)
    with clock.frozen(expiry(export) - timedelta(seconds=1)):
        sweep_retention()
    assert DataExport.objects.exists()


def test_asked_again_while_it_is_written_it_is_the_same_one() -> None:
    client = authorized_client(make_buyer())
    first, second = (client.post(PATH, {}, format="json").json() for _ in range(2))
    assert first["id"] == second["id"]


def test_three_a_day_are_enough() -> None:
    person = make_buyer()
    for _ in range(3):
        exported(person)

    refused = authorized_client(person).post(PATH, {}, format="json")

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_exports")
    assert 0 < int(refused["Retry-After"]) <= 24 * 3600 + 1
    assert DataExport.objects.count() == 3


def test_gives_up_after_three_attempts_and_the_person_may_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("no")

    person = make_buyer()
    with monkeypatch.context() as patch:
        with_kind(patch, export=fail)
        services.request_export(user_id=person.pk, actor=actor(person))
        for minutes in (0, 2, 4, 6):
            with clock.shifted(timedelta(minutes=minutes)):
                services.write_exports()
    assert DataExport.objects.get().state == "FAILED"
    assert not ExportPortion.objects.exists()

    assert exported(person)["state"] == "READY"


@pytest.mark.django_db(transaction=True)
def test_asked_many_times_at_once_it_is_written_once() -> None:
    person = make_buyer()

    def run(_: int) -> None:
        services.request_export(user_id=person.pk, actor=actor(person))
        connection.close()

    def write(_: int) -> int:
        try:
            return services.write_exports()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(8)))
        written = sum(pool.map(write, range(4)))

    assert written == 1
    assert DataExport.objects.get().state == "READY"
