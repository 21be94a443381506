"""Commands of verification."""

from marketplace.users.verification.services.add_document import add_document
from marketplace.users.verification.services.add_note import add_note
from marketplace.users.verification.services.approve_case import approve_case
from marketplace.users.verification.services.ask_for_more import ask_for_more
from marketplace.users.verification.services.claim_case import claim_case
from marketplace.users.verification.services.doubt_account_match import doubt_account_match
from marketplace.users.verification.services.match_account_holder import match_account_holder
from marketplace.users.verification.services.open_case import open_case
from marketplace.users.verification.services.receive_service_call import receive_service_call
from marketplace.users.verification.services.reject_case import reject_case
from marketplace.users.verification.services.release_case import release_case
from marketplace.users.verification.services.remove_document import remove_document
from marketplace.users.verification.services.revoke_verification import revoke_verification
from marketplace.users.verification.services.start_service_check import start_service_check
from marketplace.users.verification.services.submit_case import submit_case
from marketplace.users.verification.services.update_case import update_case
from marketplace.users.verification.services.view_document import view_document
from marketplace.users.verification.services.withdraw_case import withdraw_case

__all__ = [
    "add_document",
    "add_note",
    "approve_case",
    "ask_for_more",
    "claim_case",
    "doubt_account_match",
    "match_account_holder",
    "open_case",
    "receive_service_call",
    "reject_case",
    "release_case",
    "remove_document",
    "revoke_verification",
    "start_service_check",
    "submit_case",
    "update_case",
    "view_document",
    "withdraw_case",
]
