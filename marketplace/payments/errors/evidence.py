"""What is refused of proofs and statements."""

from marketplace.core.errors import DomainError, ErrorKind


class NotSealedYet(DomainError):
    code = "not_sealed_yet"
    kind = ErrorKind.CONFLICT
    title = "Nothing of this is sealed yet: try again in a few seconds"


class ProofUnavailable(DomainError):
    """A row is not what was sealed. The audit names it; the party is only told to ask."""

    code = "proof_unavailable"
    kind = ErrorKind.CONFLICT
    title = "The proof cannot be given: please contact support"


class StatementPeriodInvalid(DomainError):
    """Ends before it begins, begins in the future, or is longer than a year."""

    code = "statement_period_invalid"
    kind = ErrorKind.INVALID
    title = "The period is not one that a statement can have"


class StatementTooLong(DomainError):
    code = "statement_too_long"
    title = "Too many lines for a PDF: ask for CSV, or for a shorter period"


class MomentInTheFuture(DomainError):
    code = "moment_in_the_future"
    kind = ErrorKind.INVALID
    title = "Nobody knows a balance of the future"
