"""What is refused of money that is held, released, refunded or claimed back."""

from marketplace.core.errors import DomainError, ErrorKind


class NothingInEscrow(DomainError):
    code = "nothing_in_escrow"
    kind = ErrorKind.CONFLICT
    title = "The order was never paid"


class EscrowAlreadyReleased(DomainError):
    code = "escrow_already_released"
    kind = ErrorKind.CONFLICT
    title = "The escrow was released to the seller"


class EscrowAlreadyRefunded(DomainError):
    code = "escrow_already_refunded"
    kind = ErrorKind.CONFLICT
    title = "The escrow was refunded to the buyer"


class ChargebackOpen(DomainError):
    code = "chargeback_open"
    kind = ErrorKind.CONFLICT
    title = "The buyer's bank asks for this money; nothing of it moves until that is decided"


class ReleaseNotPositive(DomainError):
    code = "release_not_positive"
    kind = ErrorKind.INVALID
    title = "A release is of more than zero, in the currency of the payment"


class ReleaseTooLarge(DomainError):
    code = "release_too_large"
    title = "There is less than that in escrow"


class RefundNotPositive(DomainError):
    code = "refund_not_positive"
    kind = ErrorKind.INVALID
    title = "A refund is of more than zero, in the currency of the payment"


class RefundTooLarge(DomainError):
    code = "refund_too_large"
    title = "The buyer can get back no more than was paid and is not back already"


class OperationReused(DomainError):
    """The caller repeats the id of a release, a refund or a write-off with other content."""

    code = "operation_id_reused"
    kind = ErrorKind.CONFLICT
    title = "This id was used for something else"


class NothingToWriteOff(DomainError):
    code = "nothing_to_write_off"
    title = "The seller owes less than that"


class NotReversible(DomainError):
    code = "journal_not_reversible"
    title = "A payment, a payout or a review stands behind this journal; use its own command"
