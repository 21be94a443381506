from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    CommissionRuleEnded,
    CommissionRuleInvalid,
    CommissionRuleTies,
    CommissionTaxesDiffer,
    ReasonMissing,
)
from marketplace.payments.models import CommissionRule
from marketplace.payments.services import (
    NewCommissionRule,
    SaleLine,
    create_commission_rule,
    end_commission_rule,
    quote_commission,
)
from marketplace.payments.tests.commission.rules import rule
from marketplace.payments.tests.factories import HUNDRED_EUR, actor_for, make_user
from marketplace.payments.tests.services.test_at_the_same_time import at_once

pytestmark = pytest.mark.django_db
PLAIN = NewCommissionRule(name="Every sale", rate_bps=1000)
TAX: dict[str, Any] = {"tax_bps": 1900, "tax_jurisdiction": "DE"}


@pytest.fixture(autouse=True)
def no_rules(db: None) -> None:
    CommissionRule.objects.all().delete()


def create(new: NewCommissionRule = PLAIN, *, role: Role = Role.ADMIN, **changes: Any) -> Any:
    arguments = {"actor": actor_for(make_user(role)), "rule": new, "reason": "Agreed", **changes}
    return create_commission_rule(**arguments)


def later(**delta: int) -> datetime:
    return clock.database_now() + timedelta(**delta)


def all_rules() -> list[Any]:
    return list(CommissionRule.objects.order_by("id").values())


def test_a_rule_holds_from_now_and_keeps_who_made_it_and_why() -> None:
    operator = make_user(Role.ADMIN)
    rule_id = create_commission_rule(actor=actor_for(operator), rule=PLAIN, reason=" Agreed ")
    made = CommissionRule.objects.get(id=rule_id)
    assert (made.created_by_id, made.created_reason) == (operator.pk, "Agreed")
    assert made.valid_from_at <= clock.now()
    terms = quote_commission(lines=[SaleLine(HUNDRED_EUR)], seller_id=new_id())
    assert (terms.rule_id, terms.rule_name) == (rule_id, "Every sale")
    assert "every sale" in terms.explanation


def test_rules_that_differ_in_a_condition_stand_side_by_side() -> None:
    category = new_id()
    eur: dict[str, Any] = {"currency": "EUR"}
    create()
    every: list[dict[str, Any]] = [
        {"category_id": category},
        {"seller_level": "T2"},
        {"category_id": category, "seller_level": "T2"},
        eur,
        {**eur, "amount_to_minor": 10_000},
        {**eur, "amount_from_minor": 10_000, "amount_to_minor": 50_000},
        {**eur, "amount_from_minor": 50_000},
        {"currency": "USD", "amount_from_minor": 10_000},
        {"is_promotional": True, "valid_until_at": later(days=1)},
        {
            "is_promotional": True,
            "valid_from_at": later(days=2),
            "valid_until_at": later(days=3),
        },
    ]
    for conditions in every:
        create(replace(PLAIN, **conditions))
    assert CommissionRule.objects.count() == 11


@pytest.mark.parametrize(
    ("there", "new"),
    [
        ({}, {}),
        ({"seller_level": "T1"}, {"seller_level": "T1"}),
        (
            {"currency": "EUR", "amount_from_minor": 100, "amount_to_minor": 500},
            {"currency": "EUR", "amount_from_minor": 499},
        ),
        (
            {"currency": "EUR", "amount_to_minor": 500},
            {"currency": "EUR", "amount_from_minor": 100, "amount_to_minor": 200},
        ),
        (
            {"is_promotional": True, "valid_until_at": clock.now() + timedelta(days=9)},
            {"is_promotional": True, "valid_until_at": clock.now() + timedelta(days=3)},
        ),
    ],
)
def test_a_rule_that_could_win_beside_another_is_refused_and_the_other_is_named(
    there: dict[str, Any], new: dict[str, Any]
) -> None:
    other = rule(name="The one that is there", **there)
    before = all_rules()
    with pytest.raises(CommissionRuleTies, match="The one that is there") as refusal:
        create(replace(PLAIN, **new))
    assert refusal.value.extra["rule_id"] == str(other.id)
    assert all_rules() == before
    # The database says the same without the command.
    with pytest.raises(IntegrityError, match="payments_commission_no_tie"), transaction.atomic():
        rule(**new)


