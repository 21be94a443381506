"""What is refused of payouts and of the accounts that they go to."""

from marketplace.core.errors import DomainError, ErrorKind


class BankAccountNotUsableYet(DomainError):
    """A new bank account waits, so that whoever takes an account over cannot empty it at once.
    ``usable_from_at`` says until when; withdraw to another account or wait."""

    code = "bank_account_not_usable_yet"
    kind = ErrorKind.CONFLICT
    title = "Money cannot go to this bank account yet"


class BankAccountBlocked(DomainError):
    """A withdrawal to this account came back. Remove it and add it corrected, or ask support."""

    code = "bank_account_blocked"
    kind = ErrorKind.CONFLICT
    title = "A withdrawal to this bank account came back"


class BankAccountNotBlocked(DomainError):
    code = "bank_account_not_blocked"
    kind = ErrorKind.CONFLICT
    title = "The bank account is not blocked"


class WithdrawalOverMaximum(DomainError):
    """``maximum`` is the most of one withdrawal: ask for less, or verify your account further."""

    code = "withdrawal_over_maximum"
    title = "The amount is above the largest withdrawal"


class WithdrawalLimitReached(DomainError):
    """``available`` can be withdrawn now, the amount asked for from ``available_from_at`` on; it is
    null where the limit is smaller than the amount."""

    code = "withdrawal_limit_reached"
    title = "The withdrawals of a day or a month have a limit"


class FundsOnHold(DomainError):
    """The money is in the wallet and cannot be withdrawn yet. ``available`` can be now, the amount
    asked for from ``available_from_at`` on."""

    code = "funds_on_hold"
    title = "Part of the money is on hold"


class WithdrawalNotCancellable(DomainError):
    """It is being sent, was sent, or has ended."""

    code = "withdrawal_not_cancellable"
    kind = ErrorKind.CONFLICT
    title = "The withdrawal can no longer be cancelled"


class PayoutNotAwaitingApproval(DomainError):
    code = "payout_not_awaiting_approval"
    kind = ErrorKind.CONFLICT
    title = "The payout does not wait for an approval"


class PayoutAlreadyApproved(DomainError):
    """The same operator's second approval counts for nothing: another one is needed."""

    code = "payout_already_approved"
    kind = ErrorKind.CONFLICT
    title = "You have approved this payout"


class SellerOwesMoney(DomainError):
    """Money does not leave while its owner owes us some: reject the payout, and what comes back
    settles the debt; or wait until it is settled."""

    code = "seller_owes_money"
    kind = ErrorKind.CONFLICT
    title = "The seller owes the platform money"


class OwnPayout(DomainError):
    """Nobody decides about money that goes to themselves."""

    code = "own_payout"
    kind = ErrorKind.FORBIDDEN
    title = "This payout is your own"


class InvalidPayoutSchedule(DomainError):
    code = "invalid_payout_schedule"
    kind = ErrorKind.INVALID
    title = "The schedule is not valid"
