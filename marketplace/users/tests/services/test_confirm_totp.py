from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection, transaction

from marketplace.core import clock
from marketplace.core.events.testing import recorded
from marketplace.core.security import Undecipherable
from marketplace.core.testing.figures import publish
from marketplace.users import errors, queries, services
from marketplace.users.models import Factor, FactorEnrolment, FactorGuard, User
from marketplace.users.services._factor_checks import FactorAnswer, is_right
from marketplace.users.snapshots import TotpEnrolment
from marketplace.users.tests.authenticator import code_for, give_totp, secret_of
from marketplace.users.tests.factories import make_user
from marketplace.users.tests.step_ups import approve, sign_in_id_of

ADD = {"action": "add_totp"}
AT_ONCE = 20


@pytest.fixture
def user() -> User:
    return make_user()


def begin(user: User) -> TotpEnrolment:
    return services.begin_totp(user_id=user.pk, step_up=approve(user, "factor_change", ADD))


def confirm(user: User, enrolment: TotpEnrolment, code: str) -> tuple[str, ...]:
    added = services.confirm_totp(
        user_id=user.pk, sign_in_id=sign_in_id_of(user), enrolment_id=enrolment.id, code=code
    )
    return added.recovery_codes


def try_code(user: User, code: str, factor: str = Factor.TOTP) -> bool:
    with transaction.atomic():
        return is_right(user.pk, FactorAnswer(factor, code), challenge=None)


@pytest.mark.django_db
def test_an_app_counts_once_it_has_shown_its_code(user: User) -> None:
    enrolment = begin(user)
    assert not queries.has_second_factor(user_id=user.pk)
    assert enrolment.otpauth_url.startswith("otpauth://totp/")
    assert "Fairhold" in enrolment.otpauth_url
    assert enrolment.qr_svg.startswith("<?xml")

    codes = confirm(user, enrolment, code_for(enrolment.secret))

    assert queries.has_second_factor(user_id=user.pk)
    assert len(set(codes)) == 10
    (event,) = recorded("users.SecondFactorAdded")
    assert event == {"user_id": str(user.pk), "factor": "totp"}
    assert mail.outbox[-1].subject == "An authenticator app was added"
    assert queries.list_factors(user_id=user.pk).recovery_codes_left == 10


@pytest.mark.django_db
def test_the_code_that_enrolled_it_is_used_up(user: User) -> None:
    enrolment = begin(user)
    code = code_for(enrolment.secret)
    confirm(user, enrolment, code)

    assert not try_code(user, code)
    assert try_code(user, code_for(enrolment.secret, steps=1))


@pytest.mark.django_db
def test_a_wrong_code_changes_nothing_and_counts(user: User) -> None:
    enrolment = begin(user)

    with pytest.raises(errors.SecondFactorRefused):
        confirm(user, enrolment, code_for(enrolment.secret, steps=7))

    assert not Authenticator.objects.exists()
    assert FactorGuard.objects.get().failed_attempts == 1
    assert not recorded("users.SecondFactorAdded")


@pytest.mark.django_db
def test_an_enrolment_ends_with_its_success_with_time_and_on_its_device(user: User) -> None:
    enrolment = begin(user)
    with clock.shifted(timedelta(minutes=10)), pytest.raises(errors.EnrolmentRefused):
        confirm(user, enrolment, code_for(enrolment.secret))
    with pytest.raises(errors.EnrolmentRefused):
        services.confirm_totp(
            user_id=user.pk,
            sign_in_id=sign_in_id_of(make_user()),
            enrolment_id=enrolment.id,
            code=code_for(enrolment.secret),
        )
    confirm(user, enrolment, code_for(enrolment.secret))
    with pytest.raises(errors.EnrolmentRefused):
        confirm(user, enrolment, code_for(enrolment.secret, steps=1))
    assert not FactorEnrolment.objects.get().secret_encrypted


