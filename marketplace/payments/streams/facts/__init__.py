"""What can happen to a payment and to a payout, as its stream keeps it.

A fact is never renamed or given another meaning: its type and members are stored for good. A new
member gets a default. One module a subject; callers say ``facts.FundsHeld``.
"""

from marketplace.payments.streams.facts.base import (
    AttemptFact,
    ChargebackFact,
    Fact,
    RefundFact,
    known_facts,
)
from marketplace.payments.streams.facts.chargeback import (
    ChargebackContradicted,
    ChargebackCovered,
    ChargebackLost,
    ChargebackOpened,
    ChargebackWon,
)
from marketplace.payments.streams.facts.holding import HoldingAlertRaised, HoldingLimitLifted
from marketplace.payments.streams.facts.payloads import (
    from_payload,
    to_payload,
)
from marketplace.payments.streams.facts.payment import (
    AttemptDeclined,
    AttemptOutcomeUnknown,
    AttemptRedirected,
    AttemptStarted,
    CaptureConfirmed,
    CapturePutInSuspense,
    EscrowReleased,
    FundsHeld,
    PaymentCreated,
    PaymentVoided,
    ReceiptAssigned,
    ReceivableRepaid,
)
from marketplace.payments.streams.facts.payout import (
    PayoutApproved,
    PayoutCancelled,
    PayoutContradicted,
    PayoutFailed,
    PayoutOutcomeUnknown,
    PayoutPaid,
    PayoutRejected,
    PayoutRequested,
    PayoutReturned,
    PayoutSubmitted,
)
from marketplace.payments.streams.facts.refund import (
    RefundContradicted,
    RefundFailed,
    RefundOutcomeUnknown,
    RefundRequested,
    RefundSubmitted,
    RefundSucceeded,
    RefundTakenFromSeller,
)
from marketplace.payments.streams.facts.wallet import (
    CurrencyBought,
    CurrencyPurchaseReversed,
    CurrencySaleReversed,
    CurrencySold,
    PaidFromWallet,
    TopUpCredited,
    TopUpRequested,
)

__all__ = [
    "AttemptDeclined",
    "AttemptFact",
    "AttemptOutcomeUnknown",
    "AttemptRedirected",
    "AttemptStarted",
    "CaptureConfirmed",
    "CapturePutInSuspense",
    "ChargebackContradicted",
    "ChargebackCovered",
    "ChargebackFact",
    "ChargebackLost",
    "ChargebackOpened",
    "ChargebackWon",
    "CurrencyBought",
    "CurrencyPurchaseReversed",
    "CurrencySaleReversed",
    "CurrencySold",
    "EscrowReleased",
    "Fact",
    "FundsHeld",
    "HoldingAlertRaised",
    "HoldingLimitLifted",
    "PaidFromWallet",
    "PaymentCreated",
    "PaymentVoided",
    "PayoutApproved",
    "PayoutCancelled",
    "PayoutContradicted",
    "PayoutFailed",
    "PayoutOutcomeUnknown",
    "PayoutPaid",
    "PayoutRejected",
    "PayoutRequested",
    "PayoutReturned",
    "PayoutSubmitted",
    "ReceiptAssigned",
    "ReceivableRepaid",
    "RefundContradicted",
    "RefundFact",
    "RefundFailed",
    "RefundOutcomeUnknown",
    "RefundRequested",
    "RefundSubmitted",
    "RefundSucceeded",
    "RefundTakenFromSeller",
    "TopUpCredited",
    "TopUpRequested",
    "from_payload",
    "known_facts",
    "to_payload",
]
