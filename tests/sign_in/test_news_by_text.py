"""Who signed up by telephone, and has no address, hears by text what others read in a letter."""

import pytest
from pytest_django import Settings

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.events.testing import deliver_all
from marketplace.notifications.models import OutboundEmail, OutboundSms
from marketplace.payments.services import remove_bank_account
from marketplace.payments.tests.factories import make_bank_account
from marketplace.users import services
from marketplace.users.models import User
from marketplace.users.phones import address_of_nobody
from marketplace.users.tests.factories import actor, make_admin, make_user
from marketplace.users.verification import letters

pytestmark = pytest.mark.django_db(transaction=True)
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


def test_a_change_of_where_money_goes_is_told() -> None:
    account = make_bank_account(by_telephone())
    deliver_all()
    remove_bank_account(actor=Actor.user(account.user_id, Role.SELLER), bank_account_id=account.id)
    deliver_all()

    added, removed = OutboundSms.objects.order_by("id").values_list("text", flat=True)
    assert "account was added" in added
    assert "account was removed" in removed
    assert account.masked_number not in added + removed


def test_an_erasure_that_an_operator_was_asked_for_is_told() -> None:
    person = by_telephone()
    services.request_erasure(user_id=person.pk, actor=actor(make_admin()), reason="By telephone.")

    deliver_all()

    (text,) = OutboundSms.objects.values_list("text", flat=True)
    assert "will be erased" in text
    assert len(text) <= 160
