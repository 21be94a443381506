"""`make run` as a person meets it: it starts, says where to go, and stops without a trace."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from launcher.bootstrap import ROOT
from launcher.ports import HOST, free_port, status_of
from launcher.processes import wait_until
from launcher.running import attach, running_instance
from launcher.tests.conftest import Launch, Launched
from launcher.tests.settled import clean_environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SERVERS = {"postgres", "valkey-server"}


def alive(port: int) -> bool:
    return status_of(f"http://{HOST}:{port}/health/live") == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_ends_every_process(
    launch: Launch, settled_data_dir: Path, number: signal.Signals
) -> None:
    port = free_port()
    running = launch(settled_data_dir, PORT=str(port))
    running.wait_until_running()
    assert alive(port)
    assert f"http://{HOST}:{port}/admin/" in running.text()
    assert len(running.family) > 3
    assert running.end(number) == 0
    assert running.survivors() == []
    assert running_instance(settled_data_dir) is None


def test_a_launcher_that_is_killed_leaves_nothing(launch: Launch, settled_data_dir: Path) -> None:
    running = launch(settled_data_dir, PORT=str(free_port()))
    running.wait_until_running()
    assert running.end(signal.SIGKILL) == -signal.SIGKILL
    assert running.survivors() == []
    again = launch(settled_data_dir, PORT=str(free_port()))
    again.wait_until_running()


def test_a_stop_signal_while_starting_leaves_nothing(launch: Launch, data_dir: Path) -> None:
    running = launch(data_dir, PORT=str(free_port()))
    assert wait_until(lambda: "migrating" in running.text(), timeout_seconds=60)
    assert running.end(signal.SIGINT) == 128 + signal.SIGINT
    assert running.survivors() == []


def test_another_start_keeps_the_data_and_the_keys(launch: Launch, settled_data_dir: Path) -> None:
    first = launch(settled_data_dir, PORT=str(free_port()))
    first.wait_until_running()
    keys = (settled_data_dir / "keys.json").read_text()
    with psycopg.connect(owner_url(settled_data_dir)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS id")
    first.end(signal.SIGINT)
    second = launch(settled_data_dir, PORT=str(free_port()))
    second.wait_until_running()
    with psycopg.connect(owner_url(settled_data_dir)) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(7,)]
    assert (settled_data_dir / "keys.json").read_text() == keys
    assert "migrating" not in first.text() + second.text()


def owner_url(data_dir: Path) -> str:
    addresses = attach(data_dir)
    assert addresses is not None
    return addresses.owner_database_url


def test_reset_deletes_the_data_but_not_of_a_running_instance(
    launch: Launch, settled_data_dir: Path
) -> None:
    running = launch(settled_data_dir, PORT=str(free_port()))
    running.wait_until_running()
    refused = launch(settled_data_dir, "reset")
    assert refused.process.wait(60) == 1
    assert "it runs already" in refused.text()
    running.end(signal.SIGINT)
    assert launch(settled_data_dir, "reset").process.wait(60) == 0
    assert sorted(path.name for path in settled_data_dir.iterdir()) == ["running.lock"]


def test_a_second_instance_is_refused_and_told_where_the_first_one_is(
    launch: Launch, settled_data_dir: Path
) -> None:
    port = free_port()
    first = launch(settled_data_dir, PORT=str(port))
    first.wait_until_running()
    second = launch(settled_data_dir, PORT=str(free_port()))
    assert second.process.wait(60) == 1
    assert one_line(second).endswith(
        f"it runs already in this checkout at http://{HOST}:{port}: stop it first"
    )
    assert alive(port)


def test_a_program_that_dies_is_started_again(launch: Launch, settled_data_dir: Path) -> None:
    port = free_port()
    running = launch(settled_data_dir, PORT=str(port))
    running.wait_until_running()
    web = next(one for one in running.family if "granian" in " ".join(one.cmdline()))
    web.kill()
    assert wait_until(lambda: "web was started again" in running.text(), timeout_seconds=30)
    assert wait_until(lambda: alive(port), timeout_seconds=60)
    assert "web was ended by SIGKILL; starting it again in 1 s" in running.text()
    running.family = psutil.Process(running.process.pid).children(recursive=True)
    assert running.end(signal.SIGTERM) == 0
    assert running.survivors() == []


def one_line(launched: Launched) -> str:
    """The only thing the launcher said on failing."""
    complaints = [line for line in launched.text().splitlines() if line.startswith("fairhold: ")]
    assert len(complaints) == 1, launched.text()
    assert "Traceback" not in launched.text()
    return complaints[0]


def refusal(launched: Launched) -> str:
    assert launched.process.wait(60) == 1, launched.text()
    assert launched.survivors() == []
    return one_line(launched)


def test_a_taken_port_is_named_with_the_way_out(launch: Launch, data_dir: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        line = refusal(launch(data_dir, PORT=str(port)))
    assert f"port {port} is taken" in line
    assert "PORT=" in line


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_refused(launch: Launch, data_dir: Path, port: str) -> None:
    assert "PORT must be a number from 1 to 65535" in refusal(launch(data_dir, PORT=port))


def test_data_of_another_version_is_refused_in_one_line(
    launch: Launch, settled_data_dir: Path
) -> None:
    place = settled_data_dir / "place"
    folder = Path(place.read_text().strip()) if place.exists() else settled_data_dir
    (folder / "postgres" / "PG_VERSION").write_text("9\n")
    assert "was made by PostgreSQL 9" in refusal(launch(settled_data_dir, PORT=str(free_port())))


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.needs("root")
@pytest.mark.parametrize(
    ("options", "line"), [("size=40m", "the disk is too full"), ("ro", "cannot write")]
)
def test_a_disk_that_cannot_take_the_data_is_refused_in_one_line(
    launch: Launch, tmp_path: Path, options: str, line: str
) -> None:
    with mounted(tmp_path / "disk", options):
        assert line in refusal(launch(tmp_path / "disk" / "data", PORT=str(free_port())))


def copy_checkout(target: Path) -> None:
    """The files of the checkout, without its environment and data."""
    hidden = shutil.ignore_patterns(".*", "__pycache__", "staticfiles")
    shutil.copytree(ROOT, target, ignore=hidden)


@contextlib.contextmanager
def made_to_run(
    checkout: Path, output: Path, user: pwd.struct_passwd | None = None, args: str = "", **env: str
) -> Iterator[Launched]:
    """`make run` in a fresh checkout, from nothing; ended whatever the test does."""
    with output.open("w") as file:
        process = subprocess.Popen(
            ["make", "run", f"PORT={env.pop('PORT')}", f"ARGS={args}"],
            cwd=checkout,
            env=clean_environment(**env),
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    running = Launched(process, output)
    try:
        running.wait_until_running(timeout_seconds=600)
        yield running
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C in a terminal does
        process.wait(60)
        assert running.survivors() == []
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)


@pytest.mark.needs("root", "system python")
def test_make_run_works_for_an_ordinary_user(
    open_folder: Path, nobody: pwd.struct_passwd, tmp_path: Path
) -> None:
    checkout = open_folder / "checkout"
    copy_checkout(checkout)
    for path in (open_folder, checkout, *checkout.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    port = free_port()
    env = {
        "PORT": str(port),
        "PATH": "/usr/bin:/bin",
        "PYTHON": "/usr/bin/python3",
        "HOME": str(open_folder),
    }
    with made_to_run(checkout, tmp_path / "output", nobody, **env) as running:
        assert alive(port)
        assert "Demo sign-ins" in running.text()
        assert {one.uids().real for one in running.family} == {nobody.pw_uid}


@pytest.mark.needs("root")
def test_make_run_works_in_a_checkout_that_others_cannot_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    checkout = closed / "checkout"
    copy_checkout(checkout)
    port = free_port()
    try:
        # The other test loads the demo: whose servers they are makes no difference to it.
        with made_to_run(
            checkout, tmp_path / "output", args="--no-demo", PORT=str(port)
        ) as running:
            assert alive(port)
            servers = [one for one in running.family if one.name() in SERVERS]
            assert {one.name() for one in servers} == SERVERS
            assert all(one.uids().real != 0 for one in servers)
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree((checkout / ".fairhold" / "place").read_text().strip())
