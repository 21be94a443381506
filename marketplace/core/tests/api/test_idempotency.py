"""A request with a key happens once: replayed, refused, at once a hundred times, after a crash."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from marketplace.core import clock
from marketplace.core.models import IdempotencyRecord
from marketplace.core.tasks import purge_idempotency_keys
from marketplace.core.tests import commands

PAY = "/api/v1/tests/pay/"
THROUGH_PROVIDER = "/api/v1/tests/pay-through-provider/"
BOTH = pytest.mark.parametrize("path", [PAY, THROUGH_PROVIDER])

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post(client_of: Any, user: Any) -> Any:
    client = client_of(user)

    def send(path: str, body: Any = None, *, key: str | None = "k-1", **more: Any) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        return client.post(path, body or {"amount": 5}, format="json", headers=headers, **more)

    return send


@BOTH
def test_a_second_request_answers_what_the_first_did(post: Any, path: str) -> None:
    first = post(path)
    second = post(path)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert commands.payments() == 1


def test_a_replay_brings_the_etag_again(post: Any) -> None:
    assert post(PAY).headers["ETag"] == post(PAY).headers["ETag"] == '"1"'


@BOTH
def test_a_missing_key_is_refused(post: Any, path: str) -> None:
    answer = post(path, key=None)

    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"
    assert commands.payments() == 0


@pytest.mark.parametrize("key", ["", "with space", "é", "x" * 256])
def test_a_malformed_key_is_refused(post: Any, key: str) -> None:
    answer = post(PAY, key=key)

    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_invalid"
    assert commands.payments() == 0


@BOTH
def test_the_same_key_with_another_body_is_refused(post: Any, path: str) -> None:
    post(path)
    answer = post(path, {"amount": 6})

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert commands.payments() == 1


def test_the_same_key_at_another_address_is_refused(post: Any) -> None:
    post(PAY)

    assert post(THROUGH_PROVIDER).json()["code"] == "idempotency_key_reused"
    assert post(f"{PAY}?other=1").json()["code"] == "idempotency_key_reused"
    assert commands.payments() == 1


@BOTH
def test_a_validation_error_does_not_burn_the_key(post: Any, path: str) -> None:
    assert post(path, {"amount": 0}).status_code == 400
    assert IdempotencyRecord.objects.count() == 0

    assert post(path, {"amount": 5}).status_code == 201
    assert commands.payments() == 1


@BOTH
def test_a_stranger_is_refused_before_anything_else(client_of: Any, path: str) -> None:
    answer = client_of(None).post(path, {"amount": 5}, format="json")

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_two_users_may_choose_the_same_key(post: Any, client_of: Any) -> None:
    other = client_of(
        get_user_model().objects.create_user("other@shop.example", "a long passphrase")
    )
    post(PAY)
    answer = other.post(PAY, {"amount": 5}, format="json", headers={"Idempotency-Key": "k-1"})

    assert answer.status_code == 201
    assert commands.payments() == 2


def test_the_order_of_members_does_not_matter(post: Any) -> None:
    post(PAY, {"amount": 5, "note": "a"})

    assert post(PAY, {"note": "a", "amount": 5}).headers["Idempotent-Replayed"] == "true"


@BOTH
def test_a_hundred_requests_at_once_have_one_effect(
    client_of: Any, user: Any, in_threads: Any, path: str
) -> None:
    barrier = threading.Barrier(20)

    def send() -> list[Any]:
        client = client_of(user)
        barrier.wait()
        return [
            client.post(path, {"amount": 5}, format="json", headers={"Idempotency-Key": "k-1"})
            for _ in range(5)
        ]

    answers = [answer for batch in in_threads([send] * 20) for answer in batch]

    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"idempotency_key_in_flight"}
    assert commands.payments() == 1


@pytest.mark.parametrize("body", [{"amount": 5}, {"amount": 6}])
def test_a_request_during_the_call_to_the_provider_is_told_so(
    post: Any, client_of: Any, user: Any, in_threads: Any, body: Any
) -> None:
    called, release = threading.Event(), threading.Event()

    def slow() -> None:
        called.set()
        release.wait(10)

    commands.provider[0] = slow

    def meanwhile() -> Any:
        called.wait(10)
        try:
            return client_of(user).post(
                THROUGH_PROVIDER, body, format="json", headers={"Idempotency-Key": "k-1"}
            )
        finally:
            release.set()

    first, second = in_threads([lambda: post(THROUGH_PROVIDER), meanwhile])

    assert first.status_code == 201
    if body == {"amount": 5}:
        assert second.status_code == 409
        assert second.headers["Retry-After"] == "1"
    else:
        assert second.status_code == 422
    assert commands.payments() == 1


def test_a_failure_of_the_provider_leaves_the_key_free(post: Any) -> None:
    def fail() -> None:
        raise RuntimeError

    commands.provider[0] = fail
    assert post(THROUGH_PROVIDER).status_code == 500
    commands.provider[0] = commands.nothing

    assert post(THROUGH_PROVIDER).status_code == 201
    assert commands.payments() == 1


def test_after_a_crash_the_key_waits_for_its_lease_and_is_free(
    post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> None:
        connection.close()
        raise KeyboardInterrupt

    # What a killed process leaves behind: its committed intent, and the lease nobody removed.
    monkeypatch.setattr("django.db.models.query.QuerySet.delete", lambda self: (0, {}))
    commands.provider[0] = crash
    with pytest.raises(KeyboardInterrupt):
        post(THROUGH_PROVIDER)
    monkeypatch.undo()
    commands.provider[0] = commands.nothing
    assert post(THROUGH_PROVIDER).status_code == 409

    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_idempotency_record SET leased_until = now() - interval '1 s'")
    answer = post(THROUGH_PROVIDER)

    assert answer.status_code == 201
    assert commands.payments() == 1


def test_an_error_after_the_effect_takes_the_effect_back(
    post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("marketplace.core.api.idempotency._remember", break_down)
    assert post(PAY).status_code == 500
    assert commands.payments() == 0
    monkeypatch.undo()

    assert post(PAY).status_code == 201
    assert commands.payments() == 1


def test_an_uploaded_file_counts_by_its_content(client_of: Any, user: Any) -> None:
    client = client_of(user)

    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("a.txt", content)
        return client.post(
            "/api/v1/tests/upload/",
            {"file": file, "note": "n"},
            format="multipart",
            headers={"Idempotency-Key": "k-1"},
        )

    assert send(b"one").status_code == 201
    assert send(b"one").headers["Idempotent-Replayed"] == "true"
    assert send(b"two").json()["code"] == "idempotency_key_reused"


def test_an_empty_body_is_a_body_like_any_other(client_of: Any, user: Any) -> None:
    client = client_of(user)

    def send() -> Any:
        return client.post("/api/v1/tests/upload/", headers={"Idempotency-Key": "k-1"})

    assert send().status_code == 201
    assert send().headers["Idempotent-Replayed"] == "true"


def test_keys_are_forgotten_after_thirty_days(post: Any) -> None:
    post(PAY, key="old")
    post(PAY, key="young")
    IdempotencyRecord.objects.filter(key="old").update(
        created_at=clock.now() - timedelta(days=30, minutes=1)
    )

    assert purge_idempotency_keys(clock.now() - timedelta(days=30)) == 1
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["young"]
