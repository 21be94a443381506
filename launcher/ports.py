"""Free TCP ports on the loopback address."""

from __future__ import annotations

import contextlib
import socket
import urllib.error
import urllib.request
from pathlib import Path

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """True when a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do it: a port in TIME_WAIT after a restart counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def remembered_port(memory: Path) -> int:
    """The port used last time if it is free, so that open pages and tools keep working."""
    with contextlib.suppress(OSError, ValueError):
        port = int(memory.read_text())
        if 1024 <= port <= 65535 and is_free(port):
            return port
    port = free_port()
    memory.write_text(str(port))
    return port


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def serves(url: str) -> bool:
    """True when an HTTP server answers there with anything but a failure of its own."""
    return status_of(url) in range(200, 500)


def status_of(url: str) -> int | None:
    """The HTTP status that `url` answers with, or None when nothing answers."""
    # Straight there: a proxy in the environment must not see requests to this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None
