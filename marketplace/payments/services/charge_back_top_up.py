"""What follows for its user from the chargeback of a top-up."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import lock_balances
from marketplace.payments.models import AttemptStatus, PaymentEvent, TopUp
from marketplace.payments.providers.protocol import ProviderUnknown
from marketplace.payments.repositories.streams import append_to_top_up
from marketplace.payments.repositories.top_ups import lock_top_up, lock_top_up_of_provider
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.services.share_of_wallet import share_of_wallet
from marketplace.payments.streams import facts


@needs_transaction
def charge_back_top_up(
    chargeback_id: UUID, provider: str, provider_payment_id: str, *, amount: Money
) -> TopUp | None:
    """Take what the payer's bank took out of the wallet that it had filled; the rest is owed.

    At once, and not when it is lost: a wallet can be emptied meanwhile. The caller has booked the
    provider's taking against suspense, and this evens it out; what goes beyond the top-up stays
    there for a person. Returns the top-up, or None when it is about none that a wallet got.
    Raises :class:`ProviderUnknown` before its capture is known: it must be recorded again later.
    """
    top_up = lock_top_up_of_provider(provider, provider_payment_id)
    if top_up is None:
        return None
    if top_up.status != AttemptStatus.CAPTURED:
        raise ProviderUnknown("its capture is not booked yet", code="too_early")
    left = Money(
        top_up.credited_minor - top_up.charged_back_minor,
        top_up.credited_currency or top_up.currency,
    )
    if amount.currency != left.currency or not left.is_positive:
        return None
    taken = min(amount, left)
    wallet, receivable = share_of_wallet(user_id=top_up.user_id, owed=taken)
    journal_id = postings.post_top_up_charged_back(
        chargeback_id=chargeback_id,
        top_up_id=top_up.id,
        user_id=top_up.user_id,
        provider=provider,
        wallet=wallet,
        receivable=receivable,
    )
    charged = facts.TopUpChargedBack(
        chargeback_id=chargeback_id,
        amount_minor=taken.amount_minor,
        wallet_minor=wallet.amount_minor,
        receivable_minor=receivable.amount_minor,
        currency=taken.currency,
        wallet_id=ensure_wallet(user_id=top_up.user_id, currency=taken.currency),
        journal_id=journal_id,
    )
    return _append(top_up, charged, provider)


@needs_transaction
def give_back_top_up(*, chargeback_id: UUID, provider: str, top_up_id: UUID) -> None:
    """The chargeback was won: what was taken for it is the user's again.

    First it settles what the user still owes, as far as this chargeback had made a debt.
    """
    top_up = lock_top_up(top_up_id)
    charged = _charge(top_up, chargeback_id)
    owed_to_us = accounts.seller_receivable(top_up.user_id, charged.currency)
    still_owed = lock_balances([owed_to_us])[owed_to_us]
    forgiven = min(Money(charged.receivable_minor, charged.currency), still_owed)
    returned = Money(charged.amount_minor, charged.currency) - forgiven
    journal_id = postings.post_top_up_given_back(
        chargeback_id=chargeback_id,
        top_up_id=top_up.id,
        user_id=top_up.user_id,
        provider=provider,
        wallet=returned,
        receivable=forgiven,
    )
    given_back = facts.TopUpGivenBack(
        chargeback_id=chargeback_id,
        amount_minor=charged.amount_minor,
        wallet_minor=returned.amount_minor,
        receivable_minor=forgiven.amount_minor,
        currency=charged.currency,
        wallet_id=charged.wallet_id,
        journal_id=journal_id,
    )
    _append(top_up, given_back, provider)


def _charge(top_up: TopUp, chargeback_id: UUID) -> facts.TopUpChargedBack:
    (row,) = PaymentEvent.objects.filter(
        stream_id=top_up.id,
        type=facts.TopUpChargedBack.type,
        payload__chargeback_id=str(chargeback_id),
    )
    fact = facts.from_payload(row.type, row.payload)
    assert isinstance(fact, facts.TopUpChargedBack)  # noqa: S101
    return fact


def _append(top_up: TopUp, fact: facts.Fact, provider: str) -> TopUp:
    return append_to_top_up(
        top_up=top_up,
        top_up_id=top_up.id,
        facts_to_add=[fact],
        actor=Actor.provider(provider),
    )
