from marketplace.users.models.address import UserAddress
from marketplace.users.models.attempts import Attempts
from marketplace.users.models.avatar import Avatar
from marketplace.users.models.consent import (
    Consent,
    ConsentSource,
    DocumentKind,
    PolicyDocument,
)
from marketplace.users.models.erasure import Erasure, RetainedData
from marketplace.users.models.export import DataExport, ExportPortion, ExportState
from marketplace.users.models.factor_enrolment import EnrolmentKind, FactorEnrolment, FactorGuard
from marketplace.users.models.phone_proof import PhoneProof
from marketplace.users.models.profile import UserProfile
from marketplace.users.models.seller_stats import SellerSale, SellerStats
from marketplace.users.models.sign_in import SignIn, SignInEnd
from marketplace.users.models.sign_in_flow import MAX_FLOW_ATTEMPTS, SignInFlow
from marketplace.users.models.staff_role import StaffRole
from marketplace.users.models.step_up import Factor, StepUp, StepUpPurpose
from marketplace.users.models.user import User, UserType, VerificationLevel, VerificationStatus

__all__ = [
    "MAX_FLOW_ATTEMPTS",
    "Attempts",
    "Avatar",
    "Consent",
    "ConsentSource",
    "DataExport",
    "DocumentKind",
    "EnrolmentKind",
    "Erasure",
    "ExportPortion",
    "ExportState",
    "Factor",
    "FactorEnrolment",
    "FactorGuard",
    "PhoneProof",
    "PolicyDocument",
    "RetainedData",
    "SellerSale",
    "SellerStats",
    "SignIn",
    "SignInEnd",
    "SignInFlow",
    "StaffRole",
    "StepUp",
    "StepUpPurpose",
    "User",
    "UserAddress",
    "UserProfile",
    "UserType",
    "VerificationLevel",
    "VerificationStatus",
]
