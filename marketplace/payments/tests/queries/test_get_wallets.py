"""What a seller still gets, summed by the database, against the release itself."""

from dataclasses import replace

import pytest

from marketplace.core.ids import new_id
from marketplace.core.money import MAX_AMOUNT_MINOR, Money
from marketplace.payments.queries import get_wallets
from marketplace.payments.services import release_escrow, release_part
from marketplace.payments.tests.factories import (
    fill_wallet,
    hold,
    in_transaction,
    make_sale,
    terms_for,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_write_off_receivable import owing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("amount", "rate_bps", "tax_minor"),
    [
        (Money(10_001, "EUR"), 750, 143),
        (Money(7, "JPY"), 5_000, 1),
        # 100 million rupiah, some 6,000 dollars: the product of price and commission is 10^19.
        (Money(10**10, "IDR"), 1_000, 190_000_001),
        (Money(MAX_AMOUNT_MINOR, "IDR"), 1_000, 0),
    ],
)
def test_what_is_pending_is_what_the_releases_pay(
    amount: Money, rate_bps: int, tax_minor: int, provider: FakeProvider
) -> None:
    terms = replace(terms_for(amount, rate_bps), tax_minor=tax_minor, tax_jurisdiction="DE")
    sale = make_sale(amount, terms=terms)
    hold(sale, provider)
    (before,) = get_wallets(user_id=sale.seller.pk)
    part = Money(amount.amount_minor // 3, amount.currency)
    in_transaction(release_part, release_id=new_id(), order_id=sale.order_id, amount=part)
    (between,) = get_wallets(user_id=sale.seller.pk)
    in_transaction(release_escrow, order_id=sale.order_id)
    (after,) = get_wallets(user_id=sale.seller.pk)

    kept = amount.share(rate_bps).amount_minor + tax_minor
    assert before.pending == Money(amount.amount_minor - kept, amount.currency)
    assert between.pending + between.balance == before.pending
    assert (after.pending, after.balance) == (Money.zero(amount.currency), before.pending)


def test_what_is_owed_stands_beside_the_balance_until_a_sale_repays_it(
    provider: FakeProvider,
) -> None:
    sale = owing(provider)
    other = make_sale(Money(2_000, "USD"), seller=sale.seller)
    hold(other, provider)
    owed = {wallet.currency: wallet.owed for wallet in get_wallets(user_id=sale.seller.pk)}
    assert owed == {"EUR": Money(4_500, "EUR"), "USD": Money(0, "USD")}
    fill_wallet(sale.seller, provider)
    repaid = get_wallets(user_id=sale.seller.pk)[0]
    assert (repaid.owed, repaid.balance) == (Money(0, "EUR"), Money(5_500, "EUR"))
