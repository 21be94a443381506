"""The runtime role may add a commission rule and end it, and nothing else."""

import pytest
from django.db import DatabaseError, transaction

from marketplace.core.actor import Role
from marketplace.payments.models import CommissionRule
from marketplace.payments.services import (
    NewCommissionRule,
    create_commission_rule,
    end_commission_rule,
)
from marketplace.payments.tests.factories import actor_for, make_user
from marketplace.payments.tests.test_projections_guarded import as_runtime_role, refused

pytestmark = pytest.mark.django_db
__all__ = ["as_runtime_role"]


@pytest.fixture
def ended(as_runtime_role: None) -> CommissionRule:
    operator = actor_for(make_user(Role.ADMIN))
    rule = NewCommissionRule(name="Level 3", rate_bps=500, seller_level="T3")
    rule_id = create_commission_rule(actor=operator, rule=rule, reason="Agreed")
    assert refused(CommissionRule, "rate_bps = 1")
    end_commission_rule(actor=operator, rule_id=rule_id, reason="Too cheap")
    return CommissionRule.objects.get(id=rule_id)


@pytest.mark.parametrize(
    "change",
    [
        "rate_bps = rate_bps + 1",
        "name = 'Another'",
        "buyer_share_bps = 1",
        "created_reason = 'Another'",
        "ended_reason = 'Another'",
        "valid_until_at = NULL, ended_at = NULL, ended_reason = ''",
        "valid_until_at = valid_until_at + interval '1 year'",
    ],
)
def test_what_a_rule_says_and_how_it_ended_stays(ended: CommissionRule, change: str) -> None:
    assert refused(CommissionRule, change)


def test_none_is_deleted(ended: CommissionRule) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ended.delete()
    assert CommissionRule.objects.filter(id=ended.id).exists()
