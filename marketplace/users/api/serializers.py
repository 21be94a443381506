"""What users send and receive."""

from typing import Any

from rest_framework import serializers

from marketplace.core.actor import Role
from marketplace.core.api.input import StrictSerializer
from marketplace.users.api.fields import (
    AddressSerializer,
    EmailField,
    HttpsUrlField,
    PasswordField,
    PhoneNumberField,
    ProseField,
    SocialLinksField,
    TextField,
)
from marketplace.users.models import UserType, VerificationStatus

ROLES = [role.value for role in Role]


class RolesField(serializers.ListField):
    """Always in the same order, though roles are a set."""

    child = serializers.ChoiceField(ROLES)

    def to_representation(self, data: Any) -> list[str]:
        return sorted(data)


class SignUpSerializer(StrictSerializer[object]):
    email = EmailField()
    password = PasswordField()
    first_name = TextField(max_length=100)
    last_name = TextField(max_length=100, required=False, allow_blank=True)
    phone_number = PhoneNumberField(required=False, allow_blank=True)
    user_type = serializers.ChoiceField(
        [UserType.BUYER.value, UserType.SELLER.value], required=False, default=UserType.BUYER.value
    )


class EmailSerializer(StrictSerializer[object]):
    email = EmailField()


class KeySerializer(StrictSerializer[object]):
    key = serializers.CharField(max_length=200)


class SignInSerializer(StrictSerializer[object]):
    email = EmailField()
    password = PasswordField()


class RefreshSerializer(StrictSerializer[object]):
    refresh_token = serializers.CharField(max_length=2048)


class ChangePasswordSerializer(StrictSerializer[object]):
    current_password = PasswordField()
    new_password = PasswordField()


class ResetPasswordSerializer(StrictSerializer[object]):
    key = serializers.CharField(max_length=200)
    password = PasswordField()


class UserSerializer(StrictSerializer[object]):
    """An account as its owner sees it."""

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    phone_number = PhoneNumberField(required=False, allow_blank=True)
    first_name = TextField(max_length=100, required=False)
    last_name = TextField(max_length=100, required=False, allow_blank=True)
    profile_picture = HttpsUrlField(required=False, allow_blank=True)
    user_type = serializers.ChoiceField(UserType.choices, read_only=True)
    roles = RolesField(read_only=True)
    verification_status = serializers.ChoiceField(VerificationStatus.values, read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class TokensSerializer(serializers.Serializer[object]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.ChoiceField(["Bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds until the access token expires.")
    user = UserSerializer()


class MessageSerializer(serializers.Serializer[object]):
    detail = serializers.CharField()


class ProfileSerializer(StrictSerializer[object]):
    """A profile as its owner sees it."""

    id = serializers.UUIDField(read_only=True)
    user_id = serializers.UUIDField(read_only=True)
    bio = ProseField(max_length=2000, required=False, allow_blank=True)
    address = AddressSerializer(required=False, allow_null=True)
    id_verification_documents = serializers.ListField(child=serializers.DictField(), read_only=True)
    rating = serializers.DecimalField(max_digits=3, decimal_places=2, read_only=True)
    total_reviews = serializers.IntegerField(read_only=True)
    is_featured = serializers.BooleanField(read_only=True)
    social_links = SocialLinksField(required=False)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


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
