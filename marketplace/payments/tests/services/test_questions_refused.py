"""A provider that refuses to answer a question has not refused the payment asked about.

A key without the right to list, a moved address, a proxy's 403: the money may be on its way all the
same. Only the refusal of the request itself is definite.
"""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.errors import PaymentOutcomeUnknown
from marketplace.payments.ledger import accounts
from marketplace.payments.models import PaymentAttempt, Payout, Refund
from marketplace.payments.providers.protocol import (
    PayoutOutcome,
    ProviderDeclined,
    ProviderRejected,
    RefundOutcome,
)
from marketplace.payments.services import (
    refund_escrow,
    settle_unknown_attempts,
    submit_payouts,
    submit_refunds,
)
from marketplace.payments.tests.factories import (
    actor_for,
    balance,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    start,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db

REFUSALS = (ProviderRejected("may not list", code="403"), ProviderDeclined("no", code="422"))


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_a_payout_that_may_be_on_its_way_stays_out_of_the_wallet(
    provider: FakeProvider, refusal: Exception
) -> None:
    seller = make_paid_seller(provider)
    payout_id = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    ).id
    provider.lose_next_answers = 1
    submit_payouts()
    provider.fail_next.append(refusal)

    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()

    assert Payout.objects.get(id=payout_id).status == "UNKNOWN"
    assert wallet(seller) == 4_000
    provider.settle_payout(str(payout_id), PayoutOutcome.PAID)
    with clock.shifted(timedelta(hours=1)):
        submit_payouts()
    assert Payout.objects.get(id=payout_id).status == "PAID"
    assert wallet(seller) == 4_000


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_a_refund_that_may_be_on_its_way_is_not_paid_into_the_wallet_too(
    provider: FakeProvider, refusal: Exception
) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    refund = Refund.objects.get(payment_id=sale.payment_id)
    provider.lose_next_answers = 1
    submit_refunds()
    provider.fail_next.append(refusal)

    with clock.shifted(timedelta(minutes=5)):
        submit_refunds()

    refund.refresh_from_db()
    assert refund.status == "UNKNOWN"
    assert wallet(sale.buyer) == 0
    assert balance(accounts.refund_in_transit(refund.id, "EUR")) == 10_000
    provider.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)
    with clock.shifted(timedelta(hours=1)):
        submit_refunds()
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_an_attempt_that_may_be_open_at_the_provider_is_not_declined(
    provider: FakeProvider, refusal: Exception
) -> None:
    sale = make_sale()
    provider.lose_next_answers = 1
    with pytest.raises(PaymentOutcomeUnknown):
        start(sale)
    provider.fail_next.append(refusal)

    with clock.shifted(timedelta(minutes=5)):
        settle_unknown_attempts()

    assert PaymentAttempt.objects.get(payment_id=sale.payment_id).status == "UNKNOWN"
