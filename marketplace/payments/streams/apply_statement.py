"""From facts to statement lines: pure functions."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.models import payment_attempt
from marketplace.payments.models.transaction import TransactionStatus, TransactionType
from marketplace.payments.streams import facts
from marketplace.payments.streams.states import LineState, Recorded

_IN, _OUT = TransactionType.DEPOSIT, TransactionType.WITHDRAWAL


@dataclass(frozen=True, slots=True)
class LineSettled:
    """The line of this type about this subject has got its final status."""

    subject_id: UUID
    type: str
    status: str


def new_line(recorded: Recorded) -> LineState | None:
    """The line that the fact adds to a statement, if any; its id is the event's."""
    for subject in (_payment_line, _refund_line, _line_of_money_back, _payout_line, _wallet_line):
        if line := subject(recorded):
            return line
    return None


def _payment_line(recorded: Recorded) -> LineState | None:
    payment_id = recorded.stream_id
    match recorded.fact:
        case facts.FundsHeld() as fact:
            return _line(
                recorded,
                fact,
                TransactionType.ESCROW_HOLD,
                subject_id=payment_id,
                payment_id=payment_id,
                # Paid by card straight into escrow: the owner sees it, the balance does not.
                change_minor=0,
                notes="Paid, and held until you have what you bought",
            )
        case facts.PaidFromWallet() as fact:
            return _line(
                recorded,
                fact,
                TransactionType.ESCROW_HOLD,
                subject_id=payment_id,
                payment_id=payment_id,
                change_minor=-fact.amount_minor,
                notes="Paid from your wallet, and held until you have what you bought",
            )
        case facts.EscrowReleased() as fact if fact.net_minor:
            return _release_line(recorded, fact)
        case _:
            return None


def _refund_line(recorded: Recorded) -> LineState | None:
    match recorded.fact:
        case facts.RefundRequested(provider=payment_attempt.WALLET) as fact:
            return _line(
                recorded,
                fact,
                TransactionType.REFUND,
                subject_id=fact.refund_id,
                payment_id=recorded.stream_id,
                # It was paid from this wallet, so it is here again at once.
                change_minor=fact.amount_minor,
                notes="Refund into your wallet",
            )
        case facts.RefundRequested() as fact:
            return _line(
                recorded,
                fact,
                TransactionType.REFUND,
                subject_id=fact.refund_id,
                payment_id=recorded.stream_id,
                change_minor=0,
                notes="Refund to the way you paid",
                status=TransactionStatus.PENDING,
            )
        case _:
            return None


def _line_of_money_back(recorded: Recorded) -> LineState | None:
    match recorded.fact:
        case facts.RefundFailed() as fact if fact.amount_minor > fact.to_chargeback_minor:
            return _back_in_wallet(
                recorded, fact, fact.refund_id, fact.amount_minor - fact.to_chargeback_minor
            )
        case facts.ChargebackWon() as fact if fact.buyer_minor:
            return _back_in_wallet(recorded, fact, fact.chargeback_id, fact.buyer_minor)
        case facts.RefundTakenFromSeller() as fact:
            notes = "A buyer was refunded after you had been paid"
            return _taken_line(recorded, fact, fact.wallet_minor + fact.receivable_minor, notes)
        case facts.ChargebackLost() as fact:
            notes = "The buyer's bank took the payment back"
            return _taken_line(recorded, fact, fact.wallet_minor + fact.receivable_minor, notes)
        case facts.ReceivableRepaid() as fact:
            return _repaid_line(recorded, fact)
        case _:
            return None


def _payout_line(recorded: Recorded) -> LineState | None:
    stream_id = recorded.stream_id
    match recorded.fact:
        case facts.PayoutRequested() as fact:
            return _line(
                recorded,
                fact,
                TransactionType.WITHDRAWAL,
                subject_id=stream_id,
                payment_id=None,
                change_minor=-fact.amount_minor,
                notes="Withdrawal to your bank",
                status=TransactionStatus.PENDING,
            )
        case facts.PayoutFailed() | facts.PayoutReturned() as fact:
            return _line(
                recorded,
                fact,
                TransactionType.DEPOSIT,
                subject_id=stream_id,
                payment_id=None,
                change_minor=fact.amount_minor,
                notes="The withdrawal came back",
            )
        case _:
            return None


def _wallet_line(recorded: Recorded) -> LineState | None:
    match recorded.fact:
        case facts.TopUpCredited() as fact:
            line_type, change_minor, notes = _IN, fact.amount_minor, "You topped up your wallet"
        case facts.TopUpChargedBack() as fact:
            line_type, change_minor = _OUT, -fact.wallet_minor
            notes = "Your bank took a top-up back"
            if fact.receivable_minor:
                notes += "; what was not in your wallet is owed"
        case facts.TopUpGivenBack() as fact:
            line_type, change_minor = _IN, fact.wallet_minor
            notes = "Your bank gave a top-up back"
        case facts.CurrencySold() as fact:
            bought = Money(fact.bought_minor, fact.bought_currency)
            line_type, change_minor = _OUT, -fact.amount_minor
            notes = f"Exchanged for {bought} at {fact.rate}"
        case facts.CurrencyBought() as fact:
            line_type, change_minor, notes = _IN, fact.amount_minor, "From an exchange"
        case facts.CurrencySaleReversed() as fact:
            line_type, change_minor, notes = _IN, fact.amount_minor, "An exchange was taken back"
        case facts.CurrencyPurchaseReversed() as fact:
            line_type, change_minor, notes = _OUT, -fact.amount_minor, "An exchange was taken back"
        case _:
            return None
    return _line(
        recorded,
        fact,
        line_type,
        subject_id=recorded.stream_id,
        payment_id=None,
        change_minor=change_minor,
        notes=notes,
    )


