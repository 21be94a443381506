"""What the user service knows of a person, and how it forgets it."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import transaction

from marketplace.core import clock
from marketplace.core.privacy import (
    FORMER_MEMBER,
    ExportedFile,
    Obstacle,
    PersonalData,
    Retained,
    excuse_model,
    register_personal_data,
)
from marketplace.users.models import (
    Avatar,
    Consent,
    DataExport,
    FactorEnrolment,
    FactorGuard,
    PhoneProof,
    SignIn,
    User,
    UserAddress,
    UserProfile,
)
from marketplace.users.repositories.addresses import CHANGEABLE
from marketplace.users.repositories.avatars import forget_avatar, take_down
from marketplace.users.repositories.phone_proofs import forget_phone_proofs_of, velocity_days

TOMBSTONE_DOMAIN = "erased.invalid"
ACCOUNT = (
    "email",
    "phone_number",
    "first_name",
    "last_name",
    "profile_picture",
    "user_type",
    "roles",
    "verification_status",
    "verification_level",
    "created_at",
    "last_login",
)
PROFILE = ("bio", "address", "social_links", "rating", "total_reviews", "created_at")
SIGN_IN = ("created_at", "refreshed_at", "ended_at", "end_reason", "ip_address", "user_agent")


def tombstone_email(user_id: UUID) -> str:
    """An address that nobody can own (RFC 2606), unique for each person who was erased."""
    return f"{user_id.hex}@{TOMBSTONE_DOMAIN}"


def _account(user_id: UUID) -> dict[str, Any] | None:
    account: dict[str, Any] | None = User.objects.filter(pk=user_id).values(*ACCOUNT).first()
    return account


def _factors(user_id: UUID) -> list[dict[str, Any]]:
    """Which there are; a copy of a secret would be one more place to steal it from."""
    return [
        {
            "factor": row.get_type_display(),
            "name": row.data.get("name", ""),
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
        }
        for row in Authenticator.objects.filter(user_id=user_id).order_by("pk")
    ]


def _forget_factors(user_id: UUID) -> int:
    models = (Authenticator, FactorEnrolment, FactorGuard)
    return sum(model.objects.filter(user_id=user_id).delete()[0] for model in models)


def _staff(user_id: UUID) -> list[Obstacle]:
    if not User.objects.filter(pk=user_id, is_staff=True).exists():
        return []
    return [Obstacle("is_staff", "An operator's account is given up by another operator first.")]


def _bury(user_id: UUID) -> int:
    """Leave a row of the same id, so that books and orders still name somebody."""
    user = User.objects.get(pk=user_id)
    User.objects.filter(pk=user_id).update(
        email=tombstone_email(user_id),
        first_name=FORMER_MEMBER,
        last_name="",
        phone_number="",
        phone_verified_at=None,
        profile_picture="",
        suspension_reason="",
        last_login=None,
        is_active=False,
        # Nothing that could be typed: the marker of an unusable password.
        password="!",  # noqa: S106
        updated_at=clock.now(),
    )
    user.groups.clear()
    user.user_permissions.clear()
    return 1 + _unname_in_admin_log(user_id)


def _unname_in_admin_log(user_id: UUID) -> int:
    """Lines of the admin's log about the person named them by their address, and say why they were
    suspended in somebody's own words; the audit log keeps who did it, and when."""
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(user_id)
    )
    return about.update(object_repr=FORMER_MEMBER, change_message="")


def _profile(user_id: UUID) -> dict[str, Any] | None:
    rows = UserProfile.objects.filter(user_id=user_id)
    profile: dict[str, Any] | None = rows.values(*PROFILE).first()
    return profile


def _blank_profile(user_id: UUID) -> int:
    take_down(user_id)
    for avatar in Avatar.objects.filter(user_id=user_id):
        # Rolled back, the row is there again and is no longer current: the job deletes it then.
        transaction.on_commit(partial(forget_avatar, avatar))
    return UserProfile.objects.filter(user_id=user_id).update(
        bio="",
        address={},
        social_links={},
        id_verification_documents=[],
        is_featured=False,
        updated_at=clock.now(),
    )


def _pictures(user_id: UUID) -> Iterator[ExportedFile]:
    for avatar in Avatar.objects.filter(user_id=user_id, is_current=True):
        yield ExportedFile("avatar.webp", partial(_read, avatar.file_name("large")))


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def _postal_addresses(user_id: UUID) -> list[dict[str, Any]]:
    kept = (*CHANGEABLE, "is_default", "created_at")
    return list(UserAddress.objects.filter(user_id=user_id).order_by("pk").values(*kept))


def _forget_postal_addresses(user_id: UUID) -> int:
    deleted: int = UserAddress.objects.filter(user_id=user_id).delete()[0]
    return deleted


def _addresses(user_id: UUID) -> list[dict[str, Any]]:
    return list(EmailAddress.objects.filter(user_id=user_id).values("email", "primary", "verified"))


def _forget_addresses(user_id: UUID) -> int:
    deleted: int = EmailAddress.objects.filter(user_id=user_id).delete()[0]
    return deleted


def _sign_ins(user_id: UUID) -> list[dict[str, Any]]:
    return list(SignIn.objects.filter(user_id=user_id).order_by("-id").values(*SIGN_IN))


def _forget_sign_ins(user_id: UUID) -> int:
    deleted, _ = SignIn.objects.filter(user_id=user_id).delete()
    return deleted


