"""Our clearing account follows the provider's report."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.accounts import Account
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal


def post_difference_to_suspense(
    *, item_id: int, resolution_id: UUID, provider: str, amount: Money
) -> UUID:
    """Clearing against suspense. ``amount`` is what clearing changes by, either way."""
    against = accounts.suspense(provider, amount.currency)
    return _post(item_id, resolution_id, provider, amount, against)


def post_difference_to_expense(
    *, item_id: int, resolution_id: UUID, provider: str, amount: Money
) -> UUID:
    """Clearing against the expense of differences. ``amount`` is what clearing changes by."""
    against = accounts.expense_differences(amount.currency)
    return _post(item_id, resolution_id, provider, amount, against)


def _post(
    item_id: int, resolution_id: UUID, provider: str, amount: Money, against: Account
) -> UUID:
    clearing = accounts.psp_clearing(provider, amount.currency)
    legs = (
        [debit(clearing, amount), credit(against, amount)]
        if amount.is_positive
        else [debit(against, -amount), credit(clearing, -amount)]
    )
    # One key for either account: an item is resolved by one journal, whichever it is.
    return post_journal(
        kind=JournalKind.DIFFERENCE,
        business_key=f"difference:{item_id}",
        reference_id=resolution_id,
        legs=legs,
    ).id