@pytest.mark.parametrize(
    ("mine", "is_refused"),
    [("", True), ("EUR", True), ("USD", False)],
)
def test_rules_that_can_meet_in_an_order_tax_for_one_jurisdiction(
    mine: str, is_refused: bool
) -> None:
    rule(name="German tax", currency="EUR", **TAX)
    new: dict[str, Any] = {
        "currency": mine,
        "category_id": new_id(),
        "tax_bps": 1600,
        "tax_jurisdiction": "KE",
    }
    if not is_refused:
        create(replace(PLAIN, **new))
        return
    before = all_rules()
    with pytest.raises(CommissionTaxesDiffer, match="German tax"):
        create(replace(PLAIN, **new))
    assert all_rules() == before
    with pytest.raises(IntegrityError, match="commission_one_tax"), transaction.atomic():
        rule(**new)


def test_a_successor_begins_where_its_predecessor_ends() -> None:
    former_id = create()
    begins_at = later(days=1)
    new_id_ = create(
        replace(PLAIN, rate_bps=800, valid_from_at=begins_at),
        succeeds_id=former_id,
        reason="Cheaper from tomorrow",
    )
    former, successor = (CommissionRule.objects.get(id=i) for i in (former_id, new_id_))
    assert former.valid_until_at == successor.valid_from_at == begins_at
    assert former.ended_reason == "Cheaper from tomorrow"
    assert successor.succeeds_id == former.id
    with pytest.raises(CommissionRuleEnded):
        create(replace(PLAIN, valid_from_at=later(days=3)), succeeds_id=former_id)


