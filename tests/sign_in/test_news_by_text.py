"""Who signed up by telephone, and has no address, hears by text how their verification stands."""

import pytest
from pytest_django import Settings

from marketplace.core import clock
from marketplace.notifications.models import OutboundEmail, OutboundSms
from marketplace.users.models import User
from marketplace.users.phones import address_of_nobody
from marketplace.users.tests.factories import make_user
from marketplace.users.verification import letters

pytestmark = pytest.mark.django_db
NUMBER = "+254712345678"


@pytest.fixture(autouse=True)
def queued(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "marketplace.notifications.email.QueueBackend"


def by_telephone() -> User:
    return make_user(email=address_of_nobody(), phone_number=NUMBER, phone_verified_at=clock.now())


def told(user: User) -> list[str]:
    letters.write_approved(user.pk, "T2", None)
    assert not OutboundEmail.objects.filter(to__endswith=".invalid").exists()
    return list(OutboundSms.objects.values_list("text", flat=True))


def test_a_text_says_that_there_is_news_and_nothing_of_the_person() -> None:
    (text,) = told(by_telephone())

    assert "Verified: your identity" in text
    assert len(text) <= 160


def test_an_address_comes_first() -> None:
    assert told(make_user(phone_number=NUMBER, phone_verified_at=clock.now())) == []
    assert OutboundEmail.objects.count() == 1


@pytest.mark.parametrize(("name", "value"), [("SMS_URL", "off"), ("SMS_PER_DAY", 0)])
def test_without_texts_the_event_is_handled_all_the_same(
    settings: Settings, name: str, value: object
) -> None:
    setattr(settings, name, value)
    assert told(by_telephone()) == []
