"""WebAuthn (passkeys, security keys) over fido2's server and allauth's rows.

A challenge is kept by whoever asked for it (an enrolment, a step-up, a sign-in) and goes in and out
here as plain JSON. `tests/test_mfa_seam.py` says what of allauth is relied upon.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import (
    EXTENSIONS,
    build_user_payload,
    extract_user_from_response,
    get_credentials,
    parse_authentication_response,
    parse_registration_response,
)
from django.conf import settings
from django.core.exceptions import ValidationError
from fido2.server import Fido2Server
from fido2.webauthn import (
    PublicKeyCredentialRpEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from marketplace.users.mfa_adapter import MFAAdapter
from marketplace.users.models import User

Json = dict[str, Any]
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, ValidationError)
"""What fido2 and allauth raise for credentials that are malformed, of another site or forged."""


KEPT = ("id", "rawId", "type", "response", "authenticatorAttachment")


class PasskeyRefused(Exception):
    """The credential is malformed, or does not answer this challenge, site and person."""


def begin_registration(user: User) -> tuple[Json, Json]:
    """Options for ``navigator.credentials.create`` and the challenge to keep.

    A passkey is asked for that names its person by itself and checks them (PIN, finger, face), so
    that it signs in alone. Those that are registered already are excluded.
    """
    options, challenge = _server().register_begin(
        user=build_user_payload(user),
        credentials=get_credentials(user),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
        extensions=EXTENSIONS,
    )
    return dict(options), challenge


def complete_registration(credential: Mapping[str, Any], *, challenge: Json) -> None:
    """Check what ``navigator.credentials.create`` gave; raises PasskeyRefused."""
    try:
        parse_registration_response(credential)
        data = _server().register_complete(challenge, dict(credential))
    except UNREADABLE as error:
        raise PasskeyRefused from error
    if data.credential_data is None:
        raise PasskeyRefused


def begin_authentication(user: User | None) -> tuple[Json, Json]:
    """Options for ``navigator.credentials.get`` and the challenge to keep.

    Without a ``user`` any passkey that names its person may answer, and has to check them.
    """
    options, challenge = _server().authenticate_begin(
        credentials=get_credentials(user) if user else None,
        user_verification=(
            UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED
        ),
    )
    return dict(options), challenge


def complete_authentication(
    user_id: UUID, credential: Mapping[str, Any], *, challenge: Json
) -> Authenticator:
    """The person's passkey that signed the challenge, its use written down; raises PasskeyRefused.

    Called with the person's factors locked: a counter that goes backwards betrays a copied key.
    """
    rows = _rows(user_id)
    try:
        answer = parse_authentication_response(credential)
        used = _server().authenticate_complete(
            challenge, [row.wrap().authenticator_data.credential_data for row in rows], answer
        )
        counter = answer.response.authenticator_data.counter
    except UNREADABLE as error:
        raise PasskeyRefused from error
    row = next(
        row
        for row in rows
        if row.wrap().authenticator_data.credential_data.credential_id == used.credential_id
    )
    if counter and counter <= row.data.get("counter", 0):
        raise PasskeyRefused
    row.data["counter"] = counter
    row.save(update_fields=["data"])
    row.record_usage()
    return row


def owner_of(credential: Mapping[str, Any]) -> UUID:
    """Whom a passkey says it belongs to; nothing is proved by that. Raises PasskeyRefused."""
    try:
        user_id: UUID = extract_user_from_response(dict(credential)).pk
    except UNREADABLE as error:
        raise PasskeyRefused from error
    return user_id


def kept_part(credential: Mapping[str, Any]) -> Json:
    """The credential as it is stored: what the key said of itself, and nothing else of what was
    sent."""
    try:
        extensions = parse_registration_response(credential).client_extension_results
        names_its_person = (extensions or {}).get("credProps", {}).get("rk") is True
    except UNREADABLE as error:
        raise PasskeyRefused from error
    return {
        **{name: credential[name] for name in KEPT if name in credential},
        "clientExtensionResults": {"credProps": {"rk": names_its_person}},
    }


def is_registered(credential: Mapping[str, Any], *, user_id: UUID) -> bool:
    """Whether the person has this very key already."""
    credential_id = parse_registration_response(credential).raw_id
    return any(
        row.wrap().authenticator_data.credential_data.credential_id == credential_id
        for row in _rows(user_id)
    )


def _rows(user_id: UUID) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN))


def _server() -> Fido2Server:
    site = PublicKeyCredentialRpEntity(**MFAAdapter().get_public_key_credential_rp_entity())
    return Fido2Server(site, verify_origin=lambda origin: origin in settings.WEBAUTHN_ORIGINS)
