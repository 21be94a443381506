from uuid import UUID

from allauth.account.models import EmailAddress

from marketplace.users.models import User


def list_addresses(*, user_id: UUID) -> frozenset[str]:
    """Every email address of an account, for finding what was written to it."""
    own = User.objects.filter(pk=user_id).values_list("email", flat=True)
    others = EmailAddress.objects.filter(user_id=user_id).values_list("email", flat=True)
    return frozenset(own) | frozenset(address.lower() for address in others)
