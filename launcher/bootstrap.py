"""Makes `.venv` and fills it from the hash-locked requirements. Standard library only.

Runs on a bare Python before anything is installed. A stamp in `.venv` holds a digest of what was
installed, so a second run returns at once. The larger set (dev) satisfies the smaller one (base).
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV_HOME = VENV / "uv"
LOG = VENV / "setup.log"
REQUIREMENTS = ROOT / "requirements"

SETS = ("base", "dev")
DISK_NEEDED_BYTES = 1_500_000_000

# What installers print, and the one line a person needs instead. First match wins.
DIAGNOSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("no space left on device", "os error 28", "errno 28", "disk quota exceeded"),
        "the disk is full: free some space and run the command again",
    ),
    (
        ("hash mismatch", "do not match the hashes", "hashes are required"),
        "a downloaded package does not match its locked hash: nothing was installed",
    ),
    (
        (
            "building source distributions is disabled",
            "no usable wheels",
            "no wheels with a matching",
            "has no wheels",
            "no matching distribution",
            "from versions: none",
        ),
        (
            "a package has no ready-made wheel for this Python or processor (and needs a "
            "compiler); try another Python, for example PYTHON=python3.11"
        ),
    ),
    (
        (
            "dns error",
            "name resolution",
            "name or service not known",
            "connection refused",
            "connection reset",
            "network is unreachable",
            "newconnectionerror",
            "timed out",
            "error sending request",
            "tunnel",
            "certificate",
            "max retries exceeded",
        ),
        "the package registry cannot be reached: check the network (or a proxy or mirror setting)",
    ),
    (("permission denied",), "the folder cannot be written: check who owns it"),
)


class SetupFailed(Exception):
    """Set-up cannot go on; the message is the one line a person reads."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="launcher/bootstrap.py", description=__doc__)
    parser.add_argument("--set", choices=SETS, default="dev", dest="wanted")
    parser.add_argument("--quiet", action="store_true", help="say nothing when nothing is to do")
    options = parser.parse_args(arguments)
    try:
        set_up(options.wanted, quiet=options.quiet)
    except SetupFailed as failure:
        return _complain(str(failure))
    except OSError as error:
        return _complain(diagnose(str(error)) or f"set-up failed: {error}")
    except KeyboardInterrupt:
        return _complain("set-up was stopped; run it again to go on")
    return 0


def _complain(line: str) -> int:
    print(f"fairhold: {line}", file=sys.stderr)
    return 1


def set_up(wanted: str, *, quiet: bool = False) -> None:
    """Guarantees that `.venv` holds the `wanted` set exactly as locked, or raises SetupFailed."""
    if is_ready(wanted):
        if not quiet:
            say("setup", ".venv is up to date")
        return
    if sys.version_info < (3, 11):  # noqa: UP036 - anyone may start this file with any Python
        fail(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    with _one_at_a_time():
        if is_ready(wanted):  # another run finished while this one waited
            return
        _check_disk()
        if not venv_works():
            create_venv()
        install(wanted)
        for name in SETS[: SETS.index(wanted) + 1]:
            stamp_file(name).write_text(stamp(name))


def is_ready(wanted: str) -> bool:
    try:
        return PYTHON.exists() and stamp_file(wanted).read_text() == stamp(wanted)
    except OSError:
        return False


def stamp(name: str) -> str:
    """The lock and where the environment lies: scripts in a moved `.venv` point nowhere."""
    digest = hashlib.sha256(lock_file(name).read_bytes())
    digest.update(str(VENV).encode())
    return digest.hexdigest()


def stamp_file(name: str) -> Path:
    return VENV / f"installed-{name}"


def lock_file(name: str) -> Path:
    return REQUIREMENTS / f"{name}.txt"


def venv_works() -> bool:
    """False as well for a `.venv` that was moved or whose Python was taken away."""
    if not PYTHON.exists():
        return False
    probe = "import sys; print(sys.prefix)"
    done = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=False)
    recorded = VENV / "location"
    moved = recorded.exists() and recorded.read_text() != str(VENV)
    return done.returncode == 0 and not moved


