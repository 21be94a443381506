"""Why people look at a payout, and what each reason rests on: for whoever approves it."""

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace.core.admin import at_text, table
from marketplace.core.money import Money
from marketplace.payments import queries
from marketplace.payments.admin.display import filtered, link
from marketplace.payments.models import Payout
from marketplace.payments.payout_reasons import PayoutReason, in_words

SEEN, SHOWN = "_facts_for_this_page", "_evidence_for_this_page"
HEADS = ("Why", "What there is to see")


def facts_of(payout: Payout) -> queries.PayoutFacts:
    """Read once for a page, which asks field by field."""
    facts: queries.PayoutFacts | None = payout.__dict__.get(SEEN)
    if facts is None:
        facts = payout.__dict__[SEEN] = queries.get_payout_facts(payout_id=payout.id)
    return facts


def reasons_of(payout: Payout) -> list[str]:
    if payout.approvals_needed and not payout.reasons:
        # Of a payout from before there were several, which names none.
        return [PayoutReason.AMOUNT.value]
    reasons: list[str] = payout.reasons
    return reasons


def show_evidence(payout: Payout) -> str:
    """A line for each reason; read once for a page, which asks for a field several times."""
    shown: str | None = payout.__dict__.get(SHOWN)
    if shown is None:
        reasons = reasons_of(payout)
        rows = [
            (text, format_html_join("", "<div>{}</div>", ((line,) for line in _seen(payout, code))))
            for code, text in zip(reasons, in_words(reasons), strict=True)
        ]
        shown = payout.__dict__[SHOWN] = table(HEADS, rows) if rows else "Nobody has to"
    return shown


def list_obstacles(payout: Payout) -> list[str]:
    """What nobody can approve it with, and what to do about it."""
    facts, said = facts_of(payout), []
    if facts.owed.is_positive:
        said.append(
            f"The seller owes {facts.owed}, so nobody can approve it. Reject it, and the debt is "
            "settled from what comes back; or approve it once the debt is settled."
        )
    if facts.bank_account.blocked_at:
        said.append(
            "A payout to this account came back, so nobody can approve it. Clear the bank account "
            "first; or reject it, and the seller withdraws to a corrected one."
        )
    if facts.is_stopped:
        said.append(
            "The seller or their wallet is suspended, so nobody can approve it. Reject it, and its "
            "money returns to the wallet; or approve it once the suspension is lifted."
        )
    return said


def _seen(payout: Payout, reason: str) -> Iterator[SafeString | str]:
    facts, terms = facts_of(payout), facts_of(payout).terms
    match reason:
        case PayoutReason.AMOUNT if terms.approval_above_minor is not None:
            yield f"Up to {Money(terms.approval_above_minor, payout.currency)} goes out unasked"
        case PayoutReason.ACCOUNT_VELOCITY:
            yield from _to_the_number(payout)
        case PayoutReason.SHARED_ACCOUNT:
            yield from _keepers(payout)
        case PayoutReason.OWES_US:
            owes = f"{facts.owed} now" if facts.owed.is_positive else "It is settled by now"
            yield format_html("{}. {}", owes, _wallets(payout))
        case PayoutReason.BLOCKED_ACCOUNT:
            since = facts.bank_account.blocked_at
            yield "Blocked still" if since else "It has been cleared since"
        case PayoutReason.SUSPENDED:
            yield "Suspended still" if facts.is_stopped else "It has been lifted since"
        case PayoutReason.FINDING:
            yield from _findings(payout)


def _wallets(payout: Payout) -> SafeString:
    return filtered("payments_wallet_changelist", "The seller's wallets", q=payout.user_id)


def _to_the_number(payout: Payout) -> Iterator[SafeString | str]:
    terms, earlier = facts_of(payout).terms, queries.list_payouts_to_number(payout_id=payout.id)
    unasked = [] if terms.account_day_payouts is None else [str(terms.account_day_payouts)]
    if terms.account_day_minor is not None:
        unasked.append(str(Money(terms.account_day_minor, payout.currency)))
    more = " or more" if len(earlier) == queries.MOST_TO_NUMBER else ""
    yield (
        f"{len(earlier)}{more} payout{'' if len(earlier) == 1 else 's'} went to this number in the "
        f"24 hours before it; unasked go at most {' and '.join(unasked)}"
    )
    for row in earlier:
        amount = Money(row.amount_minor, row.currency)
        shown = link("payments_payout_change", row.id, amount)
        yield format_html("{} {} of {}", at_text(row.requested_at), shown, row.user.email)


def _keepers(payout: Payout) -> Iterator[SafeString | str]:
    shared = queries.list_shared_accounts(payout_id=payout.id)
    if not shared:
        yield "Nobody else keeps it by now, and no account with it is blocked"
    for account in shared:
        said = ["removed" if account.removed_at else "kept"]
        said += ["blocked: a payout to it came back"] if account.blocked_at else []
        who = link("users_user_change", account.user_id, account.user.email)
        page = link("payments_bankaccount_change", account.id, "account")
        yield format_html("{}, {} ({})", who, page, ", ".join(said))


def _findings(payout: Payout) -> Iterator[SafeString | str]:
    found = queries.list_holding_findings(seller_id=payout.user_id)
    if not found:
        yield "They have all been cleared since"
    for finding in found:
        # Not which sale: whoever looks may have bought there, and no party hears of it.
        text = f"Finding of {finding.created_at:%Y-%m-%d}"
        shown = link("payments_riskfinding_change", finding.id, text)
        yield format_html("{} ({})", shown, finding.status.lower())
