"""Published facts about accounts. They carry ids, never a name, an address or a number."""

from datetime import datetime
from uuid import UUID

from marketplace.core.events import DomainEvent, domain_event
from marketplace.users.verification.events import (
    VerificationApproved,
    VerificationExpired,
    VerificationLevelChanged,
    VerificationSubmitted,
)

__all__ = [
    "VerificationApproved",
    "VerificationExpired",
    "VerificationLevelChanged",
    "VerificationSubmitted",
]


@domain_event("users.UserRegistered")
class UserRegistered(DomainEvent):
    user_id: UUID
    user_type: str
    registered_at: datetime


@domain_event("users.EmailVerified")
class EmailVerified(DomainEvent):
    user_id: UUID


@domain_event("users.EmailChanged")
class EmailChanged(DomainEvent):
    """The account has another address now, which is verified."""

    user_id: UUID


@domain_event("users.PhoneVerified")
class PhoneVerified(DomainEvent):
    """The account has shown to read texts to the telephone number that it has now."""

    user_id: UUID


@domain_event("users.SellerActivated")
class SellerActivated(DomainEvent):
    """The user may sell from now on."""

    user_id: UUID


@domain_event("users.UserUpdated")
class UserUpdated(DomainEvent):
    user_id: UUID
    changed: tuple[str, ...]


@domain_event("users.ProfileUpdated")
class ProfileUpdated(DomainEvent):
    user_id: UUID
    changed: tuple[str, ...]


@domain_event("users.PasswordChanged")
class PasswordChanged(DomainEvent):
    user_id: UUID


@domain_event("users.RefreshTokenReused")
class RefreshTokenReused(DomainEvent):
    """An old refresh token came back; its family was ended."""

    user_id: UUID
    sign_in_id: UUID


@domain_event("users.ProviderConnected")
class ProviderConnected(DomainEvent):
    """The user may sign in by this provider from now on."""

    user_id: UUID
    provider: str


@domain_event("users.ProviderDisconnected")
class ProviderDisconnected(DomainEvent):
    user_id: UUID
    provider: str


@domain_event("users.UserSuspended")
class UserSuspended(DomainEvent):
    user_id: UUID
    suspended_by: UUID | None
    suspended_at: datetime


@domain_event("users.UserReinstated")
class UserReinstated(DomainEvent):
    user_id: UUID
    reinstated_by: UUID | None


@domain_event("users.ErasureRequested")
class ErasureRequested(DomainEvent):
    user_id: UUID
    erasure_id: UUID
    due_at: datetime


@domain_event("users.ErasureCancelled")
class ErasureCancelled(DomainEvent):
    """The person signed in before it was due."""

    user_id: UUID
    erasure_id: UUID


@domain_event("users.UserErased")
class UserErased(DomainEvent):
    """Nothing of the person is left but the id, and what law keeps for a time."""

    user_id: UUID


@domain_event("users.SecondFactorAdded")
class SecondFactorAdded(DomainEvent):
    user_id: UUID
    factor: str


@domain_event("users.SecondFactorRemoved")
class SecondFactorRemoved(DomainEvent):
    user_id: UUID
    factor: str


@domain_event("users.SecondFactorsReset")
class SecondFactorsReset(DomainEvent):
    """An operator took all second factors from somebody who lost them; payouts wait."""

    user_id: UUID
    reset_by: UUID | None


@domain_event("users.RecoveryCodesRenewed")
class RecoveryCodesRenewed(DomainEvent):
    user_id: UUID


@domain_event("users.RecoveryCodeUsed")
class RecoveryCodeUsed(DomainEvent):
    user_id: UUID
    left: int


@domain_event("users.StepUpConfirmed")
class StepUpConfirmed(DomainEvent):
    """A second factor approved one act, which may be done once within minutes."""

    user_id: UUID
    step_up_id: UUID
    purpose: str
    factor: str


@domain_event("users.StepUpRefused")
class StepUpRefused(DomainEvent):
    """An approval came with something that it does not approve."""

    user_id: UUID
    step_up_id: UUID
    reason: str


@domain_event("users.ExportReady")
class ExportReady(DomainEvent):
    """The file with a person's data can be downloaded by them."""

    user_id: UUID
    export_id: UUID


@domain_event("users.StaffRolesChanged")
class StaffRolesChanged(DomainEvent):
    """``roles``, by commas, are all that the person has from now on."""

    user_id: UUID
    roles: str
    changed_by: UUID | None


@domain_event("users.ConsentRecorded")
class ConsentRecorded(DomainEvent):
    """A person agreed to a version of a document, or took it back."""

    user_id: UUID
    document: str
    version: str
    is_given: bool
