from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.appointments import no_more
from marketplace.payments.events import ChargebackLost, SellerCharged
from marketplace.payments.models import Chargeback, Payment
from marketplace.payments.repositories.chargebacks import append_to_chargeback, publish
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.services.share_of_wallet import share_of_wallet
from marketplace.payments.streams import facts


@needs_transaction
def lose_chargeback(payment: Payment, chargeback: Chargeback) -> str:
    """The money is the buyer's: out of what was frozen, and of what had been released from the
    seller's wallet as far as it reaches, and owed by the seller beyond that.

    The commission stays earned: the seller answers for the whole. What the buyer had back before
    is the platform's loss. The payment and its open chargeback are locked by the caller.
    """
    currency = payment.currency
    wallet, receivable = share_of_wallet(
        order_id=payment.order_id,
        user_id=payment.seller_id,
        owed=Money(chargeback.from_seller_minor, currency),
    )
    journal_id = postings.post_chargeback_lost(
        chargeback_id=chargeback.id,
        order_id=payment.order_id,
        seller_id=payment.seller_id,
        amount=Money(chargeback.amount_minor, currency),
        disputed=Money(chargeback.from_escrow_minor + chargeback.covered_minor, currency),
        wallet=wallet,
        receivable=receivable,
        loss=Money(chargeback.uncovered_minor, currency),
    )
    lost = facts.ChargebackLost(
        chargeback_id=chargeback.id,
        amount_minor=chargeback.amount_minor,
        from_escrow_minor=chargeback.from_escrow_minor,
        from_seller_minor=chargeback.from_seller_minor,
        wallet_minor=wallet.amount_minor,
        receivable_minor=receivable.amount_minor,
        loss_minor=chargeback.uncovered_minor,
        currency=currency,
        wallet_id=ensure_wallet(user_id=payment.seller_id, currency=currency),
        journal_id=journal_id,
    )
    append_to_chargeback(payment, chargeback, lost)
    no_more(chargeback)
    publish(ChargebackLost, payment, chargeback)
    if chargeback.from_seller_minor:
        record(
            SellerCharged(
                payment_id=payment.id,
                order_id=payment.order_id,
                seller_id=payment.seller_id,
                wallet_minor=wallet.amount_minor,
                receivable_minor=receivable.amount_minor,
                currency=currency,
            ),
            key=payment.order_id,
        )
    return "lost"