def _forget_early_phone_proofs(user_id: UUID) -> int:
    """What still counts stays, under the id of nobody: an erasure makes no room (ADR 101)."""
    return forget_phone_proofs_of(user_id, before=clock.database_now() - velocity_days())


def _providers(user_id: UUID) -> list[dict[str, Any]]:
    kept = ("provider", "uid", "extra_data", "date_joined", "last_login")
    return list(SocialAccount.objects.filter(user_id=user_id).order_by("provider").values(*kept))


def _forget_providers(user_id: UUID) -> int:
    deleted: int = SocialAccount.objects.filter(user_id=user_id).delete()[0]
    return deleted


register_personal_data(
    PersonalData(
        name="users.account",
        title="Account",
        why="To know who takes part, to sign in, and to write to you.",
        kept="As long as the account is open.",
        models=("users.User", "users.User_groups", "users.User_user_permissions"),
        export=_account,
        erase=_bury,
        obstacles=_staff,
        erased_last=True,
    )
)
register_personal_data(
    PersonalData(
        name="users.addresses",
        title="Email addresses",
        why="To prove that letters reach you.",
        kept="As long as the account is open.",
        models=("account.EmailAddress",),
        export=_addresses,
        erase=_forget_addresses,
        # Letters are found by address.
        erased_last=True,
    )
)
register_personal_data(
    PersonalData(
        name="users.profile",
        title="Profile",
        why="What you show of yourself to others.",
        kept="As long as the account is open.",
        models=("users.UserProfile", "users.Avatar"),
        export=_profile,
        erase=_blank_profile,
        files=_pictures,
    )
)
register_personal_data(
    PersonalData(
        name="users.postal_addresses",
        title="Postal addresses",
        why="To have goods sent to you without asking each time.",
        kept="Until you remove them, and as long as the account is open.",
        models=("users.UserAddress",),
        export=_postal_addresses,
        erase=_forget_postal_addresses,
    )
)
register_personal_data(
    PersonalData(
        name="users.sign_ins",
        title="Sign-ins and devices",
        why="To show you where you are signed in, and to notice somebody else.",
        kept="users.sign_ins",
        models=("users.SignIn", "users.StepUp"),
        export=_sign_ins,
        erase=_forget_sign_ins,
    )
)
register_personal_data(
    PersonalData(
        name="users.phone_proofs",
        title="When you proved a telephone number",
        why="To notice one telephone behind many accounts.",
        kept="users.phone_proofs",
        models=("users.PhoneProof",),
        # Not the hash: without the key it says nothing.
        export=lambda user_id: list(
            PhoneProof.objects.filter(user_id=user_id).order_by("-id").values("proved_at")
        ),
        erase=_forget_early_phone_proofs,
        retained=Retained("users.erased_phone_proofs", forget_phone_proofs_of),
    )
)
register_personal_data(
    PersonalData(
        name="users.providers",
        title="Connected sign-in providers",
        why="To let you in when you sign in there.",
        kept="Until you disconnect them.",
        models=("socialaccount.SocialAccount",),
        export=_providers,
        erase=_forget_providers,
    )
)
excuse_model("socialaccount.SocialApp", "Providers of the platform; the settings hold them.")
excuse_model("socialaccount.SocialToken", "Providers' tokens are never stored.")
register_personal_data(
    PersonalData(
        name="users.factors",
        title="Second factors",
        why="To let nobody else in who knows your password.",
        kept="Until you remove them.",
        models=("mfa.Authenticator", "users.FactorEnrolment", "users.FactorGuard"),
        export=_factors,
        erase=_forget_factors,
    )
)
excuse_model("account.EmailConfirmation", "A key of an address; it goes with the address.")
excuse_model("admin.LogEntry", "What operators did; a line about a person is unnamed with them.")
excuse_model("users.StaffRole", "What a staff role is about: no person is in it.")
excuse_model("sessions.Session", "Operators' sessions: deleted by a job once they are over.")
register_personal_data(
    PersonalData(
        name="users.exports",
        title="Files with your data",
        why="So that you can take along what we know of you.",
        kept="users.exports",
        models=("users.DataExport", "users.ExportPortion"),
        export=lambda user_id: list(
            DataExport.objects.filter(user_id=user_id)
            .order_by("-id")
            .values("state", "size_bytes", "requested_at", "ready_at", "expires_at")
        ),
        erase=lambda user_id: DataExport.objects.filter(user_id=user_id).delete()[0],
    )
)
register_personal_data(
    PersonalData(
        name="users.consents",
        title="What you agreed to",
        why="To prove which terms hold between us, and whether you want letters about offers.",
        kept="For ever, under a number without your name.",
        models=("users.Consent",),
        export=lambda user_id: list(
            Consent.objects.filter(user_id=user_id)
            .order_by("-id")
            .values("document", "version", "is_given", "source", "recorded_at")
        ),
        # The proof names nobody: ids, versions and times stay.
        erase=lambda _user_id: 0,
    )
)
excuse_model("users.SellerSale", "Numbers of a sale by its id; the sale itself is kept by orders.")
excuse_model("users.SellerStats", "Sums of sales by an id; not shown once the account is shut.")
excuse_model("users.Erasure", "That somebody was erased: the proof of it, which names nobody.")
excuse_model("users.RetainedData", "What is kept of somebody who was erased, and until when.")
