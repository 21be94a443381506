"""Which accounts a number was proved for: how many it may prove, and whom it links."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.db import joinable
from marketplace.core.events.testing import recorded
from marketplace.core.privacy import personal_data
from marketplace.core.retention import sweep_retention
from marketplace.core.security import fingerprint
from marketplace.core.testing.database import wait_for_a_waiter
from marketplace.core.testing.figures import publish
from marketplace.users.errors import PhoneProvedTooOften, PhoneTaken
from marketplace.users.models import PhoneProof, StepUp, User
from marketplace.users.queries import shared_traces
from marketplace.users.repositories.phone_proofs import PURPOSE
from marketplace.users.tests.factories import make_user
from marketplace.users.tests.phones import asked, confirm, let_go, prove

pytestmark = pytest.mark.django_db

NUMBER, ANOTHER, THIRD = "+254712345678", "+254712345679", "+254712345670"
SIGN_UP = "/api/v1/auth/phone/sign-up/"
PHONE = frozenset({"phone"})


class Texts:
    sent: ClassVar[list[tuple[str, str]]] = []


def keep(*, to: str, text: str) -> None:
    Texts.sent.append((to, text))


@pytest.fixture(autouse=True)
def telephones(settings: Any) -> None:
    settings.SMS_BACKEND = f"{__name__}.keep"
    settings.PHONE_ACCOUNTS_LIMIT = 3
    Texts.sent.clear()


def used_up() -> list[User]:
    people = [make_user() for _ in range(3)]
    for person in people:
        prove(person, NUMBER)
        let_go(person)
    return people


def test_a_number_proves_three_accounts_and_no_fourth_for_now() -> None:
    used_up()
    fourth = make_user()
    before = len(recorded("users.PhoneVerified"))

    with pytest.raises(PhoneProvedTooOften) as refusal:
        prove(fourth, NUMBER)

    assert "at most 3 accounts in 30 days" in refusal.value.detail
    assert refusal.value.extra == {}
    left = User.objects.get(pk=fourth.pk)
    assert (left.phone_number, left.phone_verified_at) == ("", None)
    assert len(recorded("users.PhoneVerified")) == before == 3
    assert PhoneProof.objects.count() == 3
    assert StepUp.objects.get(user=fourth).used_at is None
    prove(fourth, ANOTHER)


def test_time_makes_room_and_whoever_had_a_number_takes_none() -> None:
    first, *_ = used_up()
    prove(first, NUMBER)
    let_go(first)
    fourth = make_user()
    with pytest.raises(PhoneProvedTooOften):
        prove(fourth, NUMBER)

    with clock.shifted(timedelta(days=31)):
        prove(fourth, NUMBER)

    assert PhoneProof.objects.filter(user=first).count() == 2


def test_a_platform_may_let_a_number_prove_as_many_as_it_likes(settings: Any) -> None:
    settings.PHONE_ACCOUNTS_LIMIT = 0
    used_up()

    prove(make_user(), NUMBER)


def test_a_number_that_another_account_holds_is_taken_before_it_is_counted() -> None:
    flow = asked(fourth := make_user(), NUMBER)
    *_, third = used_up()
    prove(third, NUMBER)

    with pytest.raises(PhoneTaken):
        confirm(fourth, flow)


def sign_up(number: str) -> Any:
    return APIClient().post(SIGN_UP, {"phone_number": number, "first_name": "Marigold"})


def test_a_sign_up_is_refused_only_to_whoever_holds_the_telephone() -> None:
    used_up()
    Texts.sent.clear()

    full, fresh = sign_up(NUMBER), sign_up(ANOTHER)

    # Whoever asks learns nothing: the answer is that of a number which nobody ever proved.
    assert full.status_code == fresh.status_code == 202
    assert {name: len(str(value)) for name, value in full.json().items()} == {
        name: len(str(value)) for name, value in fresh.json().items()
    }
    (_, text), (_, like) = Texts.sent
    assert text[6:] == like[6:]
    body = {"flow_token": full.json()["flow_token"]}
    wrong = f"{(int(text[:6]) + 1) % 1_000_000:06}"
    guessed = APIClient().post(f"{SIGN_UP}confirm/", {**body, "code": wrong})
    assert (guessed.status_code, guessed.json()["code"]) == (422, "code_refused")

    refused = APIClient().post(f"{SIGN_UP}confirm/", {**body, "code": text[:6]})

    assert (refused.status_code, refused.json()["code"]) == (422, "phone_proved_too_often")
    assert set(refused.json()) == set(guessed.json())
    assert User.objects.count() == 3
    made = {"flow_token": fresh.json()["flow_token"], "code": like[:6]}
    assert APIClient().post(f"{SIGN_UP}confirm/", made).status_code == 201
    assert PhoneProof.objects.filter(user=User.objects.get(phone_number=ANOTHER)).exists()


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_the_same_moment_do_not_both_take_the_last_place(settings: Any) -> None:
    """Even when the first gives the number away again before anybody else may have it."""
    settings.PHONE_ACCOUNTS_LIMIT = 1
    first, second = make_user(), make_user()
    flows = asked(first, NUMBER), asked(second, NUMBER)

    def later() -> None:
        try:
            confirm(second, flows[1])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with joinable():
            confirm(first, flows[0])
            waiting = pool.submit(later)
            wait_for_a_waiter()
            let_go(first)
        with pytest.raises(PhoneProvedTooOften):
            waiting.result(timeout=30)

    assert [proof.user_id for proof in PhoneProof.objects.all()] == [first.pk]
    assert not User.objects.exclude(phone_verified_at=None).exists()
    publish("last place of a telephone number at once", tried=2, proved=PhoneProof.objects.count())


def traces(one: User, other: User) -> frozenset[str]:
    found = shared_traces(user_ids=(one.pk, other.pk), at=clock.now())
    assert found == shared_traces(user_ids=(other.pk, one.pk), at=clock.now())
    return found


def test_a_number_that_both_proved_links_two_people() -> None:
    one, other, stranger = make_user(), make_user(), make_user(phone_number=NUMBER)
    before = clock.now()
    prove(one, NUMBER)
    let_go(one)
    assert traces(one, other) == frozenset()

    prove(other, NUMBER)
    prove(stranger, ANOTHER)

    assert traces(one, other) == PHONE
    assert traces(one, stranger) == traces(other, stranger) == frozenset()
    assert shared_traces(user_ids=(one.pk, other.pk), at=before) == frozenset()
    # It stays so when neither holds it any more.
    let_go(other)
    assert traces(one, other) == PHONE


def new_key(version: int) -> str:
    return f"{version}:{base64.b64encode(os.urandom(32)).decode()}"


def test_numbers_are_recognised_while_keys_are_rotated(settings: Any) -> None:
    old, new = new_key(1), new_key(2)
    settings.FIELD_ENCRYPTION_KEYS = [old]
    one, other, early, holder, gone = (make_user() for _ in range(5))
    for person, number in ((gone, THIRD), (one, NUMBER), (early, ANOTHER)):
        prove(person, number)
        let_go(person)
    prove(holder, ANOTHER)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    settings.FIELD_FINGERPRINT_KEY = 2
    settings.PHONE_ACCOUNTS_LIMIT = 2

    # The number comes again under the new key, and brings those of before along.
    prove(other, NUMBER)
    assert traces(one, other) == PHONE
    let_go(other)
    with pytest.raises(PhoneProvedTooOften):
        prove(make_user(), NUMBER)
    # Whoever holds one from before the new key is hashed again, with all who had it.
    call_command("rotate_field_keys", "--fingerprints", verbosity=0)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    let_go(holder)

    assert traces(one, other) == traces(early, holder) == PHONE
    assert traces(holder, gone) == traces(holder, one) == frozenset()
    hashes = {proof.user_id: bytes(proof.fingerprint) for proof in PhoneProof.objects.all()}
    assert hashes[early.pk] == fingerprint(ANOTHER, purpose=PURPOSE)
    assert hashes[gone.pk] != fingerprint(THIRD, purpose=PURPOSE)


def test_the_database_lets_nothing_of_a_proof_be_replaced() -> None:
    one, other = make_user(), make_user()
    prove(one, NUMBER)

    for change in ({"user": other}, {"proved_at": clock.now() - timedelta(days=99)}):
        with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
            PhoneProof.objects.update(**change)


def test_proofs_are_forgotten_after_a_year() -> None:
    one, other = make_user(), make_user()
    prove(one, NUMBER)
    let_go(one)
    with clock.shifted(timedelta(days=200)):
        prove(other, NUMBER)

    with clock.shifted(timedelta(days=366)):
        sweep_retention()

    assert PhoneProof.objects.get().user_id == other.pk


def test_an_erasure_makes_no_room_and_leaves_nothing_for_long() -> None:
    people = used_up()
    kind = next(kind for kind in personal_data() if kind.name == "users.phone_proofs")
    erased, other = people[0], people[1]
    with clock.shifted(timedelta(days=-60)):
        prove(erased, ANOTHER)
    let_go(erased)

    with transaction.atomic():
        assert (kind.erase(erased.pk), kind.erase(erased.pk)) == (1, 0)
    with pytest.raises(PhoneProvedTooOften):
        prove(make_user(), NUMBER)
    with transaction.atomic():
        assert kind.retained is not None
        assert (kind.retained.erase(erased.pk), kind.retained.erase(erased.pk)) == (1, 0)

    assert not PhoneProof.objects.filter(user=erased).exists()
    assert PhoneProof.objects.filter(user=other).exists()
    assert kind.export(other.pk) == [{"proved_at": PhoneProof.objects.get(user=other).proved_at}]


def test_numbers_that_were_proved_before_are_written_down_once() -> None:
    one = make_user(phone_number=NUMBER, phone_verified_at=clock.now() - timedelta(days=5))
    make_user(phone_number=ANOTHER)
    note = import_module("marketplace.users.migrations.0030_proved_numbers").note_proved_numbers

    note(apps, None)
    note(apps, None)

    proof = PhoneProof.objects.get()
    assert (proof.user_id, proof.proved_at) == (one.pk, one.phone_verified_at)
    let_go(one)
    prove(other := make_user(), NUMBER)
    assert traces(one, other) == PHONE
