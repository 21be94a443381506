from marketplace.users.verification.models.case import CaseMethod, DocumentType, VerificationCase
from marketplace.users.verification.models.document import DocumentKind, VerificationDocument
from marketplace.users.verification.models.entry import VerificationEntry
from marketplace.users.verification.models.policy import VerificationPolicy
from marketplace.users.verification.models.service_check import (
    CheckStatus,
    ServiceCall,
    ServiceCheck,
)

__all__ = [
    "CaseMethod",
    "CheckStatus",
    "DocumentKind",
    "DocumentType",
    "ServiceCall",
    "ServiceCheck",
    "VerificationCase",
    "VerificationDocument",
    "VerificationEntry",
    "VerificationPolicy",
]
