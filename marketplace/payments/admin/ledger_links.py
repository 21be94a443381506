"""From the books to whatever they are about, and back."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketplace.core.admin import short_id
from marketplace.payments.admin.display import LINK, filtered, link
from marketplace.payments.models import (
    Chargeback,
    ItemResolution,
    LedgerAccount,
    LedgerEntry,
    LedgerJournal,
    Payment,
    Payout,
    ReconciliationItem,
    Refund,
    TopUp,
    Wallet,
)


def about_reference(reference_id: UUID) -> Iterator[SafeString]:
    """The order with its payment, the payout, top-up, person or resolution of a journal."""
    payment = Payment.objects.filter(order_id=reference_id).only("id").first()
    if payment is not None:
        yield link("orders_order_change", reference_id, f"Order …{short_id(reference_id)}")
        yield link("payments_payment_change", payment.pk, "Payment")
    elif Payout.objects.filter(id=reference_id).exists():
        yield link("payments_payout_change", reference_id, f"Payout …{short_id(reference_id)}")
    elif TopUp.objects.filter(id=reference_id).exists():
        yield link("payments_topup_change", reference_id, f"Top-up …{short_id(reference_id)}")
    elif Wallet.objects.filter(user_id=reference_id).exists():
        yield link("users_user_change", reference_id, "User")
        yield filtered("payments_wallet_changelist", "Wallets", q=reference_id)
    elif ItemResolution.objects.filter(id=reference_id).exists():
        yield link("payments_itemresolution_change", reference_id, "Resolution")


def subjects_of_journals() -> Mapping[str, Combinable]:
    """What :func:`link_to_subject` needs of each row of a list, asked with the list."""
    named = OuterRef("reference_id")
    return {
        "payment_id": Subquery(Payment.objects.filter(order_id=named).values("id")[:1]),
        "is_of_payout": Exists(Payout.objects.filter(id=named)),
        "is_of_top_up": Exists(TopUp.objects.filter(id=named)),
        "is_of_person": Exists(Wallet.objects.filter(user_id=named)),
    }


def link_to_subject(journal: Any) -> SafeString | str:
    """A journal of the platform's own, such as a settlement, is about nobody's business."""
    named = journal.reference_id
    if journal.payment_id is not None:
        return link("payments_payment_change", journal.payment_id, "Payment")
    if journal.is_of_payout:
        return link("payments_payout_change", named, "Payout")
    if journal.is_of_top_up:
        return link("payments_topup_change", named, "Top-up")
    if journal.is_of_person:
        return filtered("payments_wallet_changelist", "Wallets", q=named)
    return "-"


def about_account(account: LedgerAccount) -> Iterator[SafeString]:
    """What an account stands for, read from its code."""
    subject, _, rest = account.code.partition(":")
    name = rest.split(":")[0]
    match subject:
        case "order":
            yield from about_reference(UUID(name))
        case "user" | "seller":
            yield link("users_user_change", name, "User")
        case "payout":
            yield link("payments_payout_change", name, "Payout")
        case "refund" if Refund.objects.filter(id=name).exists():
            yield link("payments_refund_change", name, "Refund")
        case "chargeback" if (found := Chargeback.objects.filter(id=name).first()) is not None:
            yield link("payments_payment_change", found.payment_id, "Payment of the chargeback")
        case "psp":
            address = reverse("admin:payments_providerreport_changelist")
            yield format_html(LINK, address, "Reconciliation")


def about_journal(journal: LedgerJournal) -> Iterator[SafeString]:
    """What it belongs to, what it corrects or is corrected by, and its side of a match."""
    yield from about_reference(journal.reference_id)
    if journal.reverses_id is not None:
        yield link("payments_ledgerjournal_change", journal.reverses_id, "Journal it reverses")
    reversal = LedgerJournal.objects.filter(reverses_id=journal.id).only("id").first()
    if reversal is not None:
        yield link("payments_ledgerjournal_change", reversal.pk, "Reversed by")
    entry_ids = list(LedgerEntry.objects.filter(journal_id=journal.id).values_list("id", flat=True))
    for item in ReconciliationItem.objects.filter(side="OURS", source_id__in=entry_ids):
        state = "open" if item.match_id is None else "matched"
        name = f"{item.provider}: {state} in the reconciliation"
        yield link("payments_reconciliationitem_change", item.pk, name)


def statement_of(account_id: int, text: object) -> SafeString:
    """A link to the account's entries, newest first."""
    return link("payments_ledgeraccount_statement", account_id, text)


def in_a_row(links: Iterator[SafeString]) -> SafeString | str:
    return format_html_join(" · ", "{}", ((each,) for each in links)) or "-"
