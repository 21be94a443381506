"""The checks of `make check` that ask Django: migrations, production settings, the API description.

`python -m launcher.checks migrations|deploy|openapi`. None of them needs a database.
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from launcher.bootstrap import ROOT
from launcher.preparation import MANAGE

# Reserved for documentation: nothing listens there and nothing is sent.
HOST = "market.example.com"
NO_DATABASE = "postgresql://nobody:none@127.0.0.1:9/none"


def production_values() -> dict[str, str]:
    """Every variable that production insists on, with a safe value."""
    return {
        "DJANGO_SETTINGS_MODULE": "marketplace.config.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": HOST,
        "PUBLIC_URL": f"https://{HOST}",
        "DATABASE_URL": f"postgresql://fairhold_app:{secrets.token_hex(16)}@db.{HOST}/fairhold",
        "REDIS_URL": f"rediss://:{secrets.token_hex(16)}@cache.{HOST}:6379/0",
        "RABBITMQ_URL": f"amqps://fairhold:{secrets.token_hex(16)}@queue.{HOST}/fairhold",
        "EMAIL_URL": f"smtp+tls://fairhold:{secrets.token_hex(16)}@mail.{HOST}:587",
        "SMS_URL": f"twilio://AC123:{secrets.token_hex(16)}@?from=+15550100",
        "DEFAULT_FROM_EMAIL": f"no-reply@{HOST}",
        "JWT_SIGNING_KEYS": secrets.token_urlsafe(40),
        "FIELD_ENCRYPTION_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "SEAL_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "SECURE_HSTS_PRELOAD": "true",
        "MEDIA_ROOT": str(ROOT / ".fairhold" / "media"),
        "PRIVATE_FILES_ROOT": str(ROOT / ".fairhold" / "private"),
        "ALLOW_SANDBOX_PROVIDER": "1",
        "SANDBOX_API_KEY": secrets.token_urlsafe(40),
        "SANDBOX_WEBHOOK_SECRETS": secrets.token_urlsafe(40),
    }


def migrations() -> int:
    """Fails when a model differs from its migrations."""
    command = ["makemigrations", "--check", "--dry-run"]
    # Without a database Django only cannot compare the history, which is not what is asked here.
    quiet = {"PYTHONWARNINGS": "ignore::RuntimeWarning"}
    status = _run([*MANAGE, *command], _test_settings() | quiet)
    if status == 0:
        own = {"DJANGO_SETTINGS_MODULE": "sandbox.settings", "SANDBOX_DATABASE_URL": NO_DATABASE}
        status = _run([sys.executable, "-m", "django", *command], own | quiet)
    return status


def deploy() -> int:
    """Fails on any warning of Django's deployment check under production's settings."""
    return _run([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production_values())


def openapi() -> int:
    """Fails when the API description has a warning, an error, or is not valid OpenAPI."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.yaml"
        generate = ["spectacular", "--validate", "--fail-on-warn", "--file", str(document)]
        status = _run([*MANAGE, *generate], _test_settings())
        if status == 0:
            status = _run([sys.executable, "-m", "openapi_spec_validator", str(document)], {})
    return status


def _test_settings() -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "marketplace.config.settings.test",
        "DATABASE_URL": NO_DATABASE,
    }


def _run(command: Sequence[str], env: Mapping[str, str]) -> int:
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=False).returncode


CHECKS = {"migrations": migrations, "deploy": deploy, "openapi": openapi}

if __name__ == "__main__":
    sys.exit(CHECKS[sys.argv[1]]())
