"""The keys that sign seals, proof files and the audit log: Ed25519, named by their public part.

``SEAL_KEYS`` lists private keys (base64 of 32 bytes); the first signs, all verify.
``SEAL_PUBLIC_KEYS`` lists the public part of keys whose private part is gone. Without either (a
developer's machine, tests) a key is derived from ``SECRET_KEY``.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
KEY_ID_LENGTH = 16


def sign(message: bytes) -> tuple[str, bytes]:
    """The id of the key that signs at present, and its signature."""
    private = _private_keys()[0]
    return key_id_of(_public(private)), private.sign(message)


def is_signed(message: bytes, *, key_id: str, signature: bytes) -> bool:
    """Whether a key that we know signed the message."""
    public = public_keys().get(key_id)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def public_keys() -> Mapping[str, bytes]:
    """Every key that may have signed something, by its id; the one that signs now is first."""
    own = [_public(private) for private in _private_keys()]
    retired = [_decoded("SEAL_PUBLIC_KEYS", entry) for entry in settings.SEAL_PUBLIC_KEYS]
    return {key_id_of(public): public for public in [*own, *retired]}


def key_id_of(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:KEY_ID_LENGTH]


def _private_keys() -> tuple[Ed25519PrivateKey, ...]:
    return _loaded(tuple(settings.SEAL_KEYS), settings.SECRET_KEY)


@cache
def _loaded(configured: tuple[str, ...], secret_key: str) -> tuple[Ed25519PrivateKey, ...]:
    if not configured:
        derive = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"seals")
        return (Ed25519PrivateKey.from_private_bytes(derive.derive(secret_key.encode())),)
    return tuple(
        Ed25519PrivateKey.from_private_bytes(_decoded("SEAL_KEYS", entry)) for entry in configured
    )


def _decoded(setting: str, entry: str) -> bytes:
    try:
        key = base64.b64decode(entry, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        # Never the value: it may be a private key with a slip in it.
        raise ValueError(f"{setting}: every key is base64 of {KEY_BYTES} bytes")
    return key


def _public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()
