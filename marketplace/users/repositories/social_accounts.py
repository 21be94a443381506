"""Identities at providers that are connected to accounts: allauth's table, written by commands.

The row holds who somebody is to the provider and a masked address to recognise it by; what else the
provider tells of a person is not kept.
"""

from collections.abc import Sequence
from uuid import UUID

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount

from marketplace.users.snapshots import ConnectedProvider, ProviderIdentity

COLUMNS = ("provider", "extra_data", "date_joined", "last_login")


def owner_of(identity: ProviderIdentity) -> UUID | None:
    """Whose account the identity opens."""
    found: UUID | None = (
        SocialAccount.objects.filter(provider=identity.provider, uid=identity.subject)
        .values_list("user_id", flat=True)
        .first()
    )
    return found


def find_connected(user_id: UUID, provider: str) -> SocialAccount | None:
    """The user's identity at a provider: one at most, the database sees to it."""
    return SocialAccount.objects.filter(user_id=user_id, provider=provider).first()


def list_connected(user_id: UUID) -> Sequence[ConnectedProvider]:
    names = provider_names()
    rows = SocialAccount.objects.filter(user_id=user_id).order_by("provider").values(*COLUMNS)
    return [
        ConnectedProvider(
            provider=row["provider"],
            # A provider that is no longer configured is still connected, and can be disconnected.
            name=names.get(row["provider"], row["provider"]),
            identity=row["extra_data"].get("identity", ""),
            connected_at=row["date_joined"],
            used_at=row["last_login"],
        )
        for row in rows
    ]


def add_connected(user_id: UUID, identity: ProviderIdentity) -> None:
    SocialAccount.objects.create(
        user_id=user_id,
        provider=identity.provider,
        uid=identity.subject,
        extra_data={"identity": masked(identity.email)} if identity.email else {},
    )


def provider_names() -> dict[str, str]:
    return {app.provider_id: app.name for app in get_adapter().list_apps(None)}


def masked(email: str) -> str:
    """Enough of an address for its owner to recognise it: its first letter and its host."""
    local, _, host = email.rpartition("@")
    return f"{local[:1]}…@{host}"
