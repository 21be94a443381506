"""Which terms hold for a withdrawal now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.level_scope import members_for
from marketplace.payments.models import BankAccount, PayoutMinimum, PayoutPolicy
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.users.queries import get_user


def read_payout_terms(*, user_id: UUID, currency: str) -> PayoutTerms:
    """What the policies say at this moment for this seller.

    Every member comes from the most specific row that names it: currency and level, currency,
    level, everything; then from the careful defaults of :class:`PayoutTerms`.
    """
    return read_terms_by_currency(user_id=user_id, currencies=[currency])[currency]


def read_terms_by_currency(
    *, user_id: UUID, currencies: Collection[str]
) -> Mapping[str, PayoutTerms]:
    """The same for several currencies. Three queries, all by key."""
    level = get_user(user_id=user_id).verification_level
    policies = PayoutPolicy.objects.filter(
        Q(currency__in=currencies) | Q(currency__isnull=True),
        Q(verification_level=level) | Q(verification_level__isnull=True),
    )
    rows = list(policies)
    minimums = dict(
        PayoutMinimum.objects.filter(currency__in=currencies).values_list(
            "currency", "minimum_minor"
        )
    )
    return {
        currency: _terms(rows, level, currency, minimums.get(currency)) for currency in currencies
    }


def terms_of_level(policies: Sequence[PayoutPolicy], *, level: str, currency: str) -> PayoutTerms:
    """What these rows say for a level, for showing it: the smallest withdrawal is left out."""
    return _terms(policies, level, currency)


def read_account_wait(*, user_id: UUID, currency: str) -> timedelta:
    """How long a bank account that is added now waits before money can go to it."""
    terms = read_payout_terms(user_id=user_id, currency=currency)
    return timedelta(hours=terms.bank_account_wait_hours)


@needs_transaction
def hold_bank_accounts(user_id: UUID) -> None:
    """Let money go to none of the user's accounts before a new one's wait is over."""
    kept = BankAccount.objects.select_for_update(no_key=True).filter(
        user_id=user_id, removed_at__isnull=True
    )
    at = clock.database_now()
    for account in kept.order_by("id"):
        usable_from_at = at + read_account_wait(user_id=user_id, currency=account.currency)
        # A wait that is under way and ends later stays.
        if account.usable_from_at < usable_from_at:
            account.usable_from_at = usable_from_at
            account.save(update_fields=["usable_from_at"])


def _terms(
    rows: Sequence[PayoutPolicy], level: str, currency: str, minimum_minor: int | None = None
) -> PayoutTerms:
    names = [field.name for field in fields(PayoutTerms)]
    members = members_for(rows, names=names, level=level, currency=currency)
    if minimum_minor is not None:
        members["minimum_minor"] = minimum_minor
    return PayoutTerms(**members)
