"""What of a sale's trail each party may see. What is not named here is shown to nobody.

One rule for the API's trail, the admin's and the proof file: the operator sees all, a party what
concerns both or itself. Bank accounts, addresses, keys, the other's wallet: never.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from marketplace.payments.ledger import accounts
from marketplace.payments.seals.leaves import EntryRow, EventRow, JournalRow


class Viewer(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Sale:
    payment_id: UUID
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID


EVENT_MEMBERS = frozenset(
    ("stream", "stream_id", "version", "previous_leaf", "event_id", "type", "occurred_at")
)
JOURNAL_MEMBERS = frozenset(
    (
        "id",
        "kind",
        "business_key",
        "reference_id",
        "reverses_id",
        "occurred_at",
        "posted_at",
        "legs",
    )
)
BOTH = frozenset(
    (
        *("order_id", "buyer_id", "seller_id", "attempt_id", "refund_id", "release_id"),
        *("chargeback_id", "journal_id", "provider", "method", "provider_payment_id"),
        *("provider_refund_id", "amount_minor", "gross_minor", "currency", "source", "code"),
        *("must_settle_before", "after_success", "from_escrow_minor", "respond_by_at"),
    )
)
OWN: Mapping[Viewer, frozenset[str]] = {
    Viewer.BUYER: frozenset(("details", "buyer_fee_minor")),
    Viewer.SELLER: frozenset(
        (
            *("commission_terms", "commission_minor", "net_minor", "tax_minor"),
            *("tax_jurisdiction", "from_seller_minor", "wallet_minor", "receivable_minor"),
        )
    ),
}
REASONS_FOR_BOTH = frozenset(("RefundRequested", "ChargebackOpened"))
"""Elsewhere a reason may be an operator's note."""
SHARED_ACCOUNTS = ("order:", "refund:")
SELLERS_ACCOUNTS = ("revenue:commission", "tax:")


def shown_of_event(event: EventRow, *, viewer: Viewer, sale: Sale) -> frozenset[str]:
    """Names of the members of the event's leaf that the viewer may see."""
    if viewer is Viewer.OPERATOR:
        every = {f"payload.{name}" for name in event.payload}
        return EVENT_MEMBERS | every | {"actor", "hashes", "xact_id"}
    allowed = BOTH | OWN[viewer]
    if event.type in REASONS_FOR_BOTH:
        allowed |= {"reason"}
    shown = {f"payload.{name}" for name in event.payload if name in allowed}
    kind, _, name = event.actor.partition(":")
    # Parties know each other's ids; which of the staff it was is not for them.
    if kind != "user" or name in {str(sale.buyer_id), str(sale.seller_id)}:
        shown.add("actor")
    return EVENT_MEMBERS | shown


def shown_of_journal(journal: JournalRow, *, viewer: Viewer, sale: Sale) -> frozenset[str]:
    """Names of the members of the journal's leaf that the viewer may see."""
    shown = set(JOURNAL_MEMBERS)
    if viewer is Viewer.OPERATOR:
        shown |= {"metadata", "request_id", "stated", "xact_id"}
    for entry in journal.entries:
        if shows_leg(journal, entry, viewer=viewer, sale=sale):
            shown.add(f"leg.{entry.line}")
        if viewer is Viewer.OPERATOR or _is_own_wallet(entry, viewer=viewer, sale=sale):
            shown.add(f"leg.{entry.line}.place")
    return frozenset(shown)


def shows_leg(journal: JournalRow, entry: EntryRow, *, viewer: Viewer, sale: Sale) -> bool:
    code = entry.account
    if viewer is Viewer.OPERATOR or code.startswith(SHARED_ACCOUNTS):
        return True
    if _is_own_wallet(entry, viewer=viewer, sale=sale):
        return True
    if viewer is Viewer.SELLER and code.startswith(
        (*SELLERS_ACCOUNTS, f"seller:{sale.seller_id}:")
    ):
        return True
    # What came from or went to the provider is known from the other leg, when there is only one.
    if code.startswith("psp:") and len(journal.entries) == 2:
        return any(other.account.startswith(SHARED_ACCOUNTS) for other in journal.entries)
    return False


def concerns(journal: JournalRow, *, viewer: Viewer, sale: Sale) -> bool:
    """Whether the viewer may see any leg of it: the platform's own costs are left out."""
    return any(shows_leg(journal, entry, viewer=viewer, sale=sale) for entry in journal.entries)


def _is_own_wallet(entry: EntryRow, *, viewer: Viewer, sale: Sale) -> bool:
    own_id = sale.buyer_id if viewer is Viewer.BUYER else sale.seller_id
    return (
        viewer is not Viewer.OPERATOR
        and entry.account == accounts.user_wallet(own_id, entry.currency).code
    )
