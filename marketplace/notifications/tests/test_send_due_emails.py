from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Lock
from typing import Any, ClassVar

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections, transaction
from pytest_django import Settings

from marketplace.core import clock
from marketplace.notifications import services
from marketplace.notifications.models import DeliveryState, OutboundEmail
from marketplace.notifications.services._queue import _take_batch
from marketplace.notifications.services.send_due_emails import LETTERS

MAX_ATTEMPTS = 8


class Provider(BaseEmailBackend):
    """Stands for SendGrid and its like: takes letters, or fails as told."""

    taken: ClassVar[Counter[str]] = Counter()
    fails: ClassVar[bool] = False
    was_in_transaction: ClassVar[bool] = False
    lock: ClassVar[Lock] = Lock()

    def __init__(self, **_: Any) -> None:
        super().__init__()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with self.lock:
            Provider.was_in_transaction |= connection.in_atomic_block and not any(
                getattr(block, "_from_testcase", False) for block in connection.atomic_blocks
            )
            if Provider.fails:
                raise ConnectionError(f"cannot reach {email_messages[0].to}")
            for message in email_messages:
                self.taken[message.to[0]] += 1
        return len(email_messages)


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> type[Provider]:
    settings.EMAIL_DELIVERY_BACKEND = f"{__name__}.Provider"
    settings.EMAIL_KEEP_BODIES = False
    Provider.taken.clear()
    Provider.fails = Provider.was_in_transaction = False
    return Provider


def queue(to: str = "a@example.com", **fields: Any) -> OutboundEmail:
    return OutboundEmail.objects.create(
        to=to, from_email="us@example.com", subject="S", text="a key", html="<p>a key</p>", **fields
    )


@pytest.mark.django_db
def test_a_due_letter_leaves_and_its_words_are_wiped() -> None:
    email = queue()

    assert services.send_due_emails() == 1

    email.refresh_from_db()
    assert email.state == DeliveryState.SENT
    assert email.sent_at is not None
    assert (email.text, email.html) == ("", "")
    assert Provider.taken == {"a@example.com": 1}
    assert services.send_due_emails() == 0


@pytest.mark.django_db
def test_on_a_developers_machine_the_words_stay(settings: Settings) -> None:
    settings.EMAIL_KEEP_BODIES = True
    email = queue()

    services.send_due_emails()

    email.refresh_from_db()
    assert email.text == "a key"


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_called_outside_any_transaction() -> None:
    queue()

    services.send_due_emails()

    assert Provider.taken
    assert not Provider.was_in_transaction


@pytest.mark.django_db
def test_a_failure_is_tried_again_later_and_given_up_in_the_end() -> None:
    Provider.fails = True
    email = queue()
    moment = clock.now()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with clock.frozen(moment):
            assert services.send_due_emails() == 1
            assert services.send_due_emails() == 0, "not before its time"
        email.refresh_from_db()
        assert email.attempts == attempt
        moment += timedelta(seconds=max(LETTERS.backoff_seconds) + 1)

    assert email.state == DeliveryState.FAILED
    assert (email.text, email.html) == ("", "")
    assert email.last_error == "builtins.ConnectionError"
    with clock.frozen(moment):
        assert services.send_due_emails() == 0


@pytest.mark.django_db
def test_an_address_is_not_repeated_in_the_error() -> None:
    Provider.fails = True
    email = queue("secret@example.com")

    services.send_due_emails()

    email.refresh_from_db()
    assert "secret" not in email.last_error
    assert email.state == DeliveryState.QUEUED
    assert email.text == "a key"


@pytest.mark.django_db
def test_a_worker_that_died_lets_another_take_over_after_the_lease() -> None:
    email = queue()
    assert [taken.pk for taken in _take_batch(LETTERS)] == [email.pk]
    assert services.send_due_emails() == 0

    with clock.shifted(timedelta(seconds=LETTERS.lease_seconds + 1)):
        assert services.send_due_emails() == 1
    assert Provider.taken == {"a@example.com": 1}


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_letter_once() -> None:
    for number in range(100):
        queue(f"p{number}@example.com")

    def work(_: int) -> None:
        try:
            while services.send_due_emails():
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert len(Provider.taken) == 100
    assert set(Provider.taken.values()) == {1}
    assert not OutboundEmail.objects.exclude(state=DeliveryState.SENT).exists()


@pytest.mark.django_db
def test_old_letters_are_forgotten_but_never_unsent_ones() -> None:
    long_ago = clock.now() - timedelta(days=31)
    queue("waiting@example.com", created_at=long_ago)
    queue("old@example.com", created_at=long_ago, state=DeliveryState.FAILED)
    queue("new@example.com", state=DeliveryState.FAILED)

    with transaction.atomic():
        assert services.purge_emails(clock.now() - timedelta(days=30)) == 1

    left = set(OutboundEmail.objects.values_list("to", flat=True))
    assert left == {"waiting@example.com", "new@example.com"}
