"""What happened to a payment is told in words, and to each side only what concerns it."""

import pytest

from marketplace.core.actor import Actor
from marketplace.payments.queries import get_payment_timeline
from marketplace.payments.queries.get_payment_timeline import OF_THE_SELLER, SENTENCES
from marketplace.payments.services import release_escrow
from marketplace.payments.streams.facts import known_facts
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    fill_wallet,
    hold,
    in_transaction,
    make_sale,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_chargebacks import LOST, WON, close, held, open_one

OF_OTHER_STREAMS = ("Payout", "TopUp", "Currency")


def told(sale: Sale, actor: Actor) -> list[str]:
    entries = get_payment_timeline(payment_id=sale.payment_id, actor=actor)
    return [entry.text for entry in entries]


def test_every_event_of_a_payment_has_its_sentence() -> None:
    wanted = {fact for name, fact in known_facts().items() if not name.startswith(OF_OTHER_STREAMS)}
    assert wanted - SENTENCES.keys() - OF_THE_SELLER.keys() == set()


@pytest.mark.django_db
def test_a_chargeback_that_is_lost_says_who_bears_it_to_the_seller_alone(
    provider: FakeProvider,
) -> None:
    sale = held(provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    close(provider, open_one(provider, sale), LOST)
    *_, opened, lost = told(sale, actor_for(sale.seller))
    assert opened == (
        "The buyer's bank asks for 100.00 EUR back. Nothing of this payment moves until it has "
        "decided."
    )
    assert lost == (
        "The buyer's bank has decided: 100.00 EUR stay with the buyer. 90.00 EUR taken from the "
        "seller's wallet; 10.00 EUR owed by the seller, and repaid by the next sales."
    )
    *_, told_first, told_last = told(sale, actor_for(sale.buyer))
    assert (told_first, told_last) == (
        opened,
        "The buyer's bank has decided: 100.00 EUR stay with the buyer.",
    )

    fill_wallet(sale.seller, provider)
    other = make_sale(seller=sale.seller)
    hold(other, provider)
    in_transaction(release_escrow, order_id=other.order_id)
    assert "owed" not in " ".join(told(other, actor_for(other.buyer)))


@pytest.mark.django_db
def test_a_chargeback_that_is_won_says_that_the_sale_goes_on(provider: FakeProvider) -> None:
    sale = held(provider)
    close(provider, open_one(provider, sale), WON)
    assert told(sale, actor_for(sale.buyer))[-1] == (
        "The buyer's bank has decided: 100.00 EUR are back, and the sale goes on."
    )
