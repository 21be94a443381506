"""The whole platform as one object: databases, sandbox provider, web server and worker.

`make run`, `make demo`, `make bench` and the end-to-end tests all start it through here:

    with Stack(data_dir=folder) as stack:
        httpx.get(f"{stack.base_url}/health/ready")

Everything that is started is stopped when the block ends, whatever ended it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TextIO

from launcher import environment as environments
from launcher import preparation, services
from launcher.account import forget_outside_folder
from launcher.console import Reporter, Silent
from launcher.environment import Addresses, callers_environment
from launcher.errors import LaunchFailed, check_disk, os_fault
from launcher.keys import load_keys
from launcher.ports import HOST, free_port, is_free, remembered_port, status_of
from launcher.postgres import DATABASE, OWNER, SANDBOX, SANDBOX_DATABASE, Postgres
from launcher.processes import wait_until
from launcher.running import RUNNING, STATE, running_instance
from launcher.services import Program, Service
from launcher.valkey import Valkey

# What `reset` leaves alone: locks that are held, the tests' own databases.
KEPT_FILES = ("running.lock", "setup.lock", "test-")
READY_TIMEOUT_SECONDS = 30

EVERYTHING = ("web", "worker", "sandbox")


@dataclass(slots=True)
class Stack:
    """One running platform with its data in `data_dir`.

    `port` is the web server's (a free one when None); `fresh` deletes the data first; `programs`
    says what to start besides the databases; `unsafe` trades crash safety of the data for speed;
    `extra_env` overrides variables of the platform's programs.
    """

    data_dir: Path = STATE
    port: int | None = None
    fresh: bool = False
    unsafe: bool = False
    programs: Sequence[str] = EVERYTHING
    extra_env: Mapping[str, str] = field(default_factory=dict)
    report: Reporter = field(default_factory=Silent)
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    services: list[Service] = field(default_factory=list)
    _addresses: Addresses | None = None
    _lock: TextIO | None = None
    _web_port: int = 0

    @property
    def addresses(self) -> Addresses:
        if self._addresses is None:
            raise LaunchFailed("the platform is not running")
        return self._addresses

    @property
    def base_url(self) -> str:
        return self.addresses.public_url

    @property
    def sandbox_url(self) -> str:
        return self.addresses.sandbox_url

    @property
    def env(self) -> dict[str, str]:
        """For programs that act as the running platform does (runtime role)."""
        return environments.platform_environment(self.addresses)

    @property
    def owner_env(self) -> dict[str, str]:
        """For management commands that need to own the tables."""
        return environments.owner_environment(self.addresses)

    @property
    def sandbox_env(self) -> dict[str, str]:
        return environments.sandbox_environment(self.addresses)

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when everything answers; raises LaunchFailed with nothing left running."""
        self.data_dir = self.data_dir.absolute()  # servers are started from another folder
        try:
            self._start()
        except OSError as error:
            self.stop()
            raise LaunchFailed(os_fault(error)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops everything in the reverse of the order it was started in."""
        if self._lock is not None:
            (self.data_dir / RUNNING).unlink(missing_ok=True)
        while self.services:
            self.services.pop().stop()
        self.postgres = self.valkey = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def service(self, name: str) -> Service:
        """One of the running services, to stop and start it by hand."""
        return next(service for service in self.services if service.name == name)

    def _start(self) -> None:
        self._take_lock()
        check_disk(self.data_dir)
        self._web_port = self._choose_port()
        if self.fresh:
            self.clear()
        self.logs.mkdir(mode=0o700, exist_ok=True)
        keys = load_keys(self.data_dir)
        self._start_servers()
        self._addresses = self._find_addresses(keys)
        self._prepare()
        self._start_programs()
        self._remember_running()

    def _take_lock(self) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.data_dir / "running.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            running = running_instance(self.data_dir)
            where = f" at {running['base_url']}" if running else ""
            raise LaunchFailed(f"it runs already in this checkout{where}: stop it first") from None
        self._lock = lock

    def _choose_port(self) -> int:
        if self.port is None:
            return free_port()
        if not is_free(self.port):
            raise LaunchFailed(
                f"port {self.port} is taken by another program: "
                f"choose another, for example `make run PORT={self.port + 1}`"
            )
        return self.port

    def clear(self) -> None:
        """Deletes the data. Takes the lock unless it is held: nothing running loses its data."""
        if self._lock is None:
            self._take_lock()
        forget_outside_folder(self.data_dir)
        for path in self.data_dir.iterdir():
            if path.name.startswith(KEPT_FILES):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _runs_sandbox(self) -> bool:
        return "sandbox" in self.programs and "SANDBOX_URL" not in callers_environment()

    def _start_servers(self) -> None:
        given = callers_environment()
        sandbox_needs_one = self._runs_sandbox() and "SANDBOX_DATABASE_URL" not in given
        if "DATABASE_URL" not in given or sandbox_needs_one:
            purpose = "" if "DATABASE_URL" not in given else " for the sandbox provider"
            with self.report.step(f"starting PostgreSQL{purpose}"):
                self.postgres = Postgres(self.data_dir, unsafe=self.unsafe)
                self.services.append(self.postgres)
                self.postgres.start()
        if "REDIS_URL" not in given:
            with self.report.step("starting Valkey"):
                self.valkey = Valkey(self.data_dir)
                self.services.append(self.valkey)
                self.valkey.start()

    def _find_addresses(self, keys: Mapping[str, str]) -> Addresses:
        given = callers_environment()
        own = self.postgres
        sandbox_port = remembered_port(self.data_dir / "sandbox.port")
        app_url = given.get("DATABASE_URL") or (own.url() if own else "")
        owner_url = own.url(OWNER, DATABASE) if own and "DATABASE_URL" not in given else app_url
        return Addresses(
            public_url=given.get("PUBLIC_URL", f"http://{HOST}:{self._web_port}"),
            sandbox_url=given.get("SANDBOX_URL", f"http://{HOST}:{sandbox_port}"),
            app_database_url=app_url,
            owner_database_url=given.get("MIGRATION_DATABASE_URL", owner_url),
            sandbox_database_url=given.get("SANDBOX_DATABASE_URL")
            or (own.url(SANDBOX, SANDBOX_DATABASE) if own else ""),
            redis_url=given.get("REDIS_URL") or (self.valkey.url if self.valkey else ""),
            data_dir=self.data_dir,
            keys=keys,
            extra=self.extra_env,
        )

    def _prepare(self) -> None:
        preparation.prepare(
            data_dir=self.data_dir,
            own_database="DATABASE_URL" not in callers_environment(),
            sandbox=self._runs_sandbox(),
            owner_env=self.owner_env,
            sandbox_env=self.sandbox_env,
            report=self.report,
        )

    def _start_programs(self) -> None:
        wanted = self._wanted_programs()
        if not wanted:
            return
        with self.report.step(f"starting {', '.join(program.name for program in wanted)}"):
            for program in wanted:
                self.services.append(program)
                program.start()
            for program in wanted:
                program.wait()
            if {"web", "worker"} <= set(self.programs):
                self._wait_until_ready(wanted)

    def _wanted_programs(self) -> list[Program]:
        programs: list[Program] = []
        if self._runs_sandbox():
            sandbox_port = int(self.sandbox_url.rsplit(":", 1)[1])
            env = self.sandbox_env
            programs.append(services.sandbox(port=sandbox_port, env=env, logs=self.logs))
            programs.append(services.sandbox_deliverer(env=env, logs=self.logs))
        if "worker" in self.programs:
            programs.append(services.worker(env=self.env, logs=self.logs))
        if "web" in self.programs:
            programs.append(services.web(port=self._web_port, env=self.env, logs=self.logs))
        return programs

    def _wait_until_ready(self, wanted: Sequence[Program]) -> None:
        """Ready means that the readiness check says so: the worker has beaten its heart too."""
        url = f"http://{HOST}:{self._web_port}/health/ready"

        def is_settled() -> bool:
            return status_of(url) in {200, 404} or any(
                program.child is not None and not program.child.is_running for program in wanted
            )

        settled = wait_until(is_settled, timeout_seconds=READY_TIMEOUT_SECONDS, every_seconds=0.1)
        for program in wanted:
            program.wait()
        if not settled:
            self.report.say(f"not everything is ready yet: {url} tells what is missing")

    def _remember_running(self) -> None:
        facts = {
            "pid": os.getpid(),
            "base_url": self.base_url,
            "sandbox_url": self.sandbox_url,
            "postgres_port": self.postgres.port if self.postgres else None,
            "valkey_port": self.valkey.port if self.valkey else None,
        }
        (self.data_dir / RUNNING).write_text(json.dumps(facts, indent=2))
