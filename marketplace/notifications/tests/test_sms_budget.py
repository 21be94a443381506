"""The day's text messages: so many, whoever asks, and operators are told before they end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core.mail import EmailMessage
from django.db import connections, transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.sms import TextsOff, TextsUsedUp, send_sms
from marketplace.core.testing.figures import publish
from marketplace.notifications.models import OutboundSms, SmsDay
from marketplace.users.tests.factories import make_user

NUMBER = "+254712345678"
EVENING = datetime(2027, 3, 1, 23, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def five_a_day(settings: Settings) -> None:
    settings.SMS_PER_DAY = 5
    settings.ACCOUNT_RATE_LIMITS = False
    settings.OPERATIONS_EMAIL = "desk@example.test"


def send(count: int) -> None:
    for _ in range(count):
        send_sms(to=NUMBER, text="123456")


@pytest.mark.django_db
def test_the_sixth_of_five_is_refused_and_nothing_is_queued() -> None:
    with clock.frozen(EVENING):
        send(5)
        with pytest.raises(TextsUsedUp) as refusal:
            send(1)

    assert refusal.value.extra == {"retry_after_seconds": 3601}
    assert OutboundSms.objects.count() == SmsDay.objects.get().queued == 5


@pytest.mark.django_db
def test_the_next_day_has_its_own() -> None:
    with clock.frozen(EVENING):
        send(5)
    with clock.frozen(EVENING + timedelta(hours=1)):
        send(1)

    assert list(SmsDay.objects.order_by("day").values_list("queued", flat=True)) == [5, 1]


@pytest.mark.django_db
def test_none_a_day_is_none(settings: Settings) -> None:
    settings.SMS_PER_DAY = 0
    with pytest.raises(TextsUsedUp):
        send(1)


@pytest.mark.django_db
def test_operators_are_told_once_before_the_end_and_once_at_it(
    mailoutbox: list[EmailMessage],
) -> None:
    send(3)
    assert mailoutbox == []
    send(2)
    for _ in range(3):
        with pytest.raises(TextsUsedUp):
            send(1)

    assert [letter.to for letter in mailoutbox] == [["desk@example.test"]] * 2
    assert [letter.subject for letter in mailoutbox] == [
        "4 of 5 text messages are sent today",
        "5 of 5 text messages are sent today",
    ]


@pytest.mark.django_db(transaction=True)
def test_what_rolls_back_is_not_counted() -> None:
    with transaction.atomic():
        send(5)
        transaction.set_rollback(True)

    send(5)

    assert SmsDay.objects.get().queued == 5


@pytest.mark.django_db(transaction=True)
def test_twenty_at_the_same_moment_share_the_five() -> None:
    start = Barrier(20)

    def attempt(_: int) -> bool:
        try:
            start.wait()
            with transaction.atomic():
                send(1)
        except TextsUsedUp:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(20) as pool:
        sent = sum(pool.map(attempt, range(20)))

    assert sent == OutboundSms.objects.count() == 5
    publish("text messages at once, five left today", asked=20, queued=sent)


@pytest.mark.django_db
def test_a_number_with_an_account_is_refused_like_one_without(settings: Settings) -> None:
    settings.SMS_PER_DAY = 0
    make_user(phone_number=NUMBER, phone_verified_at=clock.now())

    def asked(number: str) -> tuple[int, str, bool]:
        answer = APIClient().post("/api/v1/auth/code/", {"phone_number": number})
        return answer.status_code, answer.json()["code"], "Retry-After" in answer

    assert asked(NUMBER) == asked("+254712345679") == (503, "texts_used_up", True)
    assert not OutboundSms.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["code", "phone/sign-up"])
def test_a_platform_without_texts_says_so(settings: Settings, path: str) -> None:
    settings.SMS_URL = "off"
    body = {"phone_number": NUMBER, **({"first_name": "Marigold"} if "sign-up" in path else {})}

    answer = APIClient().post(f"/api/v1/auth/{path}/", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "texts_off")
    with pytest.raises(TextsOff):
        send(1)
    assert not OutboundSms.objects.exists()
