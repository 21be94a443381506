"""An operator clears a finding, confirms it, or takes a decision back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.errors import DomainError, Forbidden, InvalidInput, NotFound
from marketplace.core.ids import new_id
from marketplace.core.models import AuditEntry
from marketplace.core.privacy import personal_data
from marketplace.payments import privacy
from marketplace.payments.errors import FindingDecided, FindingNotDecided, OwnSale
from marketplace.payments.models import FindingKind, Payout, RiskFinding
from marketplace.payments.repositories.findings import has_open_finding, open_finding
from marketplace.payments.services import clear_finding, confirm_finding, reopen_finding
from marketplace.payments.tests.factories import (
    actor_for,
    everything,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    make_user,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_payout_schedules import (
    MONDAY,
    TUESDAY_AT_SIX,
    choose,
    run,
)
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_staff

pytestmark = pytest.mark.django_db
WHY = "Both are known to us; they share a workshop and its account."
Command = Callable[..., None]


@pytest.fixture
def finding() -> RiskFinding:
    return make_finding()


def make_finding(*, buyer: User | None = None, seller: User | None = None) -> RiskFinding:
    sale = make_sale(buyer=buyer, seller=seller)
    in_transaction(
        open_finding,
        kind=FindingKind.LINKED_PARTIES,
        payment=sale.payment,
        evidence={"device", "bank_account"},
    )
    return RiskFinding.objects.get(payment_id=sale.payment_id)


def finance() -> Actor:
    return actor(make_staff("FINANCE"))


def refused(error: type[DomainError], command: Command, **arguments: Any) -> None:
    before = (everything(), list(RiskFinding.objects.values()), AuditEntry.objects.count())
    with pytest.raises(error):
        command(**arguments)
    assert before == (everything(), list(RiskFinding.objects.values()), AuditEntry.objects.count())


@pytest.mark.parametrize(
    ("command", "status", "holds"),
    [(clear_finding, "CLEARED", False), (confirm_finding, "CONFIRMED", True)],
)
def test_a_decision_stays_with_its_reason(
    finding: RiskFinding, command: Command, status: str, holds: bool
) -> None:
    by = finance()

    command(finding_id=finding.id, actor=by, reason=f"  {WHY} ")

    finding.refresh_from_db()
    assert (finding.status, finding.decided_by_id, finding.decided_reason) == (
        status,
        by.user_id,
        WHY,
    )
    assert finding.decided_at is not None
    assert has_open_finding(finding.seller_id) is holds
    entry = AuditEntry.objects.get(subject_id=finding.id)
    assert entry.action == f"payments.{command.__name__}"
    assert (entry.actor_id, entry.reason) == (by.user_id, WHY)
    assert (entry.before["status"], entry.after["status"]) == ("OPEN", status)


def test_one_finding_that_is_not_cleared_holds() -> None:
    seller = make_user(Role.SELLER)
    one, other = (make_finding(seller=seller) for _ in range(2))
    clear_finding(finding_id=one.id, actor=finance(), reason=WHY)
    assert has_open_finding(seller.pk)
    clear_finding(finding_id=other.id, actor=finance(), reason=WHY)
    assert not has_open_finding(seller.pk)


def test_a_payout_of_the_schedule_waits_as_well(provider: FakeProvider) -> None:
    with clock.frozen(MONDAY):
        seller = make_paid_seller(provider)
        make_bank_account(seller)
        choose(seller)
    make_finding(seller=seller)

    run(TUESDAY_AT_SIX)

    payout = Payout.objects.get(user=seller)
    assert (payout.reasons, payout.awaits_approval) == (["finding"], True)


@pytest.mark.parametrize("first", [clear_finding, confirm_finding])
@pytest.mark.parametrize("second", [clear_finding, confirm_finding])
def test_what_is_decided_is_reopened_before_it_is_decided_otherwise(
    finding: RiskFinding, first: Command, second: Command
) -> None:
    first(finding_id=finding.id, actor=finance(), reason=WHY)

    refused(FindingDecided, second, finding_id=finding.id, actor=finance(), reason=WHY)
    reopen_finding(finding_id=finding.id, actor=finance(), reason="A second look")

    assert has_open_finding(finding.seller_id)
    second(finding_id=finding.id, actor=finance(), reason=WHY)
    assert AuditEntry.objects.filter(subject_id=finding.id).count() == 3


def test_what_is_open_is_not_reopened(finding: RiskFinding) -> None:
    refused(FindingNotDecided, reopen_finding, finding_id=finding.id, actor=finance(), reason=WHY)


@pytest.mark.parametrize("command", [clear_finding, confirm_finding, reopen_finding])
def test_who_may_not_and_who_says_nothing_changes_nothing(
    finding: RiskFinding, command: Command
) -> None:
    for role in ("SUPPORT", "MEDIATOR", "VERIFICATION_REVIEWER", "AUDITOR"):
        stranger = actor(make_staff(role))
        refused(Forbidden, command, finding_id=finding.id, actor=stranger, reason=WHY)
    for party in (finding.buyer, finding.seller):
        refused(Forbidden, command, finding_id=finding.id, actor=actor_for(party), reason=WHY)
    for reason in ("", "  ", "x" * 1001):
        refused(InvalidInput, command, finding_id=finding.id, actor=finance(), reason=reason)
    refused(NotFound, command, finding_id=new_id(), actor=finance(), reason=WHY)


@pytest.mark.parametrize("command", [clear_finding, confirm_finding, reopen_finding])
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_nobody_decides_about_a_sale_of_their_own(command: Command, side: str) -> None:
    member = make_staff("FINANCE")
    finding = make_finding(**{side: member})
    refused(OwnSale, command, finding_id=finding.id, actor=actor(member), reason=WHY)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_the_same_moment_one_counts(finding: RiskFinding) -> None:
    people = [finance(), finance()]

    def decide(command: Command, by: Actor) -> str:
        try:
            command(finding_id=finding.id, actor=by, reason=WHY)
        except FindingDecided as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(decide, (clear_finding, confirm_finding), people))

    assert sorted(said) == ["done", "finding_decided"]
    assert AuditEntry.objects.filter(subject_id=finding.id).count() == 1


def test_the_person_does_not_read_of_it_and_words_about_them_go_with_them(
    finding: RiskFinding,
) -> None:
    confirm_finding(finding_id=finding.id, actor=finance(), reason=WHY)
    kind = next(kind for kind in personal_data() if kind.name == "payments.risk_findings")

    assert kind.export(finding.seller_id) == []
    assert [in_transaction(lambda: kind.erase(finding.seller_id)) for _ in range(2)] == [1, 0]

    finding.refresh_from_db()
    assert (finding.status, finding.decided_reason) == ("CONFIRMED", privacy.FORGOTTEN)


def test_what_is_old_and_decided_goes(finding: RiskFinding) -> None:
    kept = make_finding()
    clear_finding(finding_id=finding.id, actor=finance(), reason=WHY)
    finding.refresh_from_db()
    assert finding.decided_at is not None
    sweep = privacy._purge_findings

    assert sweep(finding.decided_at) == 0
    assert sweep(finding.decided_at.replace(year=2999)) == 1
    assert RiskFinding.objects.get() == kept
