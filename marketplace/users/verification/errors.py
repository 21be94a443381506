"""What verification refuses: each error states the fact and says what to do."""

from marketplace.core.errors import DomainError, ErrorKind, Forbidden, InvalidInput


class CaseRefused(DomainError):
    """The case's present state forbids the command; nothing was changed."""

    code = "verification_not_possible_now"
    kind = ErrorKind.CONFLICT
    title = "This verification is in another state"

    def __init__(self, *, status: str, detail: str = "") -> None:
        super().__init__(detail or f"{self.title}: it is {status}.", verification_case=status)


class CaseOpen(DomainError):
    code = "verification_open"
    kind = ErrorKind.CONFLICT
    title = "A verification of this level is open already"


class AlreadyVerified(DomainError):
    code = "already_verified"
    kind = ErrorKind.CONFLICT
    title = "This level is verified already"


class LowerLevelMissing(DomainError):
    code = "lower_level_missing"
    title = "The level below comes first"


class FactsMissing(InvalidInput):
    code = "verification_incomplete"
    title = "Something is missing"


class FactsInvalid(InvalidInput):
    code = "verification_facts_invalid"
    title = "A stated fact is not valid"


class DocumentRefused(InvalidInput):
    code = "document_refused"
    title = "The file was refused"


class DocumentKindUnknown(DomainError):
    code = "document_not_wanted"
    title = "A verification of this level takes no such document"


class TooManyUploads(DomainError):
    code = "too_many_uploads"
    kind = ErrorKind.LIMITED
    title = "Too many files were sent for this verification"


class CaseClaimed(DomainError):
    code = "verification_claimed"
    kind = ErrorKind.CONFLICT
    title = "Another reviewer holds this case"


class NotClaimed(DomainError):
    code = "verification_not_claimed"
    kind = ErrorKind.CONFLICT
    title = "Claim the case before you decide it"


class MayNotReview(Forbidden):
    code = "may_not_review"
    title = "You may not review this case"


class SecondReviewerNeeded(Forbidden):
    code = "second_reviewer_needed"
    title = "Another person has to give the second yes"


class ServiceUnavailable(DomainError):
    code = "verification_service_unavailable"
    kind = ErrorKind.UNAVAILABLE
    title = "The verification service cannot be reached"


class ServiceNotOffered(DomainError):
    code = "verification_service_not_offered"
    title = "No outside service verifies this level here"


class CallbackRefused(DomainError):
    code = "verification_callback_refused"
    kind = ErrorKind.UNAUTHENTICATED
    title = "This call does not come from the verification service"
