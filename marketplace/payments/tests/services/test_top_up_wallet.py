"""A wallet is filled through a provider, as carefully as an order is paid."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.jobs import run_due
from marketplace.core.money import Money
from marketplace.payments.errors import (
    IdempotencyKeyReused,
    PaymentOutcomeUnknown,
    PaymentRefused,
    ReviewNotCreditable,
    ReviewNotRefundable,
    TopUpDayLimitReached,
    TopUpNotPositive,
    TopUpOutsideLimits,
    WalletInactive,
)
from marketplace.payments.models import (
    LedgerJournal,
    PaymentReview,
    ProviderWebhook,
    TopUp,
    TopUpLimit,
    Transaction,
    Wallet,
)
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.factory import PaymentMethodUnavailable
from marketplace.payments.providers.protocol import (
    PaymentOutcome,
    ProviderDeclined,
    ProviderUnknown,
)
from marketplace.payments.services import (
    Resolution,
    process_webhooks,
    receive_webhook,
    resolve_review,
)
from marketplace.payments.services.record_top_up_outcome import record_top_up_observed
from marketplace.payments.tests.factories import (
    HUNDRED_EUR,
    actor_for,
    everything,
    make_user,
    report_top_up,
    start_top_up,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider, Killed
from marketplace.payments.tests.services.test_hold_captured_funds import suspense_minor
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


@pytest.fixture
def user(provider: FakeProvider) -> User:
    return make_user()


def refuses(error: type[DomainError], command: Callable[[], Any]) -> None:
    before = everything()
    with pytest.raises(error):
        command()
    assert everything() == before


def test_the_user_is_sent_to_the_providers_page_and_nothing_is_booked_yet(
    user: User, provider: FakeProvider
) -> None:
    top_up = start_top_up(user)

    assert top_up.status == "PENDING"
    assert top_up.next_action["type"] == "redirect"
    assert top_up.next_action["url"].startswith("http://provider.test/")
    assert provider.calls == ["create_payment"]
    assert (wallet(user), LedgerJournal.objects.count()) == (0, 0)


def test_what_the_provider_confirms_is_in_the_wallet(user: User, provider: FakeProvider) -> None:
    top_up = start_top_up(user)

    report_top_up(provider, top_up.id)

    assert wallet(user) == 10_000
    assert LedgerJournal.objects.get().kind == "wallet_top_up"
    (told,) = recorded("payments.WalletToppedUp")
    assert (told["user_id"], told["amount_minor"]) == (str(user.pk), 10_000)
    line = Transaction.objects.get()
    assert (line.type, line.status, line.wallet_change_minor) == ("DEPOSIT", "COMPLETED", 10_000)
    assert TopUp.objects.get().next_check_at is None
    assert check_projections().differences == []


def test_a_webhook_is_only_a_nudge_to_ask(user: User, provider: FakeProvider) -> None:
    top_up = start_top_up(user)
    object_id = provider.settle_payment(str(top_up.id), PaymentOutcome.CAPTURED)
    for number in (1, 2):
        receive_webhook(
            provider="sandbox",
            body=f"evt_{number} payment.succeeded {object_id}".encode(),
            headers={"Fake-Signature": "signed"},
        )

    process_webhooks()

    assert set(ProviderWebhook.objects.values_list("state", flat=True)) == {"PROCESSED"}
    assert wallet(user) == 10_000


def test_the_same_capture_told_twice_is_credited_once(user: User, provider: FakeProvider) -> None:
    top_up = start_top_up(user)
    report_top_up(provider, top_up.id)
    before = everything()

    report_top_up(provider, top_up.id)

    assert everything() == before


def test_the_same_key_again_is_the_same_top_up(user: User, provider: FakeProvider) -> None:
    first = start_top_up(user)
    before = everything()

    again = start_top_up(user)

    assert (again.id, again.next_action) == (first.id, first.next_action)
    assert provider.calls == ["create_payment"]
    assert everything() == before


def test_the_same_key_tells_how_it_ended(user: User, provider: FakeProvider) -> None:
    top_up = start_top_up(user)
    report_top_up(provider, top_up.id)

    again = start_top_up(user)

    assert (again.status, again.next_action) == ("COMPLETED", {"type": "none"})


@pytest.mark.parametrize("changes", [{"amount": Money(9_000, "EUR")}, {"method": "bank_transfer"}])
def test_a_key_is_not_taken_for_another_request(
    user: User, provider: FakeProvider, changes: dict[str, Any]
) -> None:
    start_top_up(user)

    refuses(IdempotencyKeyReused, lambda: start_top_up(user, **changes))


def test_nobodys_wallet_is_not_found(provider: FakeProvider) -> None:
    refuses(NotFound, lambda: start_top_up(make_user(), actor=Actor.system("test")))


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (Money(0, "EUR"), TopUpNotPositive),
        (Money(-100, "EUR"), TopUpNotPositive),
        (Money(99, "EUR"), TopUpOutsideLimits),
        (Money(100_001, "EUR"), TopUpOutsideLimits),
    ],
)
def test_an_amount_outside_the_limits_is_refused(
    user: User, amount: Money, error: type[DomainError]
) -> None:
    refuses(error, lambda: start_top_up(user, amount))
    assert Wallet.objects.count() == 0


def test_a_day_has_a_limit_that_open_ones_count_towards(user: User, provider: FakeProvider) -> None:
    TopUpLimit.objects.filter(currency="EUR").update(per_day_minor=150_000)
    start_top_up(user, Money(100_000, "EUR"))

    refuses(TopUpDayLimitReached, lambda: start_top_up(user, Money(50_001, "EUR"), key="two"))

    start_top_up(user, Money(50_000, "EUR"), key="three")
    with clock.shifted(timedelta(hours=25)):
        start_top_up(user, Money(100_000, "EUR"), key="four")


def test_a_declined_top_up_counts_towards_no_limit(user: User, provider: FakeProvider) -> None:
    TopUpLimit.objects.filter(currency="EUR").update(per_day_minor=100_000)
    first = start_top_up(user, Money(100_000, "EUR"))
    decline(provider, first.id)

    start_top_up(user, Money(100_000, "EUR"), key="two")


def test_a_currency_without_limits_has_none(user: User, provider: FakeProvider) -> None:
    start_top_up(user, Money(90_000_000, "JPY"))


def test_a_suspended_wallet_is_not_filled_by_its_owner(user: User, provider: FakeProvider) -> None:
    start_top_up(user)
    Wallet.objects.update(is_active=False)

    refuses(WalletInactive, lambda: start_top_up(user, key="two"))


def test_money_still_arrives_in_a_suspended_wallet(user: User, provider: FakeProvider) -> None:
    top_up = start_top_up(user)
    Wallet.objects.update(is_active=False)

    report_top_up(provider, top_up.id)

    assert wallet(user) == 10_000


def test_a_method_that_nobody_offers_is_refused(user: User) -> None:
    for method in ("pigeon", "wallet"):
        refuses(PaymentMethodUnavailable, lambda m=method: start_top_up(user, method=m))  # type: ignore[misc]


def decline(provider: FakeProvider, top_up_id: Any) -> None:
    object_id = provider.settle_payment(str(top_up_id), PaymentOutcome.DECLINED)
    record_top_up_observed(top_up_id=top_up_id, observed=provider.payments[object_id])


def test_a_declined_top_up_has_failed_and_a_new_key_begins_another(
    user: User, provider: FakeProvider
) -> None:
    first = start_top_up(user)
    decline(provider, first.id)

    assert start_top_up(user).status == "FAILED"
    assert len(recorded("payments.TopUpDeclined")) == 1
    assert start_top_up(user, key="two").id != first.id


def test_money_that_comes_after_a_decline_counts(user: User, provider: FakeProvider) -> None:
    top_up = start_top_up(user)
    decline(provider, top_up.id)

    report_top_up(provider, top_up.id)

    assert wallet(user) == 10_000
    assert check_projections().differences == []


def test_what_the_provider_refuses_at_once_is_told(user: User, provider: FakeProvider) -> None:
    provider.fail_next = [ProviderDeclined("no", code="blocked")]

    with pytest.raises(PaymentRefused):
        start_top_up(user)

    assert TopUp.objects.get().status == "DECLINED"
    with pytest.raises(PaymentRefused):
        start_top_up(user)


def test_no_answer_is_unknown_until_the_job_has_asked(user: User, provider: FakeProvider) -> None:
    provider.lose_next_answers = 1
    with pytest.raises(PaymentOutcomeUnknown):
        start_top_up(user)
    assert TopUp.objects.get().status == "UNKNOWN"

    with clock.shifted(LATER):
        run_due("payments.settle_unknown_top_ups")

    assert TopUp.objects.get().status == "REDIRECTED"
    assert len(provider.payments) == 1
    assert provider.calls == ["create_payment", "find_payment"]


def test_the_provider_may_stay_away_for_long(user: User, provider: FakeProvider) -> None:
    provider.fail_next = [ProviderUnknown("away"), ProviderUnknown("away")]
    with pytest.raises(PaymentOutcomeUnknown):
        start_top_up(user)
    with clock.shifted(LATER):
        run_due("payments.settle_unknown_top_ups")
    assert (TopUp.objects.get().status, TopUp.objects.get().last_error) == ("UNKNOWN", "away")

    with clock.shifted(2 * LATER):
        run_due("payments.settle_unknown_top_ups")

    assert TopUp.objects.get().status == "REDIRECTED"


def test_a_crash_after_the_provider_acted_pays_once(user: User, provider: FakeProvider) -> None:
    provider.kill_after_next = True
    with pytest.raises(Killed):
        start_top_up(user)
    assert TopUp.objects.get().status == "STARTED"

    with clock.shifted(LATER):
        run_due("payments.settle_unknown_top_ups")

    assert (TopUp.objects.get().status, len(provider.payments)) == ("REDIRECTED", 1)


def test_a_lost_webhook_is_made_good_by_the_job(user: User, provider: FakeProvider) -> None:
    top_up = start_top_up(user)
    provider.settle_payment(str(top_up.id), PaymentOutcome.CAPTURED)

    with clock.shifted(LATER):
        run_due("payments.settle_unknown_top_ups")

    assert wallet(user) == 10_000


@pytest.mark.parametrize(
    ("came", "kind"),
    [
        (Money(9_999, "EUR"), "WRONG_AMOUNT"),
        (Money(10_001, "EUR"), "WRONG_AMOUNT"),
        (Money(10_000, "USD"), "WRONG_CURRENCY"),
    ],
)
def test_another_amount_waits_in_suspense_until_an_operator_credits_it(
    user: User, provider: FakeProvider, came: Money, kind: str
) -> None:
    top_up = start_top_up(user)
    report_top_up(provider, top_up.id, came)
    review = PaymentReview.objects.get()
    assert (review.kind, review.in_suspense) == (kind, True)
    assert start_top_up(user).status == "IN_REVIEW"
    assert suspense_minor(came.currency) == came.amount_minor
    assert (wallet(user, "EUR"), wallet(user, "USD")) == (0, 0)

    resolve(review, Resolution.CREDIT)

    assert suspense_minor(came.currency) == 0
    assert wallet(user, came.currency) == came.amount_minor
    assert start_top_up(user).status == "COMPLETED"
    assert check_projections().differences == []


def resolve(review: PaymentReview, resolution: Resolution) -> None:
    resolve_review(
        review_id=review.id,
        actor=actor_for(make_user(Role.ADMIN)),
        resolution=resolution,
        reason="The user wrote that this is right.",
    )


def test_a_top_up_in_suspense_has_no_order_to_refund(user: User, provider: FakeProvider) -> None:
    report_top_up(provider, start_top_up(user).id, Money(1, "EUR"))
    admin = actor_for(make_user(Role.ADMIN))
    review_id = PaymentReview.objects.get().id

    refuses(
        ReviewNotRefundable,
        lambda: resolve_review(
            review_id=review_id, actor=admin, resolution=Resolution.REFUND, reason="Back"
        ),
    )


def test_only_a_top_up_in_suspense_can_be_credited(user: User, provider: FakeProvider) -> None:
    from marketplace.payments.services import hold_captured_funds
    from marketplace.payments.tests.factories import capture, in_transaction, make_sale

    sale = make_sale()
    attempt_id = capture(sale, provider, Money(1, "EUR"))
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)

    with pytest.raises(ReviewNotCreditable):
        resolve(PaymentReview.objects.get(), Resolution.CREDIT)


def test_the_providers_fee_is_booked_beside_it(user: User, provider: FakeProvider) -> None:
    from dataclasses import replace

    top_up = start_top_up(user)
    object_id = provider.settle_payment(str(top_up.id), PaymentOutcome.CAPTURED)
    with_fee = replace(provider.payments[object_id], fee=Money(175, "EUR"))

    record_top_up_observed(top_up_id=top_up.id, observed=with_fee)

    assert wallet(user) == HUNDRED_EUR.amount_minor
    assert set(LedgerJournal.objects.values_list("kind", flat=True)) == {
        "wallet_top_up",
        "provider_fee",
    }
