from marketplace.payments.models.bank_account import BankAccount, NumberKind
from marketplace.payments.models.chargeback import Chargeback, ChargebackStatus
from marketplace.payments.models.commission_rule import CommissionRule
from marketplace.payments.models.currency_exchange import CurrencyExchange
from marketplace.payments.models.holding_limit import HoldingLimit
from marketplace.payments.models.ledger_account import (
    AccountType,
    LedgerAccount,
    LedgerAccountKind,
    NormalSide,
)
from marketplace.payments.models.ledger_balance import LedgerBalance, LedgerSnapshot
from marketplace.payments.models.ledger_journal import LedgerEntry, LedgerJournal
from marketplace.payments.models.payment import EscrowStatus, Payment, PaymentStatus
from marketplace.payments.models.payment_attempt import (
    ASSIGNED,
    OPEN_ATTEMPT_STATUSES,
    WALLET,
    AttemptStatus,
    PaymentAttempt,
)
from marketplace.payments.models.payment_event import PaymentEvent, StreamKind
from marketplace.payments.models.payment_instrument import PaymentInstrument
from marketplace.payments.models.payment_review import (
    HOLDING_REVIEWS,
    PaymentReview,
    ReviewKind,
    ReviewPriority,
    ReviewStatus,
)
from marketplace.payments.models.payout import Payout, PayoutMinimum, PayoutStatus
from marketplace.payments.models.payout_freeze import PayoutFreeze
from marketplace.payments.models.payout_policy import PayoutPolicy
from marketplace.payments.models.payout_schedule import (
    BatchOutcome,
    PayoutBatch,
    PayoutBatchItem,
    PayoutInterval,
    PayoutSchedule,
    Weekday,
)
from marketplace.payments.models.provider_report import (
    ProviderBalance,
    ProviderReport,
    ProviderReportLine,
)
from marketplace.payments.models.provider_webhook import ProviderWebhook, WebhookState
from marketplace.payments.models.reconciliation import (
    ItemResolution,
    ItemSide,
    ReconciliationItem,
    ResolutionKind,
    ResolutionStatus,
)
from marketplace.payments.models.refund import Refund, RefundSource, RefundStatus
from marketplace.payments.models.risk_finding import (
    HOLDING_FINDINGS,
    Evidence,
    FindingKind,
    FindingStatus,
    RiskFinding,
)
from marketplace.payments.models.risk_policy import RiskPolicy
from marketplace.payments.models.seal import Seal, SealLeaf
from marketplace.payments.models.top_up import TopUp, TopUpLimit
from marketplace.payments.models.transaction import (
    Transaction,
    TransactionStatus,
    TransactionType,
)
from marketplace.payments.models.wallet import Wallet
from marketplace.payments.models.wallet_decision import WalletDecision

__all__ = [
    "ASSIGNED",
    "HOLDING_FINDINGS",
    "HOLDING_REVIEWS",
    "OPEN_ATTEMPT_STATUSES",
    "WALLET",
    "AccountType",
    "AttemptStatus",
    "BankAccount",
    "BatchOutcome",
    "Chargeback",
    "ChargebackStatus",
    "CommissionRule",
    "CurrencyExchange",
    "EscrowStatus",
    "Evidence",
    "FindingKind",
    "FindingStatus",
    "HoldingLimit",
    "ItemResolution",
    "ItemSide",
    "LedgerAccount",
    "LedgerAccountKind",
    "LedgerBalance",
    "LedgerEntry",
    "LedgerJournal",
    "LedgerSnapshot",
    "NormalSide",
    "NumberKind",
    "Payment",
    "PaymentAttempt",
    "PaymentEvent",
    "PaymentInstrument",
    "PaymentReview",
    "PaymentStatus",
    "Payout",
    "PayoutBatch",
    "PayoutBatchItem",
    "PayoutFreeze",
    "PayoutInterval",
    "PayoutMinimum",
    "PayoutPolicy",
    "PayoutSchedule",
    "PayoutStatus",
    "ProviderBalance",
    "ProviderReport",
    "ProviderReportLine",
    "ProviderWebhook",
    "ReconciliationItem",
    "Refund",
    "RefundSource",
    "RefundStatus",
    "ResolutionKind",
    "ResolutionStatus",
    "ReviewKind",
    "ReviewPriority",
    "ReviewStatus",
    "RiskFinding",
    "RiskPolicy",
    "Seal",
    "SealLeaf",
    "StreamKind",
    "TopUp",
    "TopUpLimit",
    "Transaction",
    "TransactionStatus",
    "TransactionType",
    "Wallet",
    "WalletDecision",
    "WebhookState",
    "Weekday",
]
