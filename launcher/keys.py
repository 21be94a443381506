"""Passwords and signing keys of an embedded installation: made once, kept in one 0600 file."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

FILE_NAME = "keys.json"
NAMES = (
    "postgres_password",
    "owner_password",
    "app_password",
    "sandbox_database_password",
    "valkey_password",
    "secret_key",
    "sandbox_api_key",
    "sandbox_webhook_secret",
    "sandbox_carrier_secret",
    "seal_key",
)


def load_keys(data_dir: Path) -> dict[str, str]:
    """All keys of this data folder; missing ones are made and saved."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / FILE_NAME
    try:
        keys: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        keys = {}
    missing = [name for name in NAMES if name not in keys]
    if missing:
        keys |= {name: _new_key(name) for name in missing}
        _write_private(path, json.dumps(keys, indent=2))
    return keys


def _new_key(name: str) -> str:
    if name == "seal_key":  # an Ed25519 private key
        return base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(36)


def _write_private(path: Path, text: str) -> None:
    # Written beside and renamed: an interrupted write must not lose the password of the database.
    partial = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