def create_venv() -> None:
    with step("creating .venv with Python " + sys.version.split()[0]):
        if VENV.exists():
            shutil.rmtree(VENV)
        if importlib.util.find_spec("venv") is None:
            fail(_missing_venv())
        has_ensurepip = importlib.util.find_spec("ensurepip") is not None
        if not has_ensurepip and importlib.util.find_spec("pip") is None:
            fail(_missing_venv())
        command = [sys.executable, "-m", "venv", str(VENV)]
        if not has_ensurepip:
            command.append("--without-pip")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            output = done.stdout + done.stderr
            fail(diagnose(output) or _missing_venv())
        (VENV / "location").write_text(str(VENV))
        _make_importable()


def _make_importable() -> None:
    """Lets every program of `.venv` import the packages of this checkout, from any folder."""
    probe = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=True)
    (Path(done.stdout.strip()) / "fairhold.pth").write_text(f"{ROOT}\n")


def _missing_venv() -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"this Python cannot make virtual environments: install the package python{version}-venv "
        f"(Debian, Ubuntu: apt-get install python{version}-venv) and run the command again"
    )


def install(wanted: str) -> None:
    """Installs with uv (seconds); with pip itself where uv has no wheel or cannot connect."""
    LOG.write_text("")
    locked = ["-r", str(lock_file(wanted)), "--require-hashes", "--only-binary", ":all:"]
    uv = _install_uv()
    if uv is not None:
        with step(f"installing the {wanted} packages"):
            status, output = run_logged([str(uv), "pip", "install", "-q", *locked], env=_uv_env())
        if status == 0:
            return
        line = diagnose(output)
        if line is None or "registry" not in line:
            fail(line or f"the packages could not be installed: {LOG} tells why")
    with step(f"installing the {wanted} packages with pip (slower)"):
        status, output = run_logged([*_pip(), "install", "-q", *locked])
    if status != 0:
        fail(diagnose(output) or f"the packages could not be installed: {LOG} tells why")


def _install_uv() -> Path | None:
    """The pinned uv inside `.venv`, or None where this machine has no wheel of it."""
    uv = UV_HOME / "bin" / "uv"
    lock = lock_file("uv")
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    mark = UV_HOME / "installed"
    if uv.exists() and mark.exists() and mark.read_text() == digest:
        return uv
    with step("installing uv"):
        shutil.rmtree(UV_HOME, ignore_errors=True)
        status, output = run_logged(
            [
                *_pip(),
                *("install", "-q", "--no-deps", "--target", str(UV_HOME)),
                *("-r", str(lock), "--require-hashes", "--only-binary", ":all:"),
            ]
        )
    if status != 0:
        line = diagnose(output)
        if line is not None and "wheel" not in line:
            fail(line)
        return None
    mark.write_text(digest)
    return uv


def _pip() -> list[str]:
    if (VENV / "bin" / "pip").exists():
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def _uv_env() -> dict[str, str]:
    """uv does not read pip's settings: a mirror configured for pip is handed on."""
    env = {**os.environ, "VIRTUAL_ENV": str(VENV), "UV_NO_CONFIG": "1"}
    mirror = os.environ.get("PIP_INDEX_URL")
    if mirror and "UV_DEFAULT_INDEX" not in env and "UV_INDEX_URL" not in env:
        env["UV_DEFAULT_INDEX"] = mirror
    return env


def diagnose(output: str) -> str | None:
    """The one clear line for what an installer printed, or None when it is not recognised."""
    lowered = output.lower()
    for needles, line in DIAGNOSES:
        if any(needle in lowered for needle in needles):
            return line
    return None


def run_logged(command: list[str], env: dict[str, str] | None = None) -> tuple[int, str]:
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=env,
        cwd=ROOT,
        check=False,
    )
    # A full disk must not hide the installer's own message about it.
    with contextlib.suppress(OSError), LOG.open("a") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    return done.returncode, done.stdout


def _check_disk() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < DISK_NEEDED_BYTES:
        fail(
            f"the disk is too full: {free // 1_000_000} MB are free at {ROOT}, "
            f"{DISK_NEEDED_BYTES // 1_000_000} MB are needed"
        )


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two set-ups at once in one checkout would overwrite each other: the second one waits."""
    folder = ROOT / ".fairhold"
    # Passable for the account that root's servers run as; secrets inside have modes of their own.
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    with (folder / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("setup", "waiting for another set-up in this checkout")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Says what starts, and how long it took."""
    started = time.monotonic()
    print(f"  setup    {title} …", end=" ", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def say(stage: str, line: str) -> None:
    print(f"  {stage:<8} {line}", flush=True)


def fail(line: str) -> NoReturn:
    raise SetupFailed(line)


if __name__ == "__main__":
    sys.exit(main())
