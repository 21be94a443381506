from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Permission, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.ids import new_id


class UserType(models.TextChoices):
    BUYER = "BUYER"
    SELLER = "SELLER"
    ADMIN = "ADMIN"


class VerificationStatus(models.TextChoices):
    UNVERIFIED = "UNVERIFIED"
    PENDING = "PENDING"
    VERIFIED = "VERIFIED"


class VerificationLevel(models.TextChoices):
    """How much is known of a person; each level includes those below it."""

    T0 = "T0", "T0: email or phone"
    T1 = "T1", "T1: name and bank account match"
    T2 = "T2", "T2: identity document"
    T3 = "T3", "T3: business"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """An operator's account, ready to sign in: whoever can run this has shown who they are."""
        # Imported here: both modules import this one.
        from allauth.account.models import EmailAddress

        from marketplace.users.models.profile import UserProfile

        with transaction.atomic():
            user = self.create_user(
                email,
                password,
                user_type=UserType.ADMIN,
                roles=[Role.ADMIN],
                is_staff=True,
                is_superuser=True,
                **fields,
            )
            UserProfile.objects.create(user=user)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account.

    ``user_type`` is what the person signed up as (the specification's field); ``roles`` is what
    they may act as now: a buyer who becomes a seller keeps both. A suspended user is refused from
    the next request on.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    phone_number = models.CharField(max_length=20, blank=True, default="")
    """E.164, such as +254700000000. Until it is proved it identifies nobody, and two accounts may
    name the same one."""
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    """When a code sent to the number came back. A proved number belongs to one account."""
    password = models.CharField("password hash", max_length=128, db_column="password_hash")
    password_needs_factor = models.BooleanField(default=False, db_default=False)
    """Too short to stand alone: the last second factor stays until a longer one is chosen."""
    first_name = models.CharField(max_length=100, blank=True, default="")
    last_name = models.CharField(max_length=100, blank=True, default="")
    profile_picture = models.CharField(max_length=500, blank=True, default="")
    user_type = models.CharField(max_length=6, choices=UserType, default=UserType.BUYER)
    roles = ArrayField(models.CharField(max_length=6, choices=[(r, r) for r in Role]), default=list)
    verification_status = models.CharField(
        max_length=10, choices=VerificationStatus, default=VerificationStatus.UNVERIFIED
    )
    verification_level = models.CharField(
        max_length=2,
        choices=VerificationLevel,
        default=VerificationLevel.T0,
        db_default=VerificationLevel.T0,
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        db_table = "users_user"
        permissions = (
            ("suspend_user", "Suspend and reinstate accounts"),
            ("erase_user", "Erase accounts for their owners"),
            ("export_user", "Have files of their data made for people"),
            ("reset_second_factors", "Take lost second factors from people"),
            ("assign_staff_role", "Assign staff roles"),
        )
        indexes = (
            # For the admin's filters: both pick few out of very many.
            models.Index(
                fields=["-id"], name="users_suspended", condition=Q(suspended_at__isnull=False)
            ),
            models.Index(fields=["-id"], name="users_staff", condition=Q(is_staff=True)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["phone_number"],
                condition=Q(phone_verified_at__isnull=False),
                name="users_proved_phone_once",
            ),
            models.CheckConstraint(
                condition=Q(phone_verified_at__isnull=True) | ~Q(phone_number=""),
                name="users_proved_phone_is_named",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="users_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(roles__contained_by=[role.value for role in Role]),
                name="users_roles_known",
            ),
            models.CheckConstraint(
                condition=Q(user_type__in=UserType.values), name="users_user_type_known"
            ),
            models.CheckConstraint(
                condition=Q(verification_status__in=VerificationStatus.values),
                name="users_verification_status_known",
            ),
            models.CheckConstraint(
                condition=Q(verification_level__in=VerificationLevel.values),
                name="users_verification_level_known",
            ),
            models.CheckConstraint(
                # The badge is there exactly where a document was looked at.
                condition=Q(
                    verification_status=VerificationStatus.VERIFIED,
                    verification_level__in=("T2", "T3"),
                )
                | (
                    ~Q(verification_status=VerificationStatus.VERIFIED)
                    & Q(verification_level__in=("T0", "T1"))
                ),
                name="users_badge_follows_level",
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @cached_property
    def held_permissions(self) -> frozenset[str]:
        """What the staff roles of this person permit, in one query; staff only.

        Nothing else confers a permission: Django's grants to a single user are not looked at, so
        that the staff roles show everything.
        """
        if not self.is_staff or self.is_administrator:
            # Administrators hold every permission without a list of them.
            return frozenset()
        rows = Permission.objects.filter(group__user=self, group__staff_role__isnull=False)
        named = rows.values_list("content_type__app_label", "codename").distinct()
        return frozenset(f"{app}.{codename}" for app, codename in named)

    @property
    def is_administrator(self) -> bool:
        return self.is_superuser or Role.ADMIN in self.roles

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """For Django's admin; commands and policies ask ``Actor.may``."""
        if not self.is_active or self.is_suspended:
            return False
        return self.is_administrator or perm in self.held_permissions

    def has_module_perms(self, app_label: str) -> bool:
        if not self.is_active or self.is_suspended:
            return False
        prefix = f"{app_label}."
        return self.is_administrator or any(p.startswith(prefix) for p in self.held_permissions)
