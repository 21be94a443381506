"""What others may react to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import DomainEvent, domain_event


@domain_event("payments.CaptureReported")
class CaptureReported(DomainEvent):
    """The provider has the buyer's money, checked with the provider. It is not in escrow yet:
    whoever owns the order calls ``services.hold_captured_funds`` together with its own change."""

    payment_id: UUID
    order_id: UUID
    attempt_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.PaymentDeclined")
class PaymentDeclined(DomainEvent):
    payment_id: UUID
    order_id: UUID
    attempt_id: UUID
    buyer_id: UUID
    code: str


@domain_event("payments.FundsHeld")
class FundsHeld(DomainEvent):
    payment_id: UUID
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.EscrowReleased")
class EscrowReleased(DomainEvent):
    payment_id: UUID
    order_id: UUID
    seller_id: UUID
    gross_minor: int
    commission_minor: int
    net_minor: int
    currency: str
    tax_minor: int = 0
    is_last: bool = True
    """Nothing is held any more."""


@domain_event("payments.RefundRequested")
class RefundRequested(DomainEvent):
    refund_id: UUID
    payment_id: UUID
    order_id: UUID
    buyer_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.SellerCharged")
class SellerCharged(DomainEvent):
    """The buyer gets back what the seller had been paid: taken from the wallet, the rest owed."""

    payment_id: UUID
    order_id: UUID
    seller_id: UUID
    wallet_minor: int
    receivable_minor: int
    currency: str


@domain_event("payments.JournalReversed")
class JournalReversed(DomainEvent):
    journal_id: UUID
    reversal_id: UUID
    kind: str


@domain_event("payments.ReceivableWrittenOff")
class ReceivableWrittenOff(DomainEvent):
    write_off_id: UUID
    seller_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.RefundSucceeded")
class RefundSucceeded(DomainEvent):
    refund_id: UUID
    payment_id: UUID
    order_id: UUID
    buyer_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.RefundFailed")
class RefundFailed(DomainEvent):
    """The provider could not give it back; the buyer's wallet was credited instead."""

    refund_id: UUID
    payment_id: UUID
    order_id: UUID
    buyer_id: UUID
    amount_minor: int
    currency: str
    code: str


@domain_event("payments.PayoutRequested")
class PayoutRequested(DomainEvent):
    payout_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.PayoutPaid")
class PayoutPaid(DomainEvent):
    payout_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.PayoutFailed")
class PayoutFailed(DomainEvent):
    """It never left; the wallet has it back."""

    payout_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str
    code: str


@domain_event("payments.PayoutReturned")
class PayoutReturned(DomainEvent):
    """The bank sent it back after it was paid; the wallet has it back and an operator is told."""

    payout_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str
    code: str


@domain_event("payments.PayoutApproved")
class PayoutApproved(DomainEvent):
    """The last approval that it needed: it is sent now."""

    payout_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.BankAccountAdded")
class BankAccountAdded(DomainEvent):
    user_id: UUID
    bank_account_id: UUID
    currency: str
    usable_from_at: datetime


@domain_event("payments.BankAccountRemoved")
class BankAccountRemoved(DomainEvent):
    user_id: UUID
    bank_account_id: UUID
    currency: str


@domain_event("payments.BankAccountCleared")
class BankAccountCleared(DomainEvent):
    """An operator looked at a returned payout: money may go to the account again."""

    user_id: UUID
    bank_account_id: UUID
    operator_id: UUID
    reason: str


@domain_event("payments.PaymentReviewOpened")
class PaymentReviewOpened(DomainEvent):
    review_id: UUID
    kind: str
    payment_id: UUID | None
    order_id: UUID | None
    amount_minor: int
    currency: str


@domain_event("payments.PayoutsFrozen")
class PayoutsFrozen(DomainEvent):
    """A promise about money was found broken: nothing is sent out until a person lifts it."""

    freeze_id: UUID
    cause: str
    detail: str


@domain_event("payments.PayoutFreezeLifted")
class PayoutFreezeLifted(DomainEvent):
    freeze_id: UUID
    lifted_by: UUID
    reason: str


@domain_event("payments.WalletToppedUp")
class WalletToppedUp(DomainEvent):
    """Money that a user put into their own wallet has arrived in it."""

    top_up_id: UUID
    user_id: UUID
    wallet_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.TopUpDeclined")
class TopUpDeclined(DomainEvent):
    top_up_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str
    code: str


@domain_event("payments.HoldingLimitNear")
class HoldingLimitNear(DomainEvent):
    """The provider will not hold an order's money much longer; ``stage`` is WEEK, DAY or REACHED.

    Nothing has moved: the escrow is as it was.
    """

    payment_id: UUID
    order_id: UUID
    seller_id: UUID
    stage: str
    must_settle_before: datetime
    held_minor: int
    currency: str


@domain_event("payments.WalletSuspended")
class WalletSuspended(DomainEvent):
    wallet_id: UUID
    user_id: UUID
    currency: str


@domain_event("payments.WalletReinstated")
class WalletReinstated(DomainEvent):
    wallet_id: UUID
    user_id: UUID
    currency: str


@domain_event("payments.CurrencyExchanged")
class CurrencyExchanged(DomainEvent):
    """``is_reversed``: an earlier exchange was taken back, with the same amounts."""

    exchange_id: UUID
    user_id: UUID
    sold_minor: int
    sold_currency: str
    bought_minor: int
    bought_currency: str
    rate: str
    is_reversed: bool


@dataclass(frozen=True, kw_only=True)
class ChargebackEvent(DomainEvent):
    """The members of every event about a chargeback."""

    chargeback_id: UUID
    payment_id: UUID
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    amount_minor: int
    currency: str


@domain_event("payments.ChargebackOpened")
class ChargebackOpened(ChargebackEvent):
    """The buyer's bank asks for the money: nothing of the payment moves until it has decided."""


@domain_event("payments.ChargebackWon")
class ChargebackWon(ChargebackEvent):
    """The money is back; the deal goes on."""


@domain_event("payments.ChargebackLost")
class ChargebackLost(ChargebackEvent):
    """The buyer has the money."""
