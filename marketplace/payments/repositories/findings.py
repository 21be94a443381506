"""Findings about sales: opened once, decided under their lock."""

from collections.abc import Collection
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_id
from marketplace.payments.models import HOLDING_FINDINGS, FindingKind, Payment, RiskFinding


def has_open_finding(user_id: UUID) -> bool:
    """Whether a sale of theirs is to be looked at, or was confirmed to be what it looked like."""
    rows = RiskFinding.objects.filter(seller_id=user_id, status__in=HOLDING_FINDINGS)
    return rows.exists()


@needs_transaction
def open_finding(*, kind: FindingKind, payment: Payment, evidence: Collection[str]) -> None:
    """One of each kind for a payment: another one is not written, whoever was first."""
    finding = RiskFinding(
        id=new_id(),
        kind=kind,
        payment=payment,
        order_id=payment.order_id,
        buyer_id=payment.user_id,
        seller_id=payment.seller_id,
        evidence=sorted(evidence),
        created_at=clock.now(),
    )
    RiskFinding.objects.bulk_create([finding], ignore_conflicts=True)


@needs_transaction
def lock_finding(finding_id: UUID) -> RiskFinding:
    """Raises :class:`NotFound`."""
    rows = RiskFinding.objects.select_for_update(no_key=True).filter(id=finding_id)
    if (finding := rows.first()) is None:
        raise NotFound("finding")
    return finding
