"""What is refused of findings about sales."""

from marketplace.core.errors import DomainError, ErrorKind


class FindingDecided(DomainError):
    """Somebody was faster, or it was decided long ago: reopen it to decide otherwise."""

    code = "finding_decided"
    kind = ErrorKind.CONFLICT
    title = "The finding is decided"


class FindingNotDecided(DomainError):
    code = "finding_not_decided"
    kind = ErrorKind.CONFLICT
    title = "The finding is open"


class OwnSale(DomainError):
    """Nobody decides about a sale in which they bought or sold."""

    code = "own_sale"
    kind = ErrorKind.FORBIDDEN
    title = "You are a party of this sale"
