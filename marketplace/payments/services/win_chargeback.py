from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.appointments import no_more
from marketplace.payments.events import ChargebackWon
from marketplace.payments.models import Chargeback, Payment
from marketplace.payments.repositories.chargebacks import append_to_chargeback, publish
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.streams import facts


@needs_transaction
def win_chargeback(payment: Payment, chargeback: Chargeback) -> str:
    """The money is back at the provider, and in escrow as far as it came from there.

    What a refund that failed meanwhile had put aside goes into the buyer's wallet: it is owed
    again. The payment and its open chargeback are locked by the caller.
    """
    currency = payment.currency
    journal_id = postings.post_chargeback_won(
        chargeback_id=chargeback.id,
        order_id=payment.order_id,
        buyer_id=payment.user_id,
        provider=chargeback.provider,
        amount=Money(chargeback.amount_minor, currency),
        to_escrow=Money(chargeback.from_escrow_minor, currency),
        to_buyer=Money(chargeback.covered_minor, currency),
    )
    won = facts.ChargebackWon(
        chargeback_id=chargeback.id,
        amount_minor=chargeback.amount_minor,
        from_escrow_minor=chargeback.from_escrow_minor,
        from_seller_minor=chargeback.from_seller_minor,
        buyer_minor=chargeback.covered_minor,
        currency=currency,
        wallet_id=ensure_wallet(user_id=payment.user_id, currency=currency),
        journal_id=journal_id,
    )
    append_to_chargeback(payment, chargeback, won)
    no_more(chargeback)
    publish(ChargebackWon, payment, chargeback)
    return "won"
