from datetime import datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.policies import require_permission
from marketplace.payments.errors import (
    CommissionRuleEnded,
    CommissionRuleInvalid,
    ReasonMissing,
)
from marketplace.payments.models import CommissionRule
from marketplace.payments.repositories.commission_rules import lock_rule, lock_writing


@opens_transaction
def end_commission_rule(
    *, actor: Actor, rule_id: UUID, reason: str, ends_at: datetime | None = None
) -> None:
    """End a rule now or at a later moment, once; who and why stay with it.

    Sales from before keep their terms. A rule that has not begun never begins. Raises
    :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`, :class:`CommissionRuleEnded`,
    :class:`CommissionRuleInvalid` for an end in the past or after the one it has.
    """
    require_permission(actor, "payments.edit_commission_rule")
    if not reason.strip():
        raise ReasonMissing
    lock_writing()
    at = clock.database_now()
    rule = lock_rule(rule_id)
    end_rule(rule, ends_at=ends_at or at, at=at, actor=actor, reason=reason)


@needs_transaction
def end_rule(
    rule: CommissionRule, *, ends_at: datetime, at: datetime, actor: Actor, reason: str
) -> None:
    """The same for a rule that the caller has locked, at the caller's moment."""
    if rule.ended_at is not None:
        raise CommissionRuleEnded(f"“{rule.name}” was ended before: {rule.ended_reason}")
    if ends_at < at:
        raise CommissionRuleInvalid(
            "A rule ends now or later.", fields={"ends_at": ["This is in the past."]}
        )
    if rule.valid_until_at is not None and ends_at >= rule.valid_until_at:
        raise CommissionRuleEnded(f"“{rule.name}” ends earlier, at {rule.valid_until_at:%c}.")
    before = {"valid_until_at": rule.valid_until_at}
    rule.valid_until_at = max(ends_at, rule.valid_from_at)
    rule.ended_at = at
    rule.ended_by_id = actor.user_id
    rule.ended_reason = reason.strip()[:1000]
    rule.updated_at = at
    rule.save(
        update_fields=["valid_until_at", "ended_at", "ended_by", "ended_reason", "updated_at"]
    )
    record_action(
        actor=actor,
        action="payments.end_commission_rule",
        subject_type="payments.commissionrule",
        subject_id=rule.id,
        reason=reason,
        before=before,
        after={"valid_until_at": rule.valid_until_at},
    )
