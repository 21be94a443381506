from dataclasses import asdict
from uuid import UUID

from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.policies import require_permission_or_system
from marketplace.payments.commission.new_rule import NewCommissionRule, check_rule
from marketplace.payments.errors import (
    CommissionRuleInvalid,
    CommissionRuleTies,
    CommissionTaxesDiffer,
    ReasonMissing,
)
from marketplace.payments.models import CommissionRule
from marketplace.payments.repositories.commission_rules import (
    find_other_tax,
    find_tie,
    lock_rule,
    lock_writing,
)
from marketplace.payments.services.end_commission_rule import end_rule


@opens_transaction
def create_commission_rule(
    *, actor: Actor, rule: NewCommissionRule, reason: str, succeeds_id: UUID | None = None
) -> UUID:
    """Add a rule for later sales; returns its id. Who and why stay with it.

    With ``succeeds_id`` that rule ends at the very moment at which this one begins, so that no
    sale falls between them. A rule that could win for the same sale as another one is refused,
    also when two operators save at the same moment: the database's constraints decide.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`CommissionRuleInvalid` (with the
    fields at fault), :class:`CommissionRuleTies` and :class:`CommissionTaxesDiffer` (both name the
    other rule), and of the succeeded one :class:`NotFound` and :class:`CommissionRuleEnded`.
    """
    require_permission_or_system(actor, "payments.edit_commission_rule")
    if not reason.strip():
        raise ReasonMissing
    lock_writing()
    # After the lock: later than whatever another operator has committed meanwhile.
    at = clock.database_now()
    check_rule(rule, now=at)
    begins_at = rule.valid_from_at or at
    if succeeds_id is not None:
        former = lock_rule(succeeds_id)
        end_rule(former, ends_at=begins_at, at=at, actor=actor, reason=reason)
    new = CommissionRule(
        **{**asdict(rule), "valid_from_at": begins_at},
        succeeds_id=succeeds_id,
        created_by_id=actor.user_id,
        created_reason=reason.strip()[:1000],
        created_at=at,
        updated_at=at,
    )
    _refuse_conflict(new)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        # Written past this command and its lock: the constraint is what counts.
        _refuse_conflict(new)
        raise CommissionRuleInvalid(str(error.__cause__).partition("\n")[0]) from error
    record_action(
        actor=actor,
        action="payments.create_commission_rule",
        subject_type="payments.commissionrule",
        subject_id=new.id,
        reason=reason,
        before={"succeeds": succeeds_id},
        after={name: _text(value) for name, value in asdict(rule).items()},
    )
    return new.id


def _text(value: object) -> object:
    return value if value is None or isinstance(value, bool | int) else str(value)


def _refuse_conflict(rule: CommissionRule) -> None:
    if (other := find_tie(rule)) is not None:
        raise CommissionRuleTies(
            f"“{other.name}” has the same conditions, and both could win for one sale. End it "
            "first, succeed it, or choose another tier or period.",
            rule_id=str(other.id),
            rule_name=other.name,
        )
    if (other := find_other_tax(rule)) is not None:
        raise CommissionTaxesDiffer(
            f"“{other.name}” taxes the commission for {other.tax_jurisdiction}, and one order can "
            f"meet both rules; its commission is taxed once, for one jurisdiction.",
            rule_id=str(other.id),
            rule_name=other.name,
        )
