"""What is the same of every decision about a finding."""

from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction
from marketplace.core.policies import require_permission, require_reason
from marketplace.payments.errors import FindingDecided, FindingNotDecided, OwnSale
from marketplace.payments.models import FindingStatus, RiskFinding
from marketplace.payments.repositories.findings import lock_finding

COLUMNS = ("status", "decided_by", "decided_at", "decided_reason")


@needs_transaction
def decide(finding_id: UUID, status: FindingStatus, action: str, actor: Actor, reason: str) -> None:
    """Take an open finding to ``status``, or back to OPEN, with a reason that stays.

    Under the finding's lock: of two at the same moment the second is refused.
    """
    operator_id = require_permission(actor, "payments.decide_finding")
    reason = require_reason(reason)
    finding = lock_finding(finding_id)
    if operator_id in (finding.buyer_id, finding.seller_id):
        raise OwnSale
    before = finding.status
    if status == FindingStatus.OPEN:
        _reopen(finding)
    else:
        _close(finding, status, operator_id, reason)
    finding.save(update_fields=COLUMNS)
    record_action(
        actor=actor,
        action=action,
        subject_type="payments.riskfinding",
        subject_id=finding.id,
        reason=reason,
        before={"status": before, "kind": finding.kind, "seller_id": finding.seller_id},
        after={"status": finding.status, "order_id": finding.order_id},
    )


def _close(finding: RiskFinding, status: FindingStatus, operator_id: UUID, reason: str) -> None:
    if finding.status != FindingStatus.OPEN:
        raise FindingDecided(
            f"It was {finding.status.lower()} already. Reopen it to decide otherwise."
        )
    finding.status = status
    finding.decided_by_id = operator_id
    finding.decided_at = clock.now()
    finding.decided_reason = reason


def _reopen(finding: RiskFinding) -> None:
    if finding.status == FindingStatus.OPEN:
        raise FindingNotDecided
    finding.status = FindingStatus.OPEN
    finding.decided_by = finding.decided_at = None
    finding.decided_reason = ""
