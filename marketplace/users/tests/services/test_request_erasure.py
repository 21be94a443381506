"""Asking to be forgotten, changing one's mind, and being forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection

from marketplace.core import clock, privacy
from marketplace.core.actor import Actor
from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.core.models import AuditEntry, OutboxEvent, RetentionPolicy
from marketplace.core.privacy import Obstacle, PersonalData
from marketplace.core.step_up import StepUpProof
from marketplace.users import services
from marketplace.users.errors import (
    AccountSuspended,
    ErasureBlocked,
    ErasureFinished,
    StepUpRefused,
    StepUpRequired,
)
from marketplace.users.models import Erasure, SignIn, User
from marketplace.users.queries import get_erasure_outlook, get_public_cards
from marketplace.users.tests.factories import actor, make_admin, make_buyer, make_staff, sign_in
from marketplace.users.tests.step_ups import approve

pytestmark = pytest.mark.django_db


def approval(person: User) -> StepUpProof:
    return approve(person, "privacy", {"action": "erase_account"})


def ask(person: User, proof: StepUpProof | None = None) -> Any:
    return services.request_erasure(
        user_id=person.pk, actor=actor(person), step_up=proof or approval(person)
    )


def run_after(**of: float) -> int:
    with clock.shifted(timedelta(**of)):
        return services.erase_people()


def in_the_way(monkeypatch: pytest.MonkeyPatch, *codes: str, fails: bool = False) -> None:
    def erase(_: Any) -> int:
        raise RuntimeError("the database went away")

    kind = PersonalData(
        name="tests.obstacle",
        title="A test",
        why="A test",
        kept="A test",
        models=(),
        export=lambda _: None,
        erase=erase if fails else lambda _: 0,
        obstacles=lambda _: [Obstacle(code, "Settle this.") for code in codes],
    )
    monkeypatch.setattr(privacy, "_kinds", {**privacy._kinds, kind.name: kind})


def test_signs_out_everywhere_tells_the_person_and_waits() -> None:
    person = make_buyer()
    sign_in(person)

    erasure = ask(person)

    assert erasure.due_at - erasure.requested_at == timedelta(days=14)
    assert not SignIn.objects.filter(user=person, ended_at__isnull=True).exists()
    assert [letter.subject for letter in mail.outbox] == ["Your account will be erased"]
    assert OutboxEvent.objects.filter(type="users.ErasureRequested", key=person.pk).count() == 1
    assert run_after(days=13, hours=23) == 0
    assert User.objects.get(pk=person.pk).is_active


def test_asked_twice_it_stays_as_it_is() -> None:
    person = make_buyer()

    first, second = approval(person), approval(person)

    assert ask(person, first) == ask(person, second)
    assert Erasure.objects.count() == 1
    assert len(mail.outbox) == 1


def test_signing_in_takes_it_back_and_it_can_be_asked_for_again() -> None:
    person = make_buyer()
    ask(person)

    sign_in(person)

    assert Erasure.objects.get().cancelled_at is not None
    assert run_after(days=15) == 0
    assert User.objects.get(pk=person.pk).email == person.email
    ask(person)
    assert Erasure.objects.count() == 2


def test_afterwards_a_row_of_the_same_id_is_left_and_nobody_enters() -> None:
    person = make_buyer(phone_number="+254712345678")
    ask(person)

    assert run_after(days=14, seconds=1) == 1
    assert run_after(days=15) == 0

    left = User.objects.get(pk=person.pk)
    assert left.email == f"{person.pk.hex}@erased.invalid"
    assert (left.first_name, left.last_name, left.phone_number) == ("Former member", "", "")
    assert not left.check_password("a quiet harbour at dawn")
    assert get_public_cards(user_ids=[person.pk])[person.pk].display_name == "Former member"
    erasure = Erasure.objects.get()
    assert set(erasure.steps) == {kind.name for kind in privacy.personal_data()}
    with pytest.raises(AccountSuspended):
        sign_in(person)
    with pytest.raises(ErasureFinished):
        services.request_erasure(user_id=person.pk, actor=actor(make_admin()), reason="Again")


def test_what_operators_wrote_about_a_person_names_them_no_more() -> None:
    person, operator = make_buyer(), make_admin()
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=operator,
        content_type=about,
        object_id=str(person.pk),
        object_repr=person.email,
        action_flag=CHANGE,
        change_message="Suspend: Marigold sold the same lamp twice.",
    )
    services.request_erasure(
        user_id=person.pk, actor=actor(operator), reason="Marigold wrote to us."
    )

    assert run_after(days=14, seconds=1) == 1

    (line,) = LogEntry.objects.values_list("object_repr", "change_message", "user_id")
    assert line == ("Former member", "", operator.pk)
    assert Erasure.objects.get().reason == ""


def test_is_refused_with_what_must_be_settled_first(monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_buyer()
    in_the_way(monkeypatch, "open_orders", "money_in_wallet")

    with pytest.raises(ErasureBlocked) as refusal:
        ask(person)

    codes = [each["code"] for each in refusal.value.extra["obstacles"]]
    assert codes == ["open_orders", "money_in_wallet"]
    assert [o.code for o in get_erasure_outlook(user_id=person.pk).obstacles] == codes
    assert not Erasure.objects.exists()
    assert not OutboxEvent.objects.filter(key=person.pk).exists()


def test_waits_a_day_when_something_became_open_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_buyer()
    ask(person)
    with monkeypatch.context() as patch:
        in_the_way(patch, "open_chargebacks")
        assert run_after(days=14, seconds=1) == 1
        assert run_after(days=14, hours=23) == 0
        assert run_after(days=15, seconds=2) == 1

    assert Erasure.objects.get().last_error == "open_chargebacks"
    assert [letter.subject for letter in mail.outbox].count(
        "Your account cannot be erased yet"
    ) == 1
    assert run_after(days=16, seconds=3) == 1
    assert Erasure.objects.get().finished_at is not None


def test_a_crash_between_two_steps_goes_on_and_leaves_the_account_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = make_buyer()
    ask(person)
    with monkeypatch.context() as patch:
        in_the_way(patch, fails=True)
        assert run_after(days=14, seconds=1) == 1

    erasure = Erasure.objects.get()
    assert erasure.finished_at is None
    assert erasure.last_error == "RuntimeError"
    assert erasure.steps
    assert not User.objects.get(pk=person.pk).is_active
    assert run_after(days=14, minutes=11) == 1
    assert Erasure.objects.get().finished_at is not None


def test_an_operator_asks_for_somebody_with_a_reason_that_is_audited() -> None:
    person, operator = make_buyer(), make_admin()

    with pytest.raises(InvalidInput):
        services.request_erasure(user_id=person.pk, actor=actor(operator))
    assert not Erasure.objects.exists()
    services.request_erasure(user_id=person.pk, actor=actor(operator), reason="Asked by letter")

    entry = AuditEntry.objects.get(action="users.request_erasure")
    assert entry.subject_id == person.pk


def test_the_person_approves_it_with_a_second_factor() -> None:
    person = make_buyer()
    other = approve(person, "privacy", {"action": "download_export", "export_id": str(uuid4())})

    with pytest.raises(StepUpRequired):
        services.request_erasure(user_id=person.pk, actor=actor(person))
    with pytest.raises(StepUpRefused):
        services.request_erasure(user_id=person.pk, actor=actor(person), step_up=other)

    assert not Erasure.objects.exists()
    assert SignIn.objects.filter(user=person, ended_at__isnull=True).exists()


def test_nobody_of_the_staff_is_erased_and_so_the_last_administrator_stays() -> None:
    operator, mediator = make_admin(), make_staff("MEDIATOR")

    with pytest.raises(ErasureBlocked):
        ask(operator)
    with pytest.raises(ErasureBlocked):
        services.request_erasure(user_id=mediator.pk, actor=actor(operator), reason="Left us")

    assert not Erasure.objects.exists()


def test_a_stranger_is_told_that_there_is_nobody() -> None:
    person = make_buyer()
    for by in (actor(make_buyer()), Actor.system("test")):
        with pytest.raises(NotFound):
            services.request_erasure(user_id=person.pk, actor=by)
    with pytest.raises(NotFound):
        services.request_erasure(user_id=uuid4(), actor=actor(make_admin()), reason="x")


def test_the_cooling_off_is_policy() -> None:
    RetentionPolicy.objects.create(
        name="users.erasure_cooling_off", days=2, reason="x", updated_at=clock.now()
    )
    erasure = ask(make_buyer())
    assert erasure.due_at - erasure.requested_at == timedelta(days=2)


@pytest.mark.django_db(transaction=True)
def test_asking_many_times_at_once_is_one_erasure() -> None:
    person = make_buyer()

    approvals = [approval(person) for _ in range(8)]

    def run(proof: StepUpProof) -> None:
        ask(person, proof)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, approvals))

    assert Erasure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_signing_in_as_it_falls_due_either_saves_the_account_or_is_refused() -> None:
    for _ in range(5):
        person = make_buyer()
        ask(person)
        Erasure.objects.filter(user=person).update(next_attempt_at=clock.now())

        def enter(person: User = person) -> bool:
            try:
                sign_in(person)
            except AccountSuspended:
                return False
            finally:
                connection.close()
            return True

        def erase() -> None:
            services.erase_people()
            connection.close()

        with ThreadPoolExecutor(2) as pool:
            entered, _erased = pool.submit(enter), pool.submit(erase)

        erasure = Erasure.objects.get(user=person)
        assert entered.result() == (erasure.cancelled_at is not None)
        assert entered.result() != (erasure.finished_at is not None)


def test_of_staff_only_an_administrator_has_the_account_erased_and_of_those_nobody() -> None:
    lead = Actor.user(uuid4(), permissions=["users.erase_user"])
    colleague, chief = make_staff("SUPPORT"), make_admin()

    for person, by in ((colleague, lead), (chief, lead), (chief, actor(make_admin()))):
        with pytest.raises(Forbidden):
            services.request_erasure(user_id=person.pk, actor=by, reason="Asked for it")
    with pytest.raises(ErasureBlocked):
        services.request_erasure(user_id=colleague.pk, actor=actor(chief), reason="Left")
    assert not Erasure.objects.exists()
    services.request_erasure(user_id=make_buyer().pk, actor=lead, reason="Asked for it")
    assert Erasure.objects.count() == 1
