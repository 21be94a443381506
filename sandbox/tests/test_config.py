"""Configuration: everything has a safe default, and a wrong value is named."""

import pytest

from sandbox.config import BadConfiguration, read_config
from sandbox.tests.conftest import Sandbox


def test_defaults_bind_to_this_machine_only() -> None:
    config = read_config({})
    assert config.host == "127.0.0.1"
    assert config.public_url == "http://127.0.0.1:8001"
    assert config.webhook_url == ""


def test_several_secrets_are_separated_by_commas() -> None:
    config = read_config({"SANDBOX_WEBHOOK_SECRETS": "new, old", "SANDBOX_CARRIER_SECRET": "c"})
    assert config.webhook_target("provider") == ("", ("new", "old"))
    assert config.webhook_target("carrier") == ("", ("c",))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_PORT", "x"),
        ("SANDBOX_PORT", "70000"),
        ("SANDBOX_POLL_SECONDS", "1"),
        ("SANDBOX_SETTLE_DELAY_SECONDS", "-1"),
        ("SANDBOX_FEE_BPS", "9000"),
        ("SANDBOX_WEBHOOK_URL", "file:///etc/passwd"),
        ("SANDBOX_WEBHOOK_URL", "http://user:pw@127.0.0.1/"),
        ("SANDBOX_CARRIER_WEBHOOK_URL", "127.0.0.1:8000"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadConfiguration, match=name):
        read_config({name: value})


@pytest.mark.parametrize("command", ["migrate", "serve", "deliver", "check"])
def test_every_command_says_in_one_line_what_is_missing(sandbox: Sandbox, command: str) -> None:
    process = sandbox.run(command, SANDBOX_DATABASE_URL="")
    output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 2
    assert output == "sandbox: SANDBOX_DATABASE_URL is not set\n"


def test_a_database_that_does_not_answer_is_one_line(sandbox: Sandbox) -> None:
    process = sandbox.run("check", SANDBOX_DATABASE_URL="postgresql://x@127.0.0.1:1/x")
    output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 1
    assert output.startswith("sandbox: the database does not answer")
    assert "Traceback" not in output