def settled_line(recorded: Recorded) -> LineSettled | None:
    """The earlier line whose status the fact settles, if any."""
    match recorded.fact:
        case facts.RefundSucceeded() as fact:
            return LineSettled(fact.refund_id, TransactionType.REFUND, TransactionStatus.COMPLETED)
        case facts.RefundFailed() as fact:
            return LineSettled(fact.refund_id, TransactionType.REFUND, TransactionStatus.FAILED)
        case facts.PayoutPaid():
            status = TransactionStatus.COMPLETED
        case facts.PayoutFailed() | facts.PayoutReturned():
            status = TransactionStatus.FAILED
        case _:
            return None
    return LineSettled(recorded.stream_id, TransactionType.WITHDRAWAL, status)


_LineFact = (
    facts.FundsHeld
    | facts.PaidFromWallet
    | facts.RefundRequested
    | facts.PayoutRequested
    | facts.PayoutFailed
    | facts.PayoutReturned
    | facts.TopUpCredited
    | facts.TopUpChargedBack
    | facts.TopUpGivenBack
    | facts.CurrencySold
    | facts.CurrencyBought
    | facts.CurrencySaleReversed
    | facts.CurrencyPurchaseReversed
)


def _line(
    recorded: Recorded,
    fact: _LineFact,
    line_type: str,
    *,
    subject_id: UUID,
    payment_id: UUID | None,
    change_minor: int,
    notes: str,
    status: str = TransactionStatus.COMPLETED,
) -> LineState:
    return LineState(
        id=recorded.event_id,
        wallet_id=fact.wallet_id,
        payment_id=payment_id,
        subject_id=subject_id,
        type=line_type,
        amount_minor=fact.amount_minor,
        wallet_change_minor=change_minor,
        currency=fact.currency,
        status=status,
        notes=notes,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _release_line(recorded: Recorded, fact: facts.EscrowReleased) -> LineState:
    return LineState(
        id=recorded.event_id,
        wallet_id=fact.wallet_id,
        payment_id=recorded.stream_id,
        subject_id=recorded.stream_id,
        type=TransactionType.ESCROW_RELEASE,
        amount_minor=fact.net_minor,
        wallet_change_minor=fact.net_minor,
        currency=fact.currency,
        status=TransactionStatus.COMPLETED,
        notes="Sale, after commission",
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _back_in_wallet(
    recorded: Recorded,
    fact: facts.RefundFailed | facts.ChargebackWon,
    subject_id: UUID,
    amount_minor: int,
) -> LineState:
    return _change(
        recorded,
        fact,
        TransactionType.DEPOSIT,
        subject_id=subject_id,
        amount_minor=amount_minor,
        change_minor=amount_minor,
        notes="The refund could not be sent back, so it was put into your wallet",
        payment_id=recorded.stream_id,
    )


def _taken_line(
    recorded: Recorded,
    fact: facts.RefundTakenFromSeller | facts.ChargebackLost,
    amount_minor: int,
    notes: str,
) -> LineState | None:
    if amount_minor == 0:
        return None
    if fact.receivable_minor:
        notes += "; what was not in your wallet is taken from your next sales"
    return _change(
        recorded,
        fact,
        TransactionType.REFUND,
        # About the payment, not the refund: what becomes of that no longer concerns the seller.
        subject_id=recorded.stream_id,
        amount_minor=amount_minor,
        change_minor=-fact.wallet_minor,
        notes=notes,
        payment_id=recorded.stream_id,
    )


def _repaid_line(recorded: Recorded, fact: facts.ReceivableRepaid) -> LineState:
    return _change(
        recorded,
        fact,
        TransactionType.REFUND,
        subject_id=recorded.stream_id,
        amount_minor=fact.amount_minor,
        change_minor=-fact.amount_minor,
        notes="Taken for refunds of earlier sales that your wallet had not covered",
        payment_id=None if fact.of_payout else recorded.stream_id,
    )


def _change(
    recorded: Recorded,
    fact: facts.RefundFailed
    | facts.ChargebackWon
    | facts.RefundTakenFromSeller
    | facts.ChargebackLost
    | facts.ReceivableRepaid,
    line_type: str,
    *,
    subject_id: UUID,
    amount_minor: int,
    change_minor: int,
    notes: str,
    payment_id: UUID | None,
) -> LineState:
    return LineState(
        id=recorded.event_id,
        wallet_id=fact.wallet_id,
        payment_id=payment_id,
        subject_id=subject_id,
        type=line_type,
        amount_minor=amount_minor,
        wallet_change_minor=change_minor,
        currency=fact.currency,
        status=TransactionStatus.COMPLETED,
        notes=notes,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )
