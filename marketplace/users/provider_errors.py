"""What is refused where somebody signs in by a provider."""

from marketplace.core.errors import DomainError, ErrorKind

__all__ = [
    "AccountNotConnected",
    "ConnectedToAnother",
    "LastWayIn",
    "ProviderAlreadyConnected",
    "ProviderProofRefused",
    "ProviderUnavailable",
    "RedirectUriRefused",
    "SignUpNeeded",
]


class ProviderUnavailable(DomainError):
    """The sign-in provider is down, slow, or answers what cannot be understood."""

    code = "social_provider_unavailable"
    kind = ErrorKind.UNAVAILABLE
    title = "The sign-in provider does not answer as it should; try again in a moment"


class ProviderProofRefused(DomainError):
    """A code or token that does not prove who somebody is, to us, in this sign-in. Begin again."""

    code = "social_proof_refused"
    kind = ErrorKind.RULE
    title = "The provider's proof is not valid here; begin again"


class RedirectUriRefused(DomainError):
    code = "redirect_uri_refused"
    kind = ErrorKind.INVALID
    title = "People may not be sent back to this address"


class SignUpNeeded(DomainError):
    """The provider does not prove an email address of this person.

    Sign up with an address and a password, then connect the provider.
    """

    code = "sign_up_needed"
    kind = ErrorKind.FORBIDDEN
    title = "Sign up first, then connect this provider"


class AccountNotConnected(DomainError):
    """There is an account with the person's address: sign in to it, then connect the provider."""

    code = "account_not_connected"
    kind = ErrorKind.CONFLICT
    title = "Sign in to your account first, then connect this provider"


class ConnectedToAnother(DomainError):
    code = "connected_to_another"
    kind = ErrorKind.CONFLICT
    title = "This identity is connected to another account"


class ProviderAlreadyConnected(DomainError):
    """One identity of each provider at a time."""

    code = "provider_already_connected"
    kind = ErrorKind.CONFLICT
    title = "Another identity of this provider is connected; disconnect it first"


class LastWayIn(DomainError):
    """Set a password or connect another provider first."""

    code = "last_way_in"
    kind = ErrorKind.CONFLICT
    title = "This is the only way to sign in to the account"
