"""localstripe as a program of its own, from a locked environment of its own.

It is GPL and has no wheel, so it is neither imported nor part of the development packages: the
first test that needs it builds it into ``.venv/localstripe`` (``requirements/localstripe.txt``,
with hashes), and the next ones find it there.
"""

import fcntl
import hashlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from marketplace.payments.tests.providers.waiting import wait_for

ROOT = Path(__file__).parents[4]
LOCK = ROOT / "requirements" / "localstripe.txt"
HOME = Path(sys.prefix) / "localstripe"
UV = Path(sys.prefix) / "uv" / "bin" / "uv"
INSTALL_SECONDS, START_SECONDS = 300, 30

# Its store is written to one file in /tmp at every change, shared by all that run; ours forgets.
# It listens on IPv6 only by itself.
SERVE = """
import sys
from aiohttp import web
from localstripe import resources, server
resources.Store.dump_to_disk = lambda store: None
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
"""


class Absent(Exception):
    """It could not be installed here."""


def prepare() -> Path:
    """The environment's Python, installed once per lock file."""
    python, stamp = HOME / "bin" / "python", HOME / "lock.sha256"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    with (Path(sys.prefix) / "localstripe.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes start at once
        if not stamp.exists() or stamp.read_text() != digest:
            _install(python)
            stamp.write_text(digest)
    return python


def _install(python: Path) -> None:
    if not UV.exists():
        raise Absent("uv is not installed; `make setup` says why")
    environment = dict(os.environ)
    if mirror := environment.get("PIP_INDEX_URL"):
        environment.setdefault("UV_DEFAULT_INDEX", mirror)
    wheels = HOME.parent / "localstripe-wheels.txt"
    wheels.write_text(re.sub(r"(?m)^localstripe==(?:.*\\\n)+.*\n", "", LOCK.read_text()))
    install = [str(UV), "pip", "install", "-q", "--python", str(python), "--require-hashes"]
    for command in (
        [str(UV), "venv", "-q", "--clear", "--python", sys.executable, str(HOME)],
        [*install, "--only-binary", ":all:", "-r", str(wheels)],
        # Built with the setuptools that was locked above, not with one from anywhere.
        [*install, "--no-deps", "--no-build-isolation", "-r", str(LOCK)],
    ):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
            env=environment,
        )
        if done.returncode:
            raise Absent(done.stderr.strip()[-500:])


@contextmanager
def running_localstripe() -> Iterator[str]:
    """Its address, until the block ends."""
    python = prepare()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    program = subprocess.Popen(
        [str(python), "-c", SERVE, str(port)],
        env={"PATH": os.environ.get("PATH", "")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _is_up(url), START_SECONDS)
        yield url
    finally:
        program.terminate()
        program.wait(timeout=15)


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v1/customers", trust_env=False).status_code == 401
    except httpx.TransportError:
        return False
