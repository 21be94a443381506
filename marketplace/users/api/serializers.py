"""What users send and receive."""

from typing import Any

from rest_framework import serializers

from marketplace.core.actor import Role
from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.users.api import examples
from marketplace.users.api.fields import (
    AddressSerializer,
    CountryField,
    EmailField,
    PasswordField,
    PhoneNumberField,
    ProseField,
    TextField,
)
from marketplace.users.api.social_links import SocialLinksField
from marketplace.users.models import UserType, VerificationLevel, VerificationStatus
from marketplace.users.verification.models import DocumentKind
from marketplace.users.verification.transitions import CaseStatus

ROLES = [role.value for role in Role]


class RolesField(serializers.ListField):
    """Always in the same order, though roles are a set."""

    child = serializers.ChoiceField(ROLES)

    def to_representation(self, data: Any) -> list[str]:
        return sorted(data)


class ConsentsField(serializers.DictField):
    """What somebody agrees to as they sign up: document to version."""

    child = serializers.CharField(max_length=20)

    def __init__(self, **kwargs: Any) -> None:
        help_text = (
            "Document to version, such as `TERMS`: the present version of every required one of "
            "`/api/v1/users/policy-documents/`. A refusal names what is missing."
        )
        super().__init__(**{"help_text": help_text, **kwargs})


@shown_as(request=examples.SIGN_UP)
class SignUpSerializer(StrictSerializer[object]):
    email = EmailField()
    password = PasswordField()
    first_name = TextField(max_length=100)
    last_name = TextField(max_length=100, required=False, allow_blank=True)
    phone_number = PhoneNumberField(required=False, allow_blank=True)
    user_type = serializers.ChoiceField(
        [UserType.BUYER.value, UserType.SELLER.value], required=False, default=UserType.BUYER.value
    )
    consents = ConsentsField(required=False)


@shown_as(request={"email": examples.EMAIL})
class EmailSerializer(StrictSerializer[object]):
    email = EmailField()


@shown_as(request={"key": examples.KEY})
class KeySerializer(StrictSerializer[object]):
    key = serializers.CharField(max_length=200)


@shown_as(request=examples.SIGN_IN)
class SignInSerializer(StrictSerializer[object]):
    email = EmailField()
    password = PasswordField()


@shown_as(request={"refresh_token": "eyJhbGciOiJIUzI1NiJ9.…"})
class RefreshSerializer(StrictSerializer[object]):
    refresh_token = serializers.CharField(max_length=2048)


@shown_as(request={"current_password": examples.PASSWORD, "new_password": examples.NEW_PASSWORD})
class ChangePasswordSerializer(StrictSerializer[object]):
    current_password = PasswordField()
    new_password = PasswordField()


@shown_as(request={"key": examples.KEY, "password": examples.NEW_PASSWORD})
class ResetPasswordSerializer(StrictSerializer[object]):
    key = serializers.CharField(max_length=200)
    password = PasswordField()


@shown_as(examples.USER, request=examples.USER_CHANGES)
class UserSerializer(StrictSerializer[object]):
    """An account as its owner sees it."""

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    phone_number = PhoneNumberField(required=False, allow_blank=True)
    is_phone_verified = serializers.BooleanField(
        read_only=True, help_text="Then it is changed by `/api/v1/auth/phone/change/` alone."
    )
    first_name = TextField(max_length=100, required=False)
    last_name = TextField(max_length=100, required=False, allow_blank=True)
    profile_picture = serializers.CharField(
        read_only=True, help_text="Set by `/api/v1/users/me/avatar/`; empty without a picture."
    )
    user_type = serializers.ChoiceField(UserType.choices, read_only=True)
    roles = RolesField(read_only=True)
    verification_status = serializers.ChoiceField(VerificationStatus.values, read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


@shown_as(examples.TOKENS)
class TokensSerializer(serializers.Serializer[object]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.ChoiceField(["Bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds until the access token expires.")
    user = UserSerializer()


@shown_as({"detail": "What was done, in a sentence."})
class MessageSerializer(serializers.Serializer[object]):
    detail = serializers.CharField()


@shown_as(examples.SHOWN_DOCUMENT)
class ShownDocumentSerializer(serializers.Serializer[object]):
    """That it was handed in, and how its verification stands; never what is on it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(DocumentKind.values)
    level = serializers.ChoiceField(VerificationLevel.values)
    status = serializers.ChoiceField(CaseStatus.values, help_text="Of the verification it is for.")
    created_at = serializers.DateTimeField()


@shown_as(examples.PROFILE, request=examples.PROFILE_CHANGES)
class ProfileSerializer(StrictSerializer[object]):
    """A profile as its owner sees it."""

    id = serializers.UUIDField(read_only=True)
    user_id = serializers.UUIDField(read_only=True)
    bio = ProseField(max_length=2000, required=False, allow_blank=True)
    address = AddressSerializer(required=False, allow_null=True)
    id_verification_documents = ShownDocumentSerializer(many=True, read_only=True)
    rating = serializers.DecimalField(max_digits=3, decimal_places=2, read_only=True)
    total_reviews = serializers.IntegerField(read_only=True)
    is_featured = serializers.BooleanField(read_only=True)
    social_links = SocialLinksField(required=False)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


@shown_as(examples.PUBLIC_CARD)
class PublicCardSerializer(serializers.Serializer[object]):
    """What anyone may know of a user."""

    id = serializers.UUIDField()
    display_name = serializers.CharField()
    profile_picture_url = serializers.CharField(allow_blank=True)
    bio = serializers.CharField(allow_blank=True)
    social_links = serializers.DictField(child=serializers.URLField())
    is_seller = serializers.BooleanField()
    is_featured = serializers.BooleanField()
    verification_status = serializers.ChoiceField(VerificationStatus.values)
    rating = serializers.DecimalField(max_digits=3, decimal_places=2)
    total_reviews = serializers.IntegerField()
    member_since = serializers.DateTimeField()


@shown_as(examples.ADDRESS_KEPT, request=examples.ADDRESS_ENTRY)
class AddressEntrySerializer(StrictSerializer[object]):
    """One of a person's addresses. What else is required depends on the country."""

    id = serializers.UUIDField(read_only=True)
    label = TextField(max_length=40, required=False, allow_blank=True)  # type: ignore[assignment]
    recipient = TextField(max_length=200)
    line1 = TextField(max_length=200)
    line2 = TextField(max_length=200, required=False, allow_blank=True)
    city = TextField(max_length=100)
    region = TextField(max_length=100, required=False, allow_blank=True)
    postal_code = TextField(max_length=20, required=False, allow_blank=True)
    country = CountryField()
    phone = PhoneNumberField(required=False, allow_blank=True)
    is_default = serializers.BooleanField(required=False)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


@shown_as({"results": [examples.ADDRESS_KEPT]})
class AddressListSerializer(serializers.Serializer[object]):
    results = AddressEntrySerializer(many=True)


class AvatarUploadSerializer(StrictSerializer[object]):
    image = serializers.FileField(help_text="JPEG, PNG or WebP of at most 10 MB and 40 megapixels.")
