"""An authenticator app and a passkey for tests: what a person holds in the hand."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

from marketplace.core import clock
from marketplace.users.models import User
from marketplace.users.sealed_factors import open_secret

ORIGIN = "http://localhost:8000"
NO_MODEL = b"\0" * 16
FLAGS = AuthenticatorData.FLAG


def code_for(secret: str, *, at: datetime | None = None, steps: int = 0) -> str:
    """What the app shows now, or so many steps of half a minute from now."""
    step = int((at or clock.now()).timestamp()) // 30 + steps
    return str(format_hotp_value(hotp_value(secret, step)))


def give_totp(user: User) -> str:
    """Enrol an app without the way there; returns its secret."""
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
    return secret


def secret_of(user: User) -> str:
    return open_secret(
        Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"]
    )


@dataclass
class Passkey:
    """A key that signs for one site; ``origin`` is the page that it believes to be on."""

    origin: str = ORIGIN
    checks_person: bool = True
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: bytes = b""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What ``navigator.credentials.create(options).toJSON()`` gives."""
        self.user_handle = websafe_decode(options["user"]["id"])
        public: Any = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(NO_MODEL, self.credential_id, public)
        data = AuthenticatorData.create(
            _site_hash(options["rp"]["id"]), self._flags() | FLAGS.AT, self.counter, attested
        )
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(data)})
        return self._credential(
            {
                "clientDataJSON": websafe_encode(
                    self._client_data("webauthn.create", options["challenge"])
                ),
                "attestationObject": websafe_encode(attestation),
                "transports": ["internal"],
            },
            {"credProps": {"rk": True}},
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """What ``navigator.credentials.get(options).toJSON()`` gives."""
        self.counter += 1
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = AuthenticatorData.create(_site_hash(options["rpId"]), self._flags(), self.counter)
        signature = self.key.sign(
            bytes(data) + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._credential(
            {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(bytes(data)),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.user_handle),
            },
            {},
        )

    def _flags(self) -> FLAGS:
        return FLAGS.UP | FLAGS.UV if self.checks_person else FLAGS.UP

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _credential(self, response: dict[str, Any], extensions: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": websafe_encode(self.credential_id),
            "rawId": websafe_encode(self.credential_id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": extensions,
            "authenticatorAttachment": "platform",
        }


def _site_hash(site: str) -> bytes:
    return hashlib.sha256(site.encode()).digest()
