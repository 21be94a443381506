"""What the user service refuses."""

from uuid import UUID

from marketplace.core.errors import DomainError, ErrorKind
from marketplace.users.provider_errors import *  # noqa: F403 - one face for all


class WrongCredentials(DomainError):
    """No such account, or not its password: the two are not told apart."""

    code = "wrong_credentials"
    kind = ErrorKind.UNAUTHENTICATED
    title = "The email address or the password is not right"


class EmailNotVerified(DomainError):
    """Said only to somebody who gave the right password."""

    code = "email_not_verified"
    kind = ErrorKind.FORBIDDEN
    title = "Verify your email address first"


class AccountSuspended(DomainError):
    code = "account_suspended"
    kind = ErrorKind.FORBIDDEN
    title = "This account is suspended"


class SignInRequired(DomainError):
    """A sign-in stage that this interface does not offer stands between password and tokens."""

    code = "sign_in_incomplete"
    kind = ErrorKind.FORBIDDEN
    title = "This sign-in needs another step"


class SecondFactorRequired(DomainError):
    """The first factor was right. Go on with ``flow_token`` and one of ``factors``."""

    code = "second_factor_required"
    kind = ErrorKind.UNAUTHENTICATED
    title = "Show your second factor"


class CodeRequired(DomainError):
    """A code was sent. Go on with ``flow_token`` and the code."""

    code = "code_required"
    kind = ErrorKind.UNAUTHENTICATED
    title = "Enter the code that was sent to you"


class FlowRefused(DomainError):
    """This flow is unknown, expired, finished, or was answered wrongly too often."""

    code = "flow_refused"
    kind = ErrorKind.UNAUTHENTICATED
    title = "This sign-in is over; begin again"


class CodeRefused(DomainError):
    """Not the code that was sent. After five tries a new one is needed."""

    code = "code_refused"
    kind = ErrorKind.RULE
    title = "This code is not right"


class PhoneTaken(DomainError):
    """Said only to somebody who has just proved the number."""

    code = "phone_taken"
    kind = ErrorKind.CONFLICT
    title = "There is an account with this telephone number"


class PhoneProvedTooOften(DomainError):
    """Said only to somebody who has just proved the number, and not whose accounts they are."""

    code = "phone_proved_too_often"
    kind = ErrorKind.RULE
    title = "This telephone number has proved as many accounts as it may for now"

    def __init__(self, *, most: int, days: int) -> None:
        super().__init__(
            f"A number proves at most {most} accounts in {days} days. Prove another number, or "
            "this one later."
        )


class PhoneIsProved(DomainError):
    code = "phone_is_proved"
    kind = ErrorKind.RULE
    title = "A proved telephone number is changed by proving the new one"


class AccessTokenRefused(DomainError):
    """Not ours, altered, of another kind, or its sign-in has ended."""

    code = "access_token_refused"
    kind = ErrorKind.UNAUTHENTICATED
    title = "The access token is not valid; refresh it or sign in again"


class AccessTokenExpired(DomainError):
    code = "access_token_expired"
    kind = ErrorKind.UNAUTHENTICATED
    title = "The access token has expired; refresh it"


class RefreshTokenRefused(DomainError):
    """Expired, ended, used before, or not a refresh token of ours."""

    code = "refresh_token_refused"
    kind = ErrorKind.UNAUTHENTICATED
    title = "This refresh token is not valid; sign in again"


class KeyRefused(DomainError):
    """A key from a mail that is wrong, expired or used."""

    code = "key_refused"
    kind = ErrorKind.RULE
    title = "This key is wrong, expired or used; ask for a new one"


class WrongPassword(DomainError):
    code = "wrong_password"
    kind = ErrorKind.RULE
    title = "The present password is not right"


class PasswordRefused(DomainError):
    code = "password_refused"
    kind = ErrorKind.INVALID
    title = "Choose another password"


class TooManyAttempts(DomainError):
    code = "too_many_attempts"
    kind = ErrorKind.LIMITED
    title = "Too many attempts; wait and try again"


class EmailTaken(DomainError):
    """Raised to trusted callers only; a sign-up never says so."""

    code = "email_taken"
    kind = ErrorKind.CONFLICT
    title = "There is an account with this email address"


class AlreadySuspended(DomainError):
    code = "already_suspended"
    kind = ErrorKind.CONFLICT
    title = "The account is suspended already"


