"""What paid: recognised by a keyed hash, of whoever it paid for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from marketplace.core import clock
from marketplace.core.models import OutboxEvent
from marketplace.core.privacy import personal_data
from marketplace.payments import privacy
from marketplace.payments.models import (
    PaymentEvent,
    PaymentInstrument,
    RiskFinding,
    RiskPolicy,
)
from marketplace.payments.providers.protocol import PaymentOutcome
from marketplace.payments.repositories.instruments import (
    WINDOW,
    count_payers,
    keep_instrument,
    share_an_instrument,
)
from marketplace.payments.services import hold_captured_funds
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed
from marketplace.payments.services.record_top_up_outcome import record_top_up_observed
from marketplace.payments.tests.factories import (
    Sale,
    in_transaction,
    make_sale,
    make_user,
    start,
    start_top_up,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_look_at_sale import hear
from marketplace.users.models import Erasure, User

pytestmark = pytest.mark.django_db
CARD = "card-canary-4711"


def pay(sale: Sale, provider: FakeProvider, card: str = CARD) -> None:
    """Paid with this card, and held."""
    attempt_id: UUID = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED, instrument=card)
    for _ in range(2):
        record_attempt_observed(attempt_id=attempt_id, observed=provider.payments[object_id])
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)


def keep(user: User, name: str = CARD) -> None:
    in_transaction(keep_instrument, user_id=user.pk, provider="sandbox", name=name)


def findings() -> list[tuple[str, list[str]]]:
    return list(RiskFinding.objects.order_by("id").values_list("kind", "evidence"))


def test_a_card_is_kept_once_for_each_person_and_nowhere_in_the_clear(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    pay(sale, provider)
    pay(make_sale(buyer=sale.buyer), provider)
    hear()

    row = PaymentInstrument.objects.get()
    assert (row.user, row.provider) == (sale.buyer, "sandbox")
    assert row.last_paid_at > row.created_at
    stored: list[Any] = [PaymentInstrument.objects.values().get()]
    stored += [*PaymentEvent.objects.values(), *OutboxEvent.objects.values()]
    assert CARD not in repr(stored)
    assert CARD.encode() not in b"".join(map(bytes, (row.name_encrypted, row.fingerprint)))


def test_a_provider_that_names_nothing_leaves_nothing(provider: FakeProvider) -> None:
    pay(make_sale(), provider, card="")
    assert not PaymentInstrument.objects.exists()


def test_who_sells_to_somebody_with_their_own_card_is_to_be_looked_at(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    pay(make_sale(buyer=sale.seller), provider)
    hear()
    assert findings() == []

    pay(sale, provider)
    hear()

    assert findings() == [("LINKED_PARTIES", ["instrument"])]


def test_a_card_that_filled_a_wallet_counts_as_well(provider: FakeProvider) -> None:
    sale = make_sale()
    top_up = start_top_up(sale.seller)
    object_id = provider.settle_payment(str(top_up.id), PaymentOutcome.CAPTURED, instrument=CARD)
    record_top_up_observed(top_up_id=top_up.id, observed=provider.payments[object_id])

    pay(sale, provider)
    hear()

    assert findings() == [("LINKED_PARTIES", ["instrument"])]


def test_one_name_at_two_providers_is_two_cards() -> None:
    one, other = make_user(), make_user()
    keep(one)
    in_transaction(keep_instrument, user_id=other.pk, provider="stripe", name=CARD)
    assert not share_an_instrument(one.pk, other.pk)


def test_without_a_policy_a_card_may_pay_for_anybody(provider: FakeProvider) -> None:
    for _ in range(20):
        keep(make_user())
    pay(make_sale(), provider)
    hear()
    assert findings() == []


@pytest.mark.parametrize(("allowed", "is_found"), [(3, False), (2, True)])
def test_more_buyers_than_the_policy_allows_are_looked_at(
    provider: FakeProvider, allowed: int, is_found: bool
) -> None:
    RiskPolicy.objects.create(buyers_per_instrument=allowed)
    for _ in range(2):
        keep(make_user())
    pay(make_sale(), provider)
    hear()
    assert findings() == ([("INSTRUMENT_VELOCITY", ["instrument"])] if is_found else [])


def test_the_policy_of_the_currency_and_the_level_wins(provider: FakeProvider) -> None:
    RiskPolicy.objects.create(buyers_per_instrument=1)
    RiskPolicy.objects.create(currency="EUR", verification_level="T0", buyers_per_instrument=5)
    keep(make_user())
    pay(make_sale(), provider)
    hear()
    assert findings() == []


def test_yesterday_does_not_count() -> None:
    user, at = make_user(), clock.now()
    for person in (user, make_user(), make_user()):
        keep(person)
    assert count_payers(user.pk, at=at) == 3
    PaymentInstrument.objects.exclude(user=user).update(last_paid_at=at - WINDOW)
    assert count_payers(user.pk, at=at) == 1
    assert count_payers(make_user().pk, at=at) == 0


def test_a_process_whose_clock_is_a_day_off_counts_the_same_day(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    RiskPolicy.objects.create(buyers_per_instrument=1)
    keep(make_user())
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=2))
    pay(make_sale(), provider)
    hear()
    assert findings() == [("INSTRUMENT_VELOCITY", ["instrument"])]


def test_a_name_that_was_altered_holds_up_neither_the_look_nor_the_order(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    for person in (sale.buyer, sale.seller):
        keep(person)
    PaymentInstrument.objects.update(name_encrypted=b"altered")
    pay(sale, provider, card="")
    hear()
    assert findings() == [("LINKED_PARTIES", ["instrument"])]


def test_money_that_comes_after_an_erasure_leaves_no_card(provider: FakeProvider) -> None:
    sale, at = make_sale(), clock.now()
    Erasure.objects.create(
        user=sale.buyer,
        requested_by_id=sale.buyer.pk,
        requested_at=at,
        due_at=at,
        started_at=at,
        next_attempt_at=at,
    )
    pay(sale, provider)
    assert not PaymentInstrument.objects.exists()


def test_a_card_is_recognised_while_and_after_the_keys_change(settings: LazySettings) -> None:
    old, new = "1:" + "A" * 43 + "=", "2:" + "B" * 43 + "="
    one, other = make_user(), make_user()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    keep(one)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    settings.FIELD_FINGERPRINT_KEY = 2
    keep(other)
    keep(one)
    assert PaymentInstrument.objects.count() == 2
    assert share_an_instrument(one.pk, other.pk)
    assert share_an_instrument(other.pk, one.pk)
    assert count_payers(one.pk, at=clock.now()) == 2

    call_command("rotate_field_keys", verbosity=0)
    call_command("rotate_field_keys", fingerprints=True, verbosity=0)

    settings.FIELD_ENCRYPTION_KEYS = [new]
    hashes = PaymentInstrument.objects.values_list("fingerprint", flat=True)
    assert len({bytes(each) for each in hashes}) == 1
    assert share_an_instrument(one.pk, other.pk)


def test_a_person_reads_when_they_paid_and_takes_it_with_them() -> None:
    user = make_user()
    keep(user)
    kind = next(kind for kind in personal_data() if kind.name == "payments.instruments")
    exported = kind.export(user.pk)
    assert isinstance(exported, list)
    assert set(exported[0]) == {"provider", "created_at", "last_paid_at"}
    assert [in_transaction(lambda: kind.erase(user.pk)) for _ in range(2)] == [1, 0]


def test_what_has_not_paid_for_long_goes() -> None:
    old, new = make_user(), make_user()
    for person in (old, new):
        keep(person)
    at = clock.now()
    PaymentInstrument.objects.filter(user=old).update(last_paid_at=at.replace(year=2001))
    assert privacy._purge_instruments(at.replace(year=2002)) == 1
    assert PaymentInstrument.objects.get().user == new
