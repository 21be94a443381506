from uuid import UUID

from marketplace.users.verification.models import VerificationCase


def list_matched_accounts(*, user_id: UUID) -> frozenset[UUID]:
    """The bank accounts that ever gave this person T1, by the ids that payments gave them."""
    matched = VerificationCase.objects.filter(user_id=user_id, matched_account_id__isnull=False)
    ids = matched.values_list("matched_account_id", flat=True)
    return frozenset(account_id for account_id in ids if account_id is not None)
