"""Text messages: queued with what caused them, delivered once, and wiped."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connections, transaction
from django.test import Client
from pytest_django import Settings

from marketplace.core import clock
from marketplace.core.sms import send_sms
from marketplace.notifications import services
from marketplace.notifications.models import DeliveryState, OutboundSms
from marketplace.notifications.services.send_due_sms import TEXTS
from marketplace.notifications.sms import SmsUrlRefused, provider_from

NUMBER = "+254712345678"


class FakeTwilio(ThreadingHTTPServer):
    """Answers as Twilio's Messages resource does, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.authorization = ""
        self.status = 201

    @property
    def sms_url(self) -> str:
        return (
            f"twilio://AC123:s%2Fcret@?from=+15550100&api=http://127.0.0.1:{self.server_address[1]}"
        )


class _Handler(BaseHTTPRequestHandler):
    server: FakeTwilio

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.authorization = self.headers["Authorization"]
        self.server.paths.append(self.path)
        if self.server.status == 201:
            self.server.taken.append({name: values[0] for name, values in form.items()})
        answer = {"sid": "SM1"} if self.server.status == 201 else {"code": 21211, "message": NUMBER}
        body = json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def twilio(settings: Settings) -> Iterator[FakeTwilio]:
    server = FakeTwilio()
    Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL = server.sms_url
    settings.EMAIL_KEEP_BODIES = False
    yield server
    server.shutdown()
    server.server_close()


def due_now() -> None:
    OutboundSms.objects.update(next_attempt_at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_a_message_exists_only_if_its_cause_committed() -> None:
    with transaction.atomic():
        send_sms(to=NUMBER, text="123456")
        transaction.set_rollback(True)

    assert not OutboundSms.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twilio_gets_number_sender_and_words_and_the_words_are_wiped(twilio: FakeTwilio) -> None:
    send_sms(to=NUMBER, text="123456 is your code.")

    assert services.send_due_sms() == 1
    assert services.send_due_sms() == 0

    assert twilio.taken == [{"To": NUMBER, "Body": "123456 is your code.", "From": "+15550100"}]
    assert twilio.paths == ["/2010-04-01/Accounts/AC123/Messages.json"]
    assert base64.b64decode(twilio.authorization.split()[1]) == b"AC123:s/cret"
    row = OutboundSms.objects.get()
    assert (row.state, row.text) == (DeliveryState.SENT, "")
    assert row.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_number_that_twilio_refuses_is_given_up_at_once(twilio: FakeTwilio) -> None:
    twilio.status = 400
    send_sms(to=NUMBER, text="123456")

    services.send_due_sms()

    row = OutboundSms.objects.get()
    assert (row.state, row.text, row.attempts) == (DeliveryState.FAILED, "", 1)
    assert row.last_error == "twilio 400 21211"


@pytest.mark.django_db(transaction=True)
def test_an_outage_is_waited_for_but_not_for_longer_than_a_code_lives(twilio: FakeTwilio) -> None:
    twilio.status = 503
    send_sms(to=NUMBER, text="123456")

    for _ in TEXTS.backoff_seconds:
        services.send_due_sms()
        assert OutboundSms.objects.get().state == DeliveryState.QUEUED
        assert OutboundSms.objects.get().text
        due_now()
    services.send_due_sms()

    row = OutboundSms.objects.get()
    assert (row.state, row.text) == (DeliveryState.FAILED, "")
    assert sum(TEXTS.backoff_seconds) < 600


@pytest.mark.django_db(transaction=True)
def test_nobody_listening_is_an_outage(settings: Settings) -> None:
    settings.SMS_URL = "twilio://AC123:secret@?service=MG1&api=http://127.0.0.1:1"
    send_sms(to=NUMBER, text="123456")

    services.send_due_sms()

    assert OutboundSms.objects.get().last_error == "ConnectError"


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_message_once(twilio: FakeTwilio) -> None:
    for number in range(60):
        send_sms(to=f"+2547123450{number:02}", text="123456")

    def work(_: int) -> None:
        try:
            while services.send_due_sms():
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert len(twilio.taken) == 60
    assert len({message["To"] for message in twilio.taken}) == 60


@pytest.mark.parametrize(
    "url",
    [
        "twilio://",
        "twilio://AC123:secret@",
        "twilio://AC123@?from=+15550100",
        "carrier-pigeon://home",
        "AC123:secret",
    ],
)
def test_an_address_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(SmsUrlRefused):
        provider_from(url)


@pytest.mark.django_db
def test_the_developers_outbox_shows_the_code(settings: Settings) -> None:
    settings.DEV_OUTBOX = True
    send_sms(to=NUMBER, text="123456 is your code.")

    shown = Client().get("/dev/outbox/messages.json", {"to": NUMBER}).json()["messages"]

    assert shown[0]["key"] == "123456"
    assert shown[0]["to"] == NUMBER
    assert Client().get("/dev/outbox/messages.json?to=%2B15550199").json() == {"messages": []}
