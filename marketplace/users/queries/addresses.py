from uuid import UUID

from allauth.account.models import EmailAddress

from marketplace.users.models import User


def list_addresses(*, user_id: UUID) -> frozenset[str]:
    """Every email address of an account, for finding what was written to it."""
    own = User.objects.filter(pk=user_id).values_list("email", flat=True)
    others = EmailAddress.objects.filter(user_id=user_id).values_list("email", flat=True)
    return frozenset(own) | frozenset(address.lower() for address in others)


def list_phone_numbers(*, user_id: UUID) -> frozenset[str]:
    """The telephone number that an account has proved, for finding what was sent to it.

    One that nobody proved may be a stranger's.
    """
    own = User.objects.filter(pk=user_id, phone_verified_at__isnull=False)
    return frozenset(own.values_list("phone_number", flat=True))
