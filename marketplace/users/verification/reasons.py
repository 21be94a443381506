"""Why a verification is refused or given back: a list for figures, and words for the person."""

from collections.abc import Mapping

from marketplace.core.errors import InvalidInput

REASONS: Mapping[str, str] = {
    "unreadable": "The pictures cannot be read",
    "document_expired": "The document has run out",
    "facts_differ": "What was stated differs from the document",
    "name_differs": "The names differ",
    "face_differs": "The picture does not show the person of the document",
    "wrong_document": "It is another document than was asked for",
    "page_missing": "A side or a page is missing",
    "not_accepted": "This kind of document is not accepted",
    "altered": "The document seems to have been changed",
    "duplicate": "Another account shows the same document",
    "other": "Another reason",
}
ACCOUNT_REFUSED = "account_refused"
"""The bank sent a payout to the account of a T1 back; also marks a T1 that a T2 still carries."""
SAID_BY_PROGRAM: Mapping[str, str] = {
    "holder_differs": "The holder of your bank account has another name than you stated",
    "account_shared": "Your bank account proves somebody else already. Begin again with a bank "
    "statement, and a person looks at it",
    ACCOUNT_REFUSED: "Your bank sent a payout to the account back",
    "service_refused": "The verification service could not confirm it",
    "withdrawn": "You withdrew it",
    "lapsed": "Its time was over",
    "renewed": "A newer one took its place",
    "revoked": "It was taken back",
    "unanswered": "What we asked for did not come",
    "abandoned": "It was never handed in",
}
MAX_LENGTH = 2000


def check_reason(reason: str, message: str) -> None:
    """Raises InvalidInput for an unknown reason, and for "other" without words."""
    faults: dict[str, list[str]] = {}
    if reason not in REASONS:
        faults["reason"] = ["Choose a reason of the list."]
    if len(message) > MAX_LENGTH:
        faults["message"] = [f"At most {MAX_LENGTH} characters."]
    if reason == "other" and not message.strip():
        faults["message"] = ["Say what it is."]
    if faults:
        raise InvalidInput(fields=faults)


def reason_text(code: str) -> str:
    return REASONS.get(code) or SAID_BY_PROGRAM.get(code, "")
