"""Ports that were free yesterday may be taken today."""

import socket
from pathlib import Path

from launcher.ports import HOST, free_port, is_free, remembered_port, status_of


def test_a_port_that_something_listens_on_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        assert not is_free(server.getsockname()[1])
    assert is_free(free_port())


def test_the_same_port_is_used_again_while_it_is_free(tmp_path: Path) -> None:
    memory = tmp_path / "port"
    port = remembered_port(memory)
    assert remembered_port(memory) == port
    with socket.create_server((HOST, port)):
        assert remembered_port(memory) != port


def test_a_damaged_memory_is_replaced(tmp_path: Path) -> None:
    memory = tmp_path / "port"
    memory.write_text("nonsense")
    assert remembered_port(memory) == int(memory.read_text())


def test_nothing_that_answers_has_no_status() -> None:
    assert status_of(f"http://{HOST}:{free_port()}/") is None
