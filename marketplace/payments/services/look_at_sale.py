from datetime import datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.payments.models import Evidence, FindingKind, Payment
from marketplace.payments.repositories.bank_accounts import share_a_number
from marketplace.payments.repositories.findings import open_finding
from marketplace.payments.repositories.instruments import count_payers, share_an_instrument
from marketplace.payments.repositories.risk_policies import read_buyers_per_instrument
from marketplace.users.queries import shared_traces


@needs_transaction
def look_at_sale(*, payment_id: UUID, buyer_id: UUID, seller_id: UUID, currency: str) -> None:
    """Compare the two people of a sale whose money is held, and leave a finding where they look
    like one; another where many people paid with what the buyer paid with today (ADR 102).

    Nothing else follows: the order goes on and neither of them is told. Again: no effect. Most
    sales cost a question for each trace, all by key.
    """
    found, at = {}, clock.database_now()
    if links := _links(buyer_id, seller_id, at):
        found[FindingKind.LINKED_PARTIES] = links
    if _pays_for_many(buyer_id, seller_id, currency, at):
        found[FindingKind.INSTRUMENT_VELOCITY] = frozenset({Evidence.INSTRUMENT})
    if not found:
        return
    payment = Payment.objects.get(id=payment_id)
    # What came for an order that had ended was given back at once: there is no sale to look at.
    if payment.voided_at is None:
        for kind, evidence in found.items():
            open_finding(kind=kind, payment=payment, evidence=evidence)


def _links(buyer_id: UUID, seller_id: UUID, at: datetime) -> frozenset[str]:
    found = set(shared_traces(user_ids=(buyer_id, seller_id), at=at))
    if share_a_number(buyer_id, seller_id):
        found.add(Evidence.BANK_ACCOUNT)
    if share_an_instrument(buyer_id, seller_id):
        found.add(Evidence.INSTRUMENT)
    return frozenset(found)


def _pays_for_many(buyer_id: UUID, seller_id: UUID, currency: str, at: datetime) -> bool:
    limit = read_buyers_per_instrument(seller_id=seller_id, currency=currency)
    return limit is not None and count_payers(buyer_id, at=at) > limit