@pytest.mark.django_db
def test_there_is_one_app_at_most(user: User) -> None:
    first, second = begin(user), begin(user)
    confirm(user, first, code_for(first.secret))

    with pytest.raises(errors.FactorExists):
        confirm(user, second, code_for(second.secret))
    with pytest.raises(errors.FactorExists):
        begin(user)


@pytest.mark.django_db
def test_it_is_begun_with_an_approval_of_just_that(user: User) -> None:
    proof = approve(user, "factor_change", {"action": "add_passkey"})
    with pytest.raises(errors.StepUpRefused):
        services.begin_totp(user_id=user.pk, step_up=proof)
    assert not FactorEnrolment.objects.exists()


@pytest.mark.django_db
def test_a_code_is_right_for_its_half_minute_and_the_ones_beside_it(user: User) -> None:
    secret = give_totp(user)
    with clock.frozen(clock.now()):
        assert not try_code(user, code_for(secret, steps=-2))
        assert not try_code(user, code_for(secret, steps=2))
        assert try_code(user, code_for(secret, steps=-1))
        assert try_code(user, code_for(secret))
        assert not try_code(user, code_for(secret, steps=-1)), "an earlier step is over"
        assert try_code(user, code_for(secret, steps=1)[:3] + " " + code_for(secret, steps=1)[3:])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code",
    ["", "0", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "\0\0\0"],
)
def test_what_is_no_code_is_refused(user: User, code: str) -> None:
    give_totp(user)
    assert not try_code(user, code)
    assert not try_code(user, code, Factor.RECOVERY_CODE)


@pytest.mark.django_db
def test_after_ten_wrong_codes_right_ones_are_refused_for_a_while(user: User) -> None:
    secret = give_totp(user)
    for _ in range(10):
        assert not try_code(user, "000000")
    with pytest.raises(errors.TooManyAttempts) as refusal:
        try_code(user, code_for(secret))
    assert 0 < refusal.value.extra["retry_after_seconds"] <= 15 * 60 + 1
    with clock.shifted(timedelta(minutes=15)):
        assert try_code(user, code_for(secret))


@pytest.mark.django_db
def test_the_secret_is_sealed_and_opens_for_its_owner_alone(user: User) -> None:
    secret, other = give_totp(user), make_user()
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        (stored,) = cursor.fetchone()
    assert secret not in stored
    assert "sealed:" in stored
    assert secret_of(user) == secret

    Authenticator.objects.update(user=other)
    with pytest.raises(Undecipherable):
        secret_of(other)


@pytest.mark.django_db
def test_a_secret_that_somebody_wrote_into_the_table_is_refused(user: User) -> None:
    secret = give_totp(user)
    Authenticator.objects.update(data={"secret": secret})
    with pytest.raises(Undecipherable):
        try_code(user, code_for(secret))


@pytest.mark.django_db(transaction=True)
def test_one_code_twenty_times_at_once_is_right_once() -> None:
    user = make_user()
    code, at = code_for(give_totp(user)), clock.now()
    start = Barrier(AT_ONCE)

    def attempt(_: int) -> bool:
        start.wait()
        try:
            with clock.frozen(at):
                return try_code(user, code)
        except errors.TooManyAttempts:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        successes = list(pool.map(attempt, range(AT_ONCE))).count(True)

    publish("one TOTP code in parallel", sent=AT_ONCE, successes=successes)
    assert successes == 1


@pytest.mark.django_db(transaction=True)
def test_one_recovery_code_at_once_is_right_once() -> None:
    user = make_user()
    enrolment = begin(user)
    code = confirm(user, enrolment, code_for(enrolment.secret))[0]
    start = Barrier(8)

    def attempt(_: int) -> bool:
        start.wait()
        try:
            return try_code(user, code, Factor.RECOVERY_CODE)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))

    assert outcomes.count(True) == 1
    assert queries.list_factors(user_id=user.pk).recovery_codes_left == 9
    (event,) = recorded("users.RecoveryCodeUsed")
    assert event["left"] == 9
