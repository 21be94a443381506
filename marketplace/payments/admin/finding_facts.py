"""A sale to look at, in words: what was seen, who the two are, what else there is of them."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace.core.admin import at_text, short_id, table
from marketplace.payments.admin.display import filtered, link, money
from marketplace.payments.models import (
    Evidence,
    FindingKind,
    FindingStatus,
    Payment,
    Payout,
    RiskFinding,
)

SEEN = "_facts_for_this_page"
MOST_OTHERS, MOST_COUNTED = 20, 100
SAID = {
    FindingKind.LINKED_PARTIES: "Buyer and seller have the same {} in common.",
    FindingKind.INSTRUMENT_VELOCITY: (
        "Others paid with the same {} within a day: more buyers in all than the risk policy allows."
    ),
}


def once(finding: RiskFinding, name: str, read: Callable[[], str]) -> str:
    """Read once for a page, which asks for a field several times."""
    seen: dict[str, str] = finding.__dict__.setdefault(SEEN, {})
    if name not in seen:
        seen[name] = read()
    return seen[name]


def in_short(finding: RiskFinding) -> str:
    """For a column: bank account, device."""
    things = ", ".join(_things(finding))
    many = finding.kind == FindingKind.INSTRUMENT_VELOCITY
    return f"{things} of many buyers" if many else things


def in_words(finding: RiskFinding) -> str:
    *earlier, last = _things(finding)
    things = f"{', '.join(earlier)} and {last}" if earlier else last
    return SAID[FindingKind(finding.kind)].format(things)


def tell(finding: RiskFinding) -> SafeString:
    return format_html(
        "{} paid {} for goods of {} on {}. {}",
        _person(finding.buyer),
        money(finding.payment.amount_minor, finding.payment.currency),
        _person(finding.seller),
        f"{finding.created_at:%Y-%m-%d}",
        in_words(finding),
    )


def say_effect(finding: RiskFinding) -> SafeString | str:
    if finding.status == FindingStatus.CLEARED:
        return "Nothing: it was cleared."
    until = "until this is decided" if finding.status == FindingStatus.OPEN else "from now on"
    return format_html(
        "The seller's payouts wait for two operators {}: {}. The order goes on; neither of them "
        "was told, and nobody should.",
        until,
        once(finding, "waiting", lambda: _waiting(finding.seller_id)),
    )


def say_decision(finding: RiskFinding) -> str:
    if finding.decided_at is None:
        return "None yet."
    return format_html(
        "{} by {} at {}: {}",
        finding.status.capitalize(),
        finding.decided_by,
        at_text(finding.decided_at),
        finding.decided_reason,
    )


def show_people(finding: RiskFinding) -> str:
    lines = (
        (
            side,
            _person(person),
            f"since {person.created_at:%Y-%m-%d}, level {person.verification_level}",
            "" if person.is_active else ", suspended or closed",
        )
        for side, person in (("Buyer", finding.buyer), ("Seller", finding.seller))
    )
    return format_html_join("", "<div>{}: {}, {}{}</div>", lines)


def count_sales(finding: RiskFinding) -> str:
    def read() -> str:
        one, other = finding.buyer_id, finding.seller_id
        money_is = (finding.payment.escrow_status or "not held").replace("_", " ").lower()
        return (
            f"{_paid(one, other)} in this direction, {_paid(other, one)} in the other; the money "
            f"of this one is {money_is}."
        )

    return once(finding, "sales", read)


def list_others(finding: RiskFinding, viewer_id: UUID | None) -> str:
    """Of either of them, the newest; none in which whoever looks bought or sold."""
    return once(finding, "others", lambda: _others(finding, viewer_id) or "None.")


def _others(finding: RiskFinding, viewer_id: UUID | None) -> str:
    people = (finding.buyer_id, finding.seller_id)
    rows = RiskFinding.objects.filter(Q(buyer_id__in=people) | Q(seller_id__in=people))
    rows = not_of(rows, viewer_id).exclude(id=finding.id).select_related("buyer", "seller")
    lines = [
        (
            link("payments_riskfinding_change", row.id, f"{row.created_at:%Y-%m-%d}"),
            _parties(row, people),
            in_short(row),
            row.get_status_display(),
        )
        for row in rows.order_by("-id")[:MOST_OTHERS]
    ]
    return table(("On", "Between", "Shared", "Status"), lines) if lines else ""


def not_of(rows: "QuerySet[RiskFinding]", user_id: UUID | None) -> "QuerySet[RiskFinding]":
    return rows.exclude(Q(buyer_id=user_id) | Q(seller_id=user_id))


def about(finding: RiskFinding) -> Iterator[SafeString]:
    yield link("orders_order_change", finding.order_id, f"Order …{short_id(finding.order_id)}")
    yield link("payments_payment_change", finding.payment_id, "Payment")
    yield filtered("payments_payout_changelist", "The seller's payouts", q=finding.seller_id)


def _things(finding: RiskFinding) -> list[str]:
    return [Evidence(code).label.removeprefix("the same ") for code in finding.evidence]


def _person(person: Any) -> SafeString:
    return link("users_user_change", person.pk, person)


def _parties(row: RiskFinding, people: tuple[UUID, UUID]) -> str:
    if (row.buyer_id, row.seller_id) == people:
        return "the same two"
    if (row.seller_id, row.buyer_id) == people:
        return "the same two, the other way round"
    return f"{row.buyer} from {row.seller}"


def _waiting(seller_id: UUID) -> SafeString | str:
    count = Payout.objects.filter(user_id=seller_id, awaits_approval=True)[:MOST_COUNTED].count()
    if not count:
        return "none does now"
    text = f"{count} {'does' if count == 1 else 'do'} now"
    return filtered("payments_payout_changelist", text, awaits_approval__exact=1, q=seller_id)


def _paid(buyer_id: UUID, seller_id: UUID) -> str:
    paid = Payment.objects.filter(user_id=buyer_id, seller_id=seller_id, captured_at__isnull=False)
    count = paid[: MOST_COUNTED + 1].count()
    return f"more than {MOST_COUNTED}" if count > MOST_COUNTED else str(count)
