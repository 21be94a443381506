"""What the service does about its own facts, after they are committed: it writes letters."""

from marketplace.core.events import handles
from marketplace.core.money import Money
from marketplace.payments import letters
from marketplace.payments.events import PayoutFailed, PayoutReturned
from marketplace.payments.models import Payout

TOLD_OTHERWISE = ("cancelled", "rejected")
"""The seller did it, or has had a letter with the operator's reason."""


@handles(PayoutReturned, consumer="payments.tell_of_returned_payout")
def on_return(event: PayoutReturned) -> None:
    payout = Payout.objects.select_related("bank_account").get(id=event.payout_id)
    amount = str(Money(event.amount_minor, event.currency))
    letters.write_payout_returned(
        user_id=event.user_id,
        amount=amount,
        masked_number=payout.bank_account.masked_number,
        code=event.code,
    )
    letters.write_to_operators(
        subject=f"A payout of {amount} came back",
        text=(
            f"Payout {event.payout_id} was returned by the bank ({event.code}). The money is in "
            "the seller's wallet; no further payout goes to the account until an operator clears "
            "it or the seller adds it corrected. The review is on the admin's desk."
        ),
    )


@handles(PayoutFailed, consumer="payments.tell_of_failed_payout")
def on_failure(event: PayoutFailed) -> None:
    if event.code not in TOLD_OTHERWISE:
        letters.write_payout_failed(
            user_id=event.user_id,
            amount=str(Money(event.amount_minor, event.currency)),
            code=event.code,
        )
