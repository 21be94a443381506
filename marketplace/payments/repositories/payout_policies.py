"""Which terms hold for a withdrawal now."""

from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from marketplace.payments.models import PayoutMinimum, PayoutPolicy
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.users.queries import get_user


def read_payout_terms(*, user_id: UUID, currency: str) -> PayoutTerms:
    """What the policies say at this moment for this seller. Three queries, all by key.

    Every member comes from the most specific row that names it: currency and level, currency,
    level, everything; then from the careful defaults of :class:`PayoutTerms`.
    """
    level = get_user(user_id=user_id).verification_level
    rows = PayoutPolicy.objects.filter(
        Q(currency=currency) | Q(currency__isnull=True),
        Q(verification_level=level) | Q(verification_level__isnull=True),
    )
    ranked = sorted(rows, key=_specificity, reverse=True)
    members: dict[str, Any] = {}
    for field in fields(PayoutTerms):
        said = (getattr(row, field.name, None) for row in ranked)
        if (value := next((each for each in said if each is not None), None)) is not None:
            members[field.name] = value
    minimum = PayoutMinimum.objects.filter(currency=currency).first()
    if minimum is not None:
        members["minimum_minor"] = minimum.minimum_minor
    return PayoutTerms(**members)


def read_account_wait(*, user_id: UUID, currency: str) -> timedelta:
    """How long a bank account that is added now waits before money can go to it."""
    terms = read_payout_terms(user_id=user_id, currency=currency)
    return timedelta(hours=terms.bank_account_wait_hours)


def _specificity(policy: PayoutPolicy) -> tuple[bool, bool]:
    return policy.currency is not None, policy.verification_level is not None
