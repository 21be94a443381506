from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from marketplace.core import clock
from marketplace.core.db import TransactionMissing
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_id
from marketplace.core.step_up import StepUpProof
from marketplace.users import services
from marketplace.users.errors import StepUpRefused, StepUpRequired
from marketplace.users.models import StepUp, User
from marketplace.users.tests.factories import make_user, sign_in
from marketplace.users.tests.step_ups import approve, sign_in_id_of

TEN = {"amount": "10.00", "currency": "EUR", "payee": "0199a000-0000-7000-8000-0000000000d1"}


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def proof(user: User) -> StepUpProof:
    return approve(user, "withdrawal", TEN)


def use(
    user: User,
    proof: StepUpProof,
    binding: Mapping[str, str] = TEN,
    purpose: str = "withdrawal",
) -> None:
    with transaction.atomic():
        services.use_step_up(user_id=user.pk, purpose=purpose, binding=binding, **asdict(proof))


def reason_of(user: User, proof: StepUpProof, **changed: object) -> str:
    with pytest.raises(StepUpRefused) as refusal:
        use(user, proof, **changed)  # type: ignore[arg-type]
    return refusal.value.reason


@pytest.mark.django_db
def test_what_was_approved_may_be_done_once(user: User, proof: StepUpProof) -> None:
    use(user, proof)

    assert StepUp.objects.get().used_at is not None
    assert reason_of(user, proof) == "used"


@pytest.mark.django_db
def test_the_order_of_what_is_approved_does_not_matter(user: User, proof: StepUpProof) -> None:
    use(user, proof, dict(reversed(TEN.items())))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"amount": "10.01"},
        {"amount": "100.0"},
        {"currency": "KES"},
        {"payee": "0199a000-0000-7000-8000-0000000000d2"},
        {"more": ""},
    ],
)
def test_anything_else_is_refused(
    user: User, proof: StepUpProof, change: Mapping[str, str]
) -> None:
    assert reason_of(user, proof, binding={**TEN, **change}) == "changed"
    assert StepUp.objects.get().used_at is None


@pytest.mark.django_db
def test_an_approval_of_one_kind_is_none_of_another(user: User, proof: StepUpProof) -> None:
    assert reason_of(user, proof, purpose="bank_account") == "changed"


@pytest.mark.django_db
def test_without_one_the_answer_says_what_is_needed(user: User) -> None:
    with pytest.raises(StepUpRequired) as refusal:
        use(user, StepUpProof(step_up_id=None, sign_in_id=sign_in_id_of(user)))
    assert refusal.value.extra == {"purpose": "withdrawal"}


@pytest.mark.django_db
def test_another_persons_another_devices_and_none_at_all_look_alike(
    user: User, proof: StepUpProof
) -> None:
    sign_in(user)
    elsewhere = replace(proof, sign_in_id=sign_in_id_of(user))
    assert elsewhere != proof
    assert reason_of(user, elsewhere) == "unknown"
    assert reason_of(make_user(), proof) == "unknown"
    assert reason_of(user, replace(proof, step_up_id=new_id())) == "unknown"
    assert StepUp.objects.get().used_at is None


@pytest.mark.django_db
def test_it_has_to_be_confirmed_and_in_time(user: User) -> None:
    unconfirmed = approve(user, "withdrawal", TEN, is_confirmed=False)
    assert reason_of(user, unconfirmed) == "unconfirmed"

    late = approve(user, "withdrawal", TEN)
    with clock.shifted(timedelta(minutes=10, seconds=1)):
        assert reason_of(user, late) == "expired"


@pytest.mark.django_db
def test_it_is_spent_in_the_callers_transaction_only(user: User, proof: StepUpProof) -> None:
    with pytest.raises(TransactionMissing):
        services.use_step_up(user_id=user.pk, purpose="withdrawal", binding=TEN, **asdict(proof))


@pytest.mark.django_db(transaction=True)
def test_a_command_that_fails_leaves_it_as_good_as_before() -> None:
    user = make_user()
    proof = approve(user, "withdrawal", TEN)

    def fails_afterwards() -> None:
        with transaction.atomic():
            use(user, proof)
            raise DomainError

    with pytest.raises(DomainError, match="refused"):
        fails_afterwards()

    use(user, proof)


@pytest.mark.django_db(transaction=True)
def test_used_by_many_at_once_it_is_used_once() -> None:
    user = make_user()
    proof = approve(user, "withdrawal", TEN)
    start = Barrier(8)

    def attempt(_: int) -> str:
        try:
            start.wait()
            use(user, proof)
        except StepUpRefused as refusal:
            return refusal.reason
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(attempt, range(8)))

    assert outcomes == ["done", *["used"] * 7]
