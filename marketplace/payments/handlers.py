"""What the service does about its own facts, after they are committed: it writes letters."""

from typing import Any
from uuid import UUID

from marketplace.core.events import DomainEvent, handles
from marketplace.core.money import Money
from marketplace.payments import letters
from marketplace.payments.events import (
    BankAccountAdded,
    BankAccountRemoved,
    FundsHeld,
    PayoutFailed,
    PayoutFreezeLifted,
    PayoutReturned,
    PayoutsFrozen,
)
from marketplace.payments.models import BankAccount, Payout
from marketplace.payments.queries.list_payout_limits import list_payout_limits
from marketplace.payments.repositories.bank_accounts import list_same_accounts
from marketplace.payments.repositories.payout_policies import hold_bank_accounts
from marketplace.payments.repositories.payouts import find_settled_debt
from marketplace.payments.services._account_holders import compare_holder
from marketplace.payments.services.look_at_sale import look_at_sale
from marketplace.users.events import VerificationSubmitted
from marketplace.users.queries import get_user, register_level_limits
from marketplace.users.services import doubt_account_match, register_factor_reset, text_news

register_level_limits("payments", list_payout_limits)
# Whoever talked support out of a second factor waits as long as for a new account.
register_factor_reset("payments", hold_bank_accounts)

TOLD_OTHERWISE = ("cancelled", "rejected")
"""The seller did it, or has had a letter with the operator's reason."""


def _settled(payout_id: UUID) -> str:
    return str(find_settled_debt(payout_id) or "")


@handles(PayoutReturned, consumer="payments.tell_of_returned_payout")
def on_return(event: PayoutReturned) -> None:
    payout = Payout.objects.select_related("bank_account").get(id=event.payout_id)
    amount = str(Money(event.amount_minor, event.currency))
    letters.write_payout_returned(
        user_id=event.user_id,
        amount=amount,
        masked_number=payout.bank_account.masked_number,
        code=event.code,
        settled=_settled(event.payout_id),
    )
    letters.write_to_operators(
        subject=f"A payout of {amount} came back",
        text=(
            f"Payout {event.payout_id} was returned by the bank ({event.code}). The money is in "
            "the seller's wallet; no further payout goes to the account until an operator clears "
            "it or the seller adds it corrected. The review is on the admin's desk."
        ),
    )


@handles(PayoutReturned, consumer="payments.doubt_account_match")
def on_refusal(event: PayoutReturned) -> None:
    """What the bank says of the account counts for the level that the account gave."""
    payout = Payout.objects.select_related("bank_account").get(id=event.payout_id)
    doubt_account_match(
        user_id=event.user_id, bank_account_ids=list_same_accounts(payout.bank_account)
    )


@handles(PayoutFailed, consumer="payments.tell_of_failed_payout")
def on_failure(event: PayoutFailed) -> None:
    if event.code not in TOLD_OTHERWISE:
        letters.write_payout_failed(
            user_id=event.user_id,
            amount=str(Money(event.amount_minor, event.currency)),
            code=event.code,
            settled=_settled(event.payout_id),
        )


@handles(PayoutsFrozen, consumer="payments.tell_of_freeze")
def on_freeze(event: PayoutsFrozen) -> None:
    letters.write_to_every_operator(
        subject="Payouts are frozen",
        text=(
            f"A promise about money was found broken ({event.cause}), and nothing is sent out "
            f"until an operator lifts the freeze in the admin, with a reason.\n\n{event.detail}\n\n"
            "What to do: docs/runbooks/reconciliation-break.md and docs/runbooks/frozen-payouts.md."
        ),
    )


@handles(PayoutFreezeLifted, consumer="payments.tell_of_lifted_freeze")
def on_lift(event: PayoutFreezeLifted) -> None:
    by = get_user(user_id=event.lifted_by)
    letters.write_to_every_operator(
        subject="Payouts go out again",
        text=f"{by.display_name} ({by.email}) lifted the freeze of payouts: {event.reason}",
    )


@handles(VerificationSubmitted, consumer="payments.match_account_holders")
def on_name(event: VerificationSubmitted) -> None:
    """A name was handed in: one of the accounts that are there already may be in it."""
    if event.level != "T1":
        return
    kept = BankAccount.objects.filter(
        user_id=event.user_id, removed_at__isnull=True, blocked_at__isnull=True
    )
    for account in kept.order_by("id"):
        if compare_holder(account):
            return


@handles(FundsHeld, consumer="payments.look_at_sale")
def on_hold(event: FundsHeld) -> None:
    look_at_sale(
        payment_id=event.payment_id,
        buyer_id=event.buyer_id,
        seller_id=event.seller_id,
        currency=event.currency,
    )


NEWS: dict[type[DomainEvent], str] = {
    BankAccountAdded: "A bank account was added to your wallet. If this was not you, write to us.",
    BankAccountRemoved: "A bank account was removed from your wallet. If this was not you, write "
    "to us.",
    PayoutReturned: "A withdrawal came back; the money is in your wallet again.",
    PayoutFailed: "A withdrawal was not sent; the money is in your wallet again.",
}
"""What is told by text to people without an address; others get a letter that says more."""


def _text(event_class: type[DomainEvent], words: str) -> None:
    @handles(event_class, consumer=f"payments.text_{event_class.__name__}")
    def on_news(event: Any) -> None:
        if getattr(event, "code", "") != "cancelled":
            text_news(user_id=event.user_id, words=words)


for _event_class, _words in NEWS.items():
    _text(_event_class, _words)
