"""Each program gets what it needs and no others' secrets."""

from pathlib import Path

import pytest

from launcher.environment import (
    Addresses,
    owner_environment,
    platform_environment,
    read_env_file,
    sandbox_environment,
)
from launcher.keys import NAMES
from launcher.tests.settled import EXTERNAL

KEYS = {name: f"value-of-{name}" for name in NAMES}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Addresses:
    for name in (*EXTERNAL, "SECRET_KEY", "SANDBOX_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return Addresses(
        public_url="http://127.0.0.1:8000",
        sandbox_url="http://127.0.0.1:9000",
        app_database_url="postgresql://app",
        owner_database_url="postgresql://owner",
        sandbox_database_url="postgresql://sandbox",
        redis_url="redis://cache",
        data_dir=tmp_path,
        keys=KEYS,
    )


def test_the_platform_signs_in_as_the_runtime_role_and_cannot_become_the_owner(
    at: Addresses,
) -> None:
    env = platform_environment(at)
    assert env["DATABASE_URL"] == "postgresql://app"
    assert "postgresql://owner" not in env.values()
    assert "postgresql://sandbox" not in env.values()


def test_migrations_sign_in_as_the_owner(at: Addresses) -> None:
    assert owner_environment(at)["DATABASE_URL"] == "postgresql://owner"


def test_the_sandbox_shares_only_the_secrets_that_both_sides_know(at: Addresses) -> None:
    env = sandbox_environment(at)
    assert env["SANDBOX_DATABASE_URL"] == "postgresql://sandbox"
    assert env["SANDBOX_PORT"] == "9000"
    assert env["SANDBOX_WEBHOOK_SECRETS"] == KEYS["sandbox_webhook_secret"]
    assert env["SANDBOX_WEBHOOK_URL"].startswith("http://127.0.0.1:8000/api/v1/payments/")
    for private in ("postgresql://app", "postgresql://owner", KEYS["secret_key"], KEYS["seal_key"]):
        assert private not in env.values()


def test_what_the_caller_sets_is_kept(at: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.setenv("SANDBOX_API_KEY", "")
    env = platform_environment(at)
    assert env["SECRET_KEY"] == "mine"
    assert env["SANDBOX_API_KEY"] == KEYS["sandbox_api_key"]  # set to nothing counts as unset


def test_an_env_file_is_read_without_its_comments_and_empty_values(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# comment\nA=1\n\nB='two words'\nC=\n#D=4\n")
    assert read_env_file(file) == {"A": "1", "B": "two words"}
    assert read_env_file(tmp_path / "none") == {}