def test_a_refused_successor_leaves_its_predecessor_as_it_was() -> None:
    former_id = create()
    rule(name="Level 1", seller_level="T1")
    before = all_rules()
    with pytest.raises(CommissionRuleTies, match="Level 1"):
        create(replace(PLAIN, seller_level="T1"), succeeds_id=former_id)
    with pytest.raises(NotFound):
        create(replace(PLAIN, seller_level="T2"), succeeds_id=new_id())
    assert all_rules() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"seller_level": "T9"}, "seller_level"),
        ({"currency": "XXX"}, "currency"),
        ({"fixed_minor": 30}, "currency"),
        ({"valid_from_at": clock.now() - timedelta(minutes=1)}, "valid_from_at"),
        ({"valid_until_at": clock.now() - timedelta(minutes=1)}, "valid_until_at"),
        ({"is_promotional": True}, "valid_until_at"),
        ({"rate_bps": 10_001}, "rate_bps"),
        ({"buyer_share_bps": -1}, "buyer_share_bps"),
        ({"tax_bps": 100}, "tax_jurisdiction"),
        ({"tax_jurisdiction": "DE"}, "tax_bps"),
        ({"currency": "EUR", "minimum_minor": 2, "cap_minor": 1}, "cap_minor"),
        ({"currency": "EUR", "amount_from_minor": 5, "amount_to_minor": 5}, "amount_to_minor"),
        ({"currency": "EUR", "amount_from_minor": -5}, "amount_from_minor"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_field(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(CommissionRuleInvalid) as refusal:
        create(replace(PLAIN, **changes))
    assert list(refusal.value.fields) == [field]
    assert all_rules() == []


def test_only_an_operator_with_a_reason_makes_a_rule() -> None:
    with pytest.raises(Forbidden):
        create(role=Role.SELLER)
    with pytest.raises(ReasonMissing):
        create(reason=" ")
    assert all_rules() == []


@pytest.mark.django_db(transaction=True)
def test_two_operators_who_save_at_the_same_moment_make_one_rule() -> None:
    first, second = (
        lambda: create(replace(PLAIN, name="First")),
        lambda: create(replace(PLAIN, name="Second")),
    )
    outcomes = at_once(first, second)
    (refusal,) = (outcome for outcome in outcomes if isinstance(outcome, DomainError))
    assert isinstance(refusal, CommissionRuleTies)
    (made,) = all_rules()
    assert made["name"] in refusal.detail


class TestEnding:
    def end(self, rule_id: Any, **changes: Any) -> None:
        arguments: dict[str, Any] = {
            "actor": actor_for(make_user(Role.ADMIN)),
            "rule_id": rule_id,
            "reason": "Too dear",
            **changes,
        }
        end_commission_rule(**arguments)

    def test_it_ends_now_and_sales_from_before_keep_their_terms(self) -> None:
        rule_id = create()
        frozen = quote_commission(lines=[SaleLine(HUNDRED_EUR)], seller_id=new_id()).to_json()
        self.end(rule_id)
        ended = CommissionRule.objects.get(id=rule_id)
        assert (ended.ended_reason, ended.rate_bps) == ("Too dear", 1000)
        assert ended.valid_until_at == ended.ended_at
        assert quote_commission(lines=[SaleLine(HUNDRED_EUR)], seller_id=new_id()).rule_id is None
        assert (frozen["rule_id"], frozen["commission_minor"]) == (str(rule_id), 1_000)

    def test_one_that_has_not_begun_never_begins_and_leaves_its_place_free(self) -> None:
        new = replace(PLAIN, valid_from_at=later(days=5))
        rule_id = create(new)
        self.end(rule_id)
        ended = CommissionRule.objects.get(id=rule_id)
        assert ended.valid_until_at == ended.valid_from_at
        create(new)

    def test_it_ends_once(self) -> None:
        rule_id = create()
        self.end(rule_id, ends_at=later(days=1))
        before = all_rules()
        with pytest.raises(CommissionRuleEnded, match="Too dear"):
            self.end(rule_id)
        assert all_rules() == before

    def test_a_promotion_is_cut_short_and_never_prolonged(self) -> None:
        until = later(days=2)
        rule_id = create(replace(PLAIN, is_promotional=True, valid_until_at=until))
        with pytest.raises(CommissionRuleEnded):
            self.end(rule_id, ends_at=until + timedelta(days=1))
        self.end(rule_id, ends_at=until - timedelta(days=1))

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"reason": ""}, ReasonMissing),
            ({"ends_at": clock.now() - timedelta(hours=1)}, CommissionRuleInvalid),
            ({"rule_id": new_id()}, NotFound),
        ],
    )
    def test_a_refused_end_changes_nothing(
        self, changes: dict[str, Any], refusal: type[DomainError]
    ) -> None:
        arguments = {"rule_id": create(), **changes}
        before = all_rules()
        with pytest.raises(refusal):
            self.end(**arguments)
        with pytest.raises(Forbidden):
            self.end(arguments["rule_id"], actor=actor_for(make_user(Role.SELLER)))
        assert all_rules() == before

    @pytest.mark.django_db(transaction=True)
    def test_two_who_end_it_at_the_same_moment_end_it_once(self) -> None:
        rule_id = create()
        outcomes = at_once(lambda: self.end(rule_id), lambda: self.end(rule_id))
        assert sorted(type(outcome).__name__ for outcome in outcomes) == [
            "CommissionRuleEnded",
            "NoneType",
        ]


def test_a_commission_is_that_of_the_sale_whatever_happens_to_rules_afterwards() -> None:
    """Mistake 16: recomputed at today's rate when an old order is looked at again."""
    rule_id = create()
    terms = quote_commission(lines=[SaleLine(HUNDRED_EUR)], seller_id=new_id())
    create(replace(PLAIN, rate_bps=9000), succeeds_id=rule_id)
    assert type(terms).from_json(terms.to_json()).commission == Money(1_000, "EUR")
    assert CommissionRule.objects.get(id=rule_id).rate_bps == 1000