class NotSuspended(DomainError):
    code = "not_suspended"
    kind = ErrorKind.CONFLICT
    title = "The account is not suspended"


class CannotSuspend(DomainError):
    code = "cannot_suspend"
    kind = ErrorKind.FORBIDDEN
    title = "You may not suspend this account"


class SecondFactorRefused(DomainError):
    """A wrong code, one that was used, or a passkey that does not answer this challenge."""

    code = "second_factor_refused"
    kind = ErrorKind.RULE
    title = "This code or passkey is not right, or was used"


class FactorNotOffered(DomainError):
    code = "factor_not_offered"
    kind = ErrorKind.RULE
    title = "This cannot be confirmed with this factor"


class FactorExists(DomainError):
    code = "factor_exists"
    kind = ErrorKind.CONFLICT
    title = "There is one already; remove it first"


class TooManyFactors(DomainError):
    code = "too_many_factors"
    kind = ErrorKind.RULE
    title = "No more passkeys can be kept"


class EnrolmentRefused(DomainError):
    """Unknown on this device, expired, or finished already."""

    code = "enrolment_refused"
    kind = ErrorKind.RULE
    title = "This enrolment is unknown, expired or finished; begin again"


class NoSecondFactor(DomainError):
    code = "no_second_factor"
    kind = ErrorKind.RULE
    title = "Recovery codes stand in for a second factor; add one first"


class NobodyToTell(DomainError):
    """Whoever loses factors has to learn of it, and needs a way back in."""

    code = "nobody_to_tell"
    kind = ErrorKind.RULE
    title = "This person has neither an email address nor a proved number; see to one first"


class LongerPasswordNeeded(DomainError):
    """The password is good enough beside a factor and too short alone."""

    code = "longer_password_needed"
    kind = ErrorKind.CONFLICT
    title = "Without a second factor the password must be longer; change it first"


class StepUpRequired(DomainError):
    """The request moves money or changes who may: its own approval has to come with it."""

    code = "step_up_required"
    kind = ErrorKind.FORBIDDEN
    title = "Confirm this with a second factor first"

    def __init__(self, purpose: str) -> None:
        super().__init__(
            "Make a step-up for exactly this, confirm it, and send its id as the header Step-Up.",
            purpose=purpose,
        )


class StepUpRefused(DomainError):
    """``reason``: unknown (also another person's or device's), unconfirmed, expired, failed (wrong
    answers too often), used, changed (it approved something else)."""

    code = "step_up_refused"
    kind = ErrorKind.FORBIDDEN
    title = "This step-up does not approve this request"

    def __init__(self, reason: str, *, step_up_id: UUID, user_id: UUID) -> None:
        super().__init__(f"{STEP_UP_REASONS[reason]} Make a new one.", reason=reason)
        self.reason, self.step_up_id, self.user_id = reason, step_up_id, user_id


STEP_UP_REASONS = {
    "unknown": "There is no such step-up on this device.",
    "unconfirmed": "It was not confirmed.",
    "expired": "It has expired.",
    "used": "It was used.",
    "failed": "It was answered wrongly too often.",
    "changed": "Something else was approved with it.",
}


class ErasureBlocked(DomainError):
    """``obstacles`` (code and detail) are what must be settled first."""

    code = "erasure_blocked"
    kind = ErrorKind.CONFLICT
    title = "Something must be settled before the account can be erased"


class ErasureFinished(DomainError):
    code = "erasure_finished"
    kind = ErrorKind.CONFLICT
    title = "The account is erased or shut already"


class TooManyExports(DomainError):
    code = "too_many_exports"
    kind = ErrorKind.LIMITED
    title = "A few files a day are enough; wait and try again"


class TooManyAddresses(DomainError):
    code = "too_many_addresses"
    kind = ErrorKind.RULE
    title = "You keep as many addresses as one can"


class ConsentNotCurrent(DomainError):
    code = "consent_not_current"
    kind = ErrorKind.CONFLICT
    title = "This is not the present version of the document"


class ConsentRequired(DomainError):
    code = "consent_required"
    kind = ErrorKind.RULE
    title = "An account needs this consent; ask to be erased to take it back"


class ConsentsOutstanding(DomainError):
    """``outstanding`` (document, version, url) are the present versions to agree to first; what
    was begun before goes on without them."""

    code = "consents_outstanding"
    kind = ErrorKind.FORBIDDEN
    title = "Agree to the present terms first"
