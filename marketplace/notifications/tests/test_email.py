import pytest
from django.core.mail import EmailMessage, send_mail
from django.db import transaction
from pytest_django import Settings

from marketplace.notifications.email import AttachmentsUnsupported
from marketplace.notifications.models import DeliveryState, OutboundEmail

QUEUE = "marketplace.notifications.email.QueueBackend"


@pytest.fixture(autouse=True)
def queue(settings: Settings) -> None:
    settings.EMAIL_BACKEND = QUEUE


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_queued_by_the_callers_commit_and_dropped_by_its_rollback() -> None:
    with transaction.atomic():
        send_mail("Lost", "text", "us@example.com", ["a@example.com"])
        transaction.set_rollback(True)
    with transaction.atomic():
        send_mail("Kept", "text", "us@example.com", ["A@example.com"], html_message="<p>text</p>")

    email = OutboundEmail.objects.get()
    assert (email.subject, email.to, email.state) == ("Kept", "a@example.com", DeliveryState.QUEUED)
    assert (email.text, email.html) == ("text", "<p>text</p>")


@pytest.mark.django_db
def test_each_reader_gets_a_letter_of_their_own() -> None:
    message = EmailMessage("S", "t", "us@example.com", ["a@example.com"], bcc=["b@example.com"])

    message.send()

    assert set(OutboundEmail.objects.values_list("to", flat=True)) == {
        "a@example.com",
        "b@example.com",
    }


@pytest.mark.django_db
def test_attachments_are_refused_rather_than_lost() -> None:
    message = EmailMessage("S", "t", "us@example.com", ["a@example.com"])
    message.attach("a.txt", "text")

    with pytest.raises(AttachmentsUnsupported):
        message.send()
    assert not OutboundEmail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_sign_up_that_fails_leaves_neither_account_nor_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rest_framework.test import APIClient

    from marketplace.users.models import User

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", fail)
    client = APIClient(raise_request_exception=False)

    response = client.post(
        "/api/v1/auth/sign-up/",
        {"email": "a@example.com", "password": "a quiet harbour at dawn", "first_name": "A"},
    )

    assert response.status_code == 500
    assert not User.objects.exists()
    assert not OutboundEmail.objects.exists()
