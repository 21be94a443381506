"""Secrets at rest."""

from marketplace.core.security.encryption import (
    Undecipherable,
    decrypt_bytes,
    decrypt_field,
    encrypt_bytes,
    encrypt_field,
    fingerprint,
    fingerprints,
)

__all__ = [
    "Undecipherable",
    "decrypt_bytes",
    "decrypt_field",
    "encrypt_bytes",
    "encrypt_field",
    "fingerprint",
    "fingerprints",
]
