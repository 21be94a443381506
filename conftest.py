"""Fixtures for every test: servers that a machine may lack are asked for by name.

A test that needs one says so with `@pytest.mark.needs("rabbitmq")`. Where it is absent the test is
skipped and names it; with FAIRHOLD_REQUIRE_ALL=1, as in CI, the same test fails instead.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.account import forget_outside_folder
from launcher.preparation import migration_digest
from launcher.valkey import Valkey
from marketplace.core.testing.database import django_db_setup, migrated_template

__all__ = ["django_db_setup"]


def _has_program(*names: str) -> bool:
    return any(shutil.which(name) for name in names)


def _system_python_makes_environments() -> bool:
    probe = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
    with contextlib.suppress(OSError):
        done = subprocess.run(["/usr/bin/python3", "-c", probe], check=False, capture_output=True)
        return done.returncode == 0
    return False


REQUIREMENTS: dict[str, tuple[Callable[[], bool], str]] = {
    "rabbitmq": (lambda: bool(os.environ.get("RABBITMQ_URL")), "RabbitMQ (set RABBITMQ_URL)"),
    "elasticsearch": (
        lambda: bool(os.environ.get("ELASTICSEARCH_URL")),
        "Elasticsearch (set ELASTICSEARCH_URL)",
    ),
    "chromium": (
        lambda: _has_program("chromium", "google-chrome") and _has_program("chromedriver"),
        "Chromium and ChromeDriver (apt-get install chromium chromium-driver)",
    ),
    "system python": (
        _system_python_makes_environments,
        "/usr/bin/python3 3.11 or newer with venv (apt-get install python3-venv)",
    ),
    "root": (lambda: os.geteuid() == 0, "the root account"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            is_there, description = REQUIREMENTS[name]
            if is_there():
                continue
            if os.environ.get("FAIRHOLD_REQUIRE_ALL") == "1":
                pytest.fail(f"absent, and FAIRHOLD_REQUIRE_ALL=1: {description}", pytrace=False)
            pytest.skip(f"needs {description}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any
) -> None:
    """Test databases are copies of one that was migrated before."""
    from django.conf import settings

    with django_db_blocker.unblock():
        template = migrated_template(migration_digest())
    settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Valkey: REDIS_URL where it is set, else an embedded server."""
    given = os.environ.get("REDIS_URL")
    if given:
        yield given
        return
    folder = Path(tmp_path_factory.mktemp("valkey"))
    with Valkey(folder) as server:
        yield server.url
    forget_outside_folder(folder)
