"""A person's addresses: all writes happen under the lock of the person's profile."""

from uuid import UUID

from django.db.models import QuerySet
from django.forms.models import model_to_dict

from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.users.events import ProfileUpdated
from marketplace.users.models import UserAddress, UserProfile
from marketplace.users.postal import postal_part
from marketplace.users.snapshots import AddressSnapshot

CHANGEABLE = (
    "label",
    "recipient",
    "line1",
    "line2",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
)


def addresses_of(user_id: UUID) -> "QuerySet[UserAddress]":
    return UserAddress.objects.filter(user_id=user_id)


def own_address(user_id: UUID, address_id: UUID) -> UserAddress:
    """One of the person's own; raises NotFound for anybody else's."""
    address = addresses_of(user_id).filter(pk=address_id).first()
    if address is None:
        raise NotFound("address")
    return address


def undo_default(user_id: UUID) -> None:
    addresses_of(user_id).filter(is_default=True).update(is_default=False, updated_at=clock.now())


def follow_addresses(profile: UserProfile) -> None:
    """Bring the locked profile up to its addresses, and say so."""
    default = addresses_of(profile.user_id).filter(is_default=True).first()
    profile.address = postal_part(model_to_dict(default)) if default else {}
    profile.version += 1
    profile.updated_at = clock.now()
    profile.save(update_fields=["address", "version", "updated_at"])
    record(ProfileUpdated(user_id=profile.user_id, changed=("addresses",)), key=profile.user_id)


def address_snapshot(address: UserAddress) -> AddressSnapshot:
    return AddressSnapshot(
        id=address.id,
        label=address.label,
        recipient=address.recipient,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
        phone=address.phone,
        is_default=address.is_default,
        created_at=address.created_at,
        updated_at=address.updated_at,
    )
