from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.snapshots import CommissionTerms, PaymentSnapshot


@needs_transaction
def create_payment(
    *,
    payment_id: UUID,
    order_id: UUID,
    buyer_id: UUID,
    seller_id: UUID,
    amount: Money,
    commission: CommissionTerms,
) -> PaymentSnapshot:
    raise NotImplementedError
