"""What the projections hold, field for field: made by the ``apply`` functions alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.payments.streams.facts import Fact


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with its place in its stream."""

    stream_id: UUID
    version: int
    event_id: UUID
    fact: Fact
    actor: str
    occurred_at: datetime
    prev_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    id: UUID
    order_id: UUID
    user_id: UUID
    seller_id: UUID
    amount_minor: int
    currency: str
    payment_method: str
    payment_provider: str
    status: str
    provider_transaction_id: str
    escrow_status: str | None
    payment_details: dict[str, Any]
    commission_terms: dict[str, Any]
    commission_minor: int
    tax_minor: int
    tax_jurisdiction: str
    captured_minor: int
    released_minor: int
    refunded_minor: int
    refunded_after_minor: int
    disputed_minor: int
    charged_back_minor: int
    clawed_back_minor: int
    returned_minor: int
    open_chargebacks: int
    held_attempt_id: UUID | None
    captured_at: datetime | None
    released_at: datetime | None
    refunded_at: datetime | None
    voided_at: datetime | None
    must_settle_before: datetime | None
    holding_stage: str
    next_alert_at: datetime | None
    version: int
    head_hash: bytes
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptState:
    id: UUID
    payment_id: UUID
    provider: str
    method: str
    client_key: str
    return_url: str
    status: str
    provider_payment_id: str | None
    redirect_url: str
    captured_minor: int | None
    captured_currency: str
    failure_code: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundState:
    id: UUID
    payment_id: UUID
    attempt_id: UUID
    provider: str
    provider_payment_id: str
    provider_refund_id: str | None
    source: str
    amount_minor: int
    from_seller_minor: int
    currency: str
    reason: str
    status: str
    failure_code: str
    contradictions: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargebackState:
    id: UUID
    payment_id: UUID
    attempt_id: UUID
    provider: str
    provider_chargeback_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    reason: str
    respond_by_at: datetime | None
    status: str
    from_escrow_minor: int
    from_seller_minor: int
    uncovered_minor: int
    covered_minor: int
    wallet_minor: int
    receivable_minor: int
    contradictions: int
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutState:
    id: UUID
    user_id: UUID
    wallet_id: UUID
    bank_account_id: UUID
    amount_minor: int
    currency: str
    provider: str
    provider_payout_id: str | None
    client_key: str
    status: str
    failure_code: str
    requested_at: datetime
    policy: dict[str, Any]
    approvals_needed: int
    reasons: list[str]
    approved_by: list[str]
    awaits_approval: bool
    version: int
    head_hash: bytes
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpState:
    id: UUID
    user_id: UUID
    wallet_id: UUID
    amount_minor: int
    currency: str
    provider: str
    method: str
    client_key: str
    return_url: str
    status: str
    provider_payment_id: str | None
    redirect_url: str
    captured_minor: int | None
    captured_currency: str
    failure_code: str
    credited_minor: int
    credited_currency: str
    credited_at: datetime | None
    charged_back_minor: int
    version: int
    head_hash: bytes
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeState:
    id: UUID
    user_id: UUID
    sold_minor: int
    sold_currency: str
    bought_minor: int
    bought_currency: str
    rate: str
    reason: str
    journal_id: UUID
    reversed_at: datetime | None
    version: int
    head_hash: bytes
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """A statement line; see ``models.Transaction``."""

    id: UUID
    wallet_id: UUID
    payment_id: UUID | None
    subject_id: UUID
    type: str
    amount_minor: int
    wallet_change_minor: int
    currency: str
    status: str
    notes: str
    created_at: datetime
    updated_at: datetime
