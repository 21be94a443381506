from collections.abc import Sequence
from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.snapshots import CommissionTerms


def quote_commission(
    *, amount: Money, category_ids: Sequence[UUID], seller_id: UUID
) -> CommissionTerms:
    raise NotImplementedError


def combine_commission(*, terms: Sequence[CommissionTerms]) -> CommissionTerms:
    raise NotImplementedError
