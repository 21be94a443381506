"""What the user service hands out: frozen, complete, detached from the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.core.actor import Role


@dataclass(frozen=True, slots=True)
class UserSnapshot:
    """An account as its owner and other services see it; no secret in it."""

    id: UUID
    email: str
    """Empty of somebody who signed up by telephone and has not added one."""
    phone_number: str
    is_phone_verified: bool
    first_name: str
    last_name: str
    profile_picture: str
    user_type: str
    roles: frozenset[Role]
    verification_status: str
    verification_level: str
    is_active: bool
    is_suspended: bool
    created_at: datetime
    updated_at: datetime

    @property
    def display_name(self) -> str:
        return display_name(self.first_name, self.last_name)


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document that somebody handed in, and how the verification stands that it is for."""

    id: UUID
    kind: str
    level: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileSnapshot:
    id: UUID
    user_id: UUID
    bio: str
    address: dict[str, Any] | None
    id_verification_documents: tuple[ShownDocument, ...]
    rating: Decimal
    total_reviews: int
    is_featured: bool
    social_links: dict[str, str]
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AddressSnapshot:
    """One place that a person has goods sent to."""

    id: UUID
    label: str
    recipient: str
    line1: str
    line2: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str
    is_default: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PublicCard:
    """What anyone may know of a user: no address, no number, no full name."""

    id: UUID
    display_name: str
    profile_picture_url: str
    bio: str
    social_links: dict[str, str]
    is_seller: bool
    is_featured: bool
    verification_status: str
    rating: Decimal
    total_reviews: int
    member_since: datetime


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Who somebody is to a provider that has proved it to us.

    ``email`` is proved only where ``is_email_proved``: the provider says that it has seen to it,
    and is one whose word counts for this address.
    """

    provider: str
    subject: str
    email: str = ""
    is_email_proved: bool = False
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True)
class ConnectedProvider:
    """``identity`` is enough of an address to recognise it by, and too little to write to it."""

    provider: str
    name: str
    identity: str
    connected_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class SignInTokens:
    """A fresh pair; ``expires_in_seconds`` is the access token's life."""

    access_token: str
    refresh_token: str
    expires_in_seconds: int
    user: UserSnapshot


@dataclass(frozen=True, slots=True)
class ErasureSnapshot:
    """Until ``due_at`` signing in takes it back."""

    id: UUID
    user_id: UUID
    requested_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class FactorSnapshot:
    """One authenticator app, passkey or set of recovery codes."""

    id: UUID
    factor: str
    name: str
    signs_in_alone: bool
    """A passkey that names its person: no address, no password."""
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactorsSnapshot:
    totp: FactorSnapshot | None
    passkeys: tuple[FactorSnapshot, ...]
    recovery_codes_left: int

    @property
    def has_second_factor(self) -> bool:
        return self.totp is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    """What an authenticator app is given; shown once."""

    id: UUID
    secret: str
    otpauth_url: str
    qr_svg: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PasskeyEnrolment:
    """``public_key`` is what ``navigator.credentials.create`` takes, in its JSON form."""

    id: UUID
    public_key: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewFactor:
    """``recovery_codes`` come with the first factor, and are never shown again."""

    factor: FactorSnapshot
    recovery_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepUpSnapshot:
    """``factors`` are those that may confirm it; ``public_key`` is for passkeys."""

    id: UUID
    purpose: str
    factors: tuple[str, ...]
    public_key: dict[str, Any] | None
    expires_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportSnapshot:
    """How far the file is: ``done`` of ``total`` kinds of data."""

    id: UUID
    state: str
    done: int
    total: int
    size_bytes: int
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentSnapshot:
    document: str
    version: str
    is_given: bool
    source: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class OutstandingDocument:
    """A present version that the person has not answered."""

    document: str
    version: str
    url: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class ConsentsSnapshot:
    given: tuple[ConsentSnapshot, ...]
    outstanding: tuple[OutstandingDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleFacts:
    """One sale as it is now, in the words of ``SellerSale``."""

    order_id: UUID
    seller_id: UUID
    version: int
    is_paid: bool
    is_completed: bool
    is_called_off: bool
    is_refunded: bool
    is_disputed: bool
    ship_seconds: int | None


RATE_NEEDS_SALES = 5
"""Of fewer sales a rate says more about chance than about the seller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerPage:
    """What the platform says of a seller, beside what the seller says (``card``)."""

    card: PublicCard
    picture_url: str
    """Of our own drawing, or "" where the seller shows none."""
    verification_level: str
    paid_sales: int
    completed_sales: int
    disputed_sales: int
    called_off_sales: int
    typical_time_to_ship: timedelta | None

    @property
    def is_verified(self) -> bool:
        return self.card.verification_status == "VERIFIED"

    @property
    def dispute_rate(self) -> Decimal | None:
        """In per cent of the paid sales; None while there are too few to say."""
        return self._percent(self.disputed_sales)

    @property
    def called_off_rate(self) -> Decimal | None:
        return self._percent(self.called_off_sales)

    def _percent(self, count: int) -> Decimal | None:
        if self.paid_sales < RATE_NEEDS_SALES:
            return None
        return (Decimal(100) * count / self.paid_sales).quantize(Decimal("0.1"))


def display_name(first_name: str, last_name: str) -> str:
    """The first name and one initial: enough to recognize, too little to look somebody up."""
    initial = f"{last_name[:1]}." if last_name else ""
    return f"{first_name} {initial}".strip() or "Member"
