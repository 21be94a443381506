"""The embedded PostgreSQL: starts anywhere, keeps its data, and leaves no process."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import psycopg
import pytest

from launcher.errors import LaunchFailed
from launcher.postgres import APP, OWNER, SANDBOX, SANDBOX_DATABASE, Postgres


def server(data_dir: Path) -> Postgres:
    return Postgres(data_dir, unsafe=True)


def test_starts_in_a_folder_that_its_account_cannot_enter_and_keeps_the_data(
    data_dir: Path,
) -> None:
    data_dir.parent.chmod(0o700)
    with server(data_dir) as first, psycopg.connect(first.url(OWNER)) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    port = first.port
    with server(data_dir) as second, psycopg.connect(second.url(OWNER)) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(7,)]
    assert second.port == port


def test_the_runtime_role_owns_nothing_and_cannot_change_the_schema(data_dir: Path) -> None:
    with server(data_dir) as running:
        with psycopg.connect(running.url(APP)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (APP,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(running.url(APP, SANDBOX_DATABASE))
        with psycopg.connect(running.url(SANDBOX, SANDBOX_DATABASE)) as connection:
            connection.execute("CREATE TABLE mine (id int)")


def test_a_wrong_password_is_refused_over_tcp(data_dir: Path) -> None:
    with server(data_dir) as running:
        address = f"postgresql://{OWNER}:wrong@127.0.0.1:{running.port}/fairhold"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(address)


def test_stops_leaving_no_process(data_dir: Path) -> None:
    with server(data_dir) as running:
        assert running.child is not None
        main = psutil.Process(running.child.popen.pid)
        family = [main, *main.children(recursive=True)]
        assert len(family) > 1
    assert not [process for process in family if process.is_running()]


def test_data_of_another_major_version_is_refused_in_one_line(data_dir: Path) -> None:
    with server(data_dir) as running:
        cluster = running.cluster
    (cluster / "PG_VERSION").write_text("15\n")
    with pytest.raises(LaunchFailed, match=r"made by PostgreSQL 15, this is \d+") as failure:
        server(data_dir).start()
    assert "\n" not in str(failure.value)
    assert (cluster / "PG_VERSION").read_text() == "15\n"


def test_lost_passwords_are_told_in_one_line(data_dir: Path) -> None:
    with server(data_dir):
        pass
    (data_dir / "keys.json").unlink()
    again = server(data_dir)
    with pytest.raises(LaunchFailed, match=r"the passwords in .* do not fit"):
        again.start()
    assert again.child is None


def test_a_lock_file_that_names_a_stranger_is_no_obstacle(data_dir: Path) -> None:
    """After a crash of the machine, the process id may belong to somebody else."""
    with server(data_dir) as running:
        cluster = running.cluster
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster}\n")
        with server(data_dir):
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_starts_after_a_crash(data_dir: Path) -> None:
    running = Postgres(data_dir)
    running.start()
    assert running.child is not None
    with psycopg.connect(running.url(OWNER)) as connection:
        connection.execute("CREATE TABLE survived (id int)")
    os.kill(running.child.popen.pid, signal.SIGKILL)
    running.stop()
    with Postgres(data_dir) as again, psycopg.connect(again.url(OWNER)) as connection:
        assert connection.execute("SELECT count(*) FROM survived").fetchone() == (0,)


def test_a_start_that_was_interrupted_begins_anew(data_dir: Path) -> None:
    cluster = server(data_dir).cluster
    cluster.mkdir()
    (cluster / "half").touch()
    with server(data_dir) as running, psycopg.connect(running.url(OWNER)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
