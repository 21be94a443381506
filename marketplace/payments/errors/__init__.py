"""What the service refuses."""

from marketplace.core.errors import DomainError, ErrorKind

# All of them: callers say ``errors.RefundTooLarge`` and need not know the file.
from marketplace.payments.errors.escrow import *  # noqa: F403
from marketplace.payments.errors.evidence import *  # noqa: F403
from marketplace.payments.errors.findings import *  # noqa: F403
from marketplace.payments.errors.payouts import *  # noqa: F403
from marketplace.payments.errors.wallets import *  # noqa: F403


class PaymentExists(DomainError):
    code = "payment_exists"
    kind = ErrorKind.CONFLICT
    title = "The order has a payment already"


class CommissionDoesNotFit(DomainError):
    code = "commission_does_not_fit"
    title = "The commission is in another currency, or larger than the payment"


class CommissionRuleInvalid(DomainError):
    code = "commission_rule_invalid"
    kind = ErrorKind.INVALID
    title = "The commission rule does not make sense"


class CommissionRuleTies(DomainError):
    """``rule_id`` and ``rule_name`` are the other rule's."""

    code = "commission_rule_ties"
    kind = ErrorKind.CONFLICT
    title = "Another commission rule could win for the same sale"


class CommissionTaxesDiffer(DomainError):
    """``rule_id`` and ``rule_name`` are the other rule's."""

    code = "commission_taxes_differ"
    kind = ErrorKind.CONFLICT
    title = "Another commission rule taxes for another jurisdiction"


class CommissionRuleEnded(DomainError):
    code = "commission_rule_ended"
    kind = ErrorKind.CONFLICT
    title = "The commission rule has its end"


class CategoryUnknown(DomainError):
    code = "category_unknown"
    kind = ErrorKind.INVALID
    title = "There is no such category"


class ProviderFeeDiffers(DomainError):
    """Another fee for the same payment was booked: a person compares the provider's papers."""

    code = "provider_fee_differs"
    kind = ErrorKind.CONFLICT
    title = "Another fee was booked for this payment"


class SettlementDiffers(DomainError):
    code = "settlement_differs"
    kind = ErrorKind.CONFLICT
    title = "This settlement was booked with another amount"


class PaymentAlreadyPaid(DomainError):
    code = "payment_already_paid"
    kind = ErrorKind.CONFLICT
    title = "This payment has been made"


class PaymentVoided(DomainError):
    code = "payment_voided"
    kind = ErrorKind.CONFLICT
    title = "The order ended before it was paid"


class AttemptEnded(DomainError):
    """The caller repeats the key of an attempt that was declined: a new attempt needs a new key."""

    code = "payment_attempt_ended"
    kind = ErrorKind.CONFLICT
    title = "This attempt was declined; send a new Idempotency-Key to try again"


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"


class PaymentRefused(DomainError):
    """The provider said no at once."""

    code = "payment_refused"
    title = "The payment provider refused this payment"


class PaymentOutcomeUnknown(DomainError):
    """The provider did not answer. Nothing is lost: the same request again finds out."""

    code = "payment_outcome_unknown"
    kind = ErrorKind.UNAVAILABLE
    title = "The payment provider has not answered; repeat the request with the same key"


class CaptureNotConfirmed(DomainError):
    code = "capture_not_confirmed"
    kind = ErrorKind.CONFLICT
    title = "The provider has not confirmed this capture"


class InvalidBankAccount(DomainError):
    code = "invalid_bank_account"
    kind = ErrorKind.INVALID
    title = "The bank account is not valid"


class BankAccountExists(DomainError):
    code = "bank_account_exists"
    kind = ErrorKind.CONFLICT
    title = "You have added this bank account already"


class TooManyBankAccounts(DomainError):
    code = "too_many_bank_accounts"
    title = "There is a limit to the number of bank accounts"


class BankAccountCurrencyMismatch(DomainError):
    code = "bank_account_currency_mismatch"
    title = "The bank account is in another currency"


class InsufficientBalance(DomainError):
    code = "insufficient_balance"
    title = "There is not enough money in the wallet"


class WithdrawalTooSmall(DomainError):
    code = "withdrawal_too_small"
    title = "The amount is below the smallest withdrawal"


