"""What is refused about money in wallets."""

from marketplace.core.errors import DomainError, ErrorKind


class ExchangeNotPositive(DomainError):
    code = "exchange_not_positive"
    kind = ErrorKind.INVALID
    title = "Both amounts of an exchange must be more than zero"


class ExchangeOfOneCurrency(DomainError):
    code = "exchange_of_one_currency"
    kind = ErrorKind.INVALID
    title = "An exchange is between two currencies"


class ExchangeRateMismatch(DomainError):
    """The stated rate does not make the stated amounts: somebody mistyped one of the three."""

    code = "exchange_rate_mismatch"
    title = "The amounts are not what the rate makes of them"
