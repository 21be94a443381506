"""How allauth's second factors behave here."""

from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from marketplace.users.sealed_factors import Sealed, open_secret


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names from the settings instead of the request's host, and secrets sealed by their row."""

    def decrypt(self, encrypted_text: str) -> str:
        # `encrypt` stays as it is: a secret is sealed when its row is saved.
        return open_secret(encrypted_text) if isinstance(encrypted_text, Sealed) else encrypted_text

    def get_totp_issuer(self) -> str:
        return str(settings.PLATFORM_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": settings.WEBAUTHN_RP_ID, "name": settings.PLATFORM_NAME}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        name = self._get_user_identifier(user)
        return {
            "id": user_pk_to_url_str(user).encode(),
            "display_name": name,
            "name": name,
        }