class WithdrawalNotPositive(DomainError):
    code = "withdrawal_not_positive"
    kind = ErrorKind.INVALID
    title = "The amount must be more than zero"


class WalletInactive(DomainError):
    code = "wallet_inactive"
    kind = ErrorKind.FORBIDDEN
    title = "Nothing can be paid or withdrawn with this wallet at present"


class TopUpNotPositive(DomainError):
    code = "top_up_not_positive"
    kind = ErrorKind.INVALID
    title = "The amount must be more than zero"


class TopUpOutsideLimits(DomainError):
    code = "top_up_outside_limits"
    title = "The amount is outside the limits of a top-up"


class TopUpDayLimitReached(DomainError):
    code = "top_up_day_limit_reached"
    title = "This is more than may be put into a wallet in a day"


class HoldingLimitMissing(DomainError):
    code = "holding_limit_missing"
    kind = ErrorKind.CONFLICT
    title = "Nothing limits for how long this money may wait"


class ReviewNotLiftable(DomainError):
    code = "review_not_liftable"
    title = "This review is not about a limit on holding money"


class ReviewNotCreditable(DomainError):
    code = "review_not_creditable"
    title = "There is no top-up in suspense that could be put into a wallet for this review"


class ReceiptNotAssignable(DomainError):
    code = "receipt_not_assignable"
    title = "There is no money of an unknown reference in suspense for this review"


class ReceiptDoesNotFit(DomainError):
    code = "receipt_does_not_fit"
    title = "What came is not what this order costs"


class MoneyChargedBack(DomainError):
    """It is at the payer's bank. When that gives it back, the same can be asked again."""

    code = "money_charged_back"
    kind = ErrorKind.CONFLICT
    title = "The payer's bank took this money back"


class ReviewAlreadyResolved(DomainError):
    code = "review_already_resolved"
    kind = ErrorKind.CONFLICT
    title = "This review has been resolved"


class ReviewNotRefundable(DomainError):
    code = "review_not_refundable"
    title = "There is no money in suspense that could be refunded for this review"


class ReasonMissing(DomainError):
    code = "reason_missing"
    kind = ErrorKind.INVALID
    title = "Say why"


class WebhookTooLarge(DomainError):
    code = "webhook_too_large"
    kind = ErrorKind.INVALID
    title = "The body is too large"


class WebhookNotSigned(DomainError):
    code = "webhook_not_signed"
    kind = ErrorKind.UNAUTHENTICATED
    title = "The signature does not match"


class WebhookUnreadable(DomainError):
    code = "webhook_unreadable"
    kind = ErrorKind.INVALID
    title = "The body is not an event"


class FreezeAlreadyLifted(DomainError):
    code = "freeze_already_lifted"
    kind = ErrorKind.CONFLICT
    title = "This freeze of payouts has been lifted"


class ReportContradicted(DomainError):
    """A provider's report is a list of facts: a line that changes afterwards is none."""

    code = "report_contradicted"
    kind = ErrorKind.CONFLICT
    title = "The provider reports a known line with another content"


class ReportLinesDiffer(DomainError):
    code = "report_lines_differ"
    kind = ErrorKind.CONFLICT
    title = "Several lines of the report are about this, and they differ"


class ItemNotOpen(DomainError):
    code = "item_not_open"
    kind = ErrorKind.CONFLICT
    title = "This item has been matched or resolved"


class DifferenceChanged(DomainError):
    """Something arrived while the operator was looking at it."""

    code = "difference_changed"
    kind = ErrorKind.CONFLICT
    title = "The difference is another one now; look at it again"


class NothingToBook(DomainError):
    code = "nothing_to_book"
    title = "Both sides add up to the same: there is nothing to book"


class SecondPersonNeeded(DomainError):
    code = "second_person_needed"
    kind = ErrorKind.FORBIDDEN
    title = "Somebody else than who proposed it must agree"


class ProposalDecided(DomainError):
    code = "proposal_decided"
    kind = ErrorKind.CONFLICT
    title = "This proposal has been decided"


class NotBookedYet(DomainError):
    """A payment, refund or payout of ours that our books have not heard of: its own command books
    it, and a journal beside that would book it twice."""

    code = "not_booked_yet"
    kind = ErrorKind.CONFLICT
    title = "This is known to us and not booked yet: ask the provider again instead"
