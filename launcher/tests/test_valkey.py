"""The embedded Valkey."""

from pathlib import Path

import psutil
import pytest
import redis

from launcher.ports import HOST
from launcher.valkey import Valkey


def test_answers_only_with_its_password_and_leaves_no_process(data_dir: Path) -> None:
    with Valkey(data_dir) as server:
        assert redis.Redis.from_url(server.url).set("key", "value")
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(host=HOST, port=server.port).get("key")
        assert server.child is not None
        process = psutil.Process(server.child.popen.pid)
        assert not any("requirepass" in word for word in process.cmdline())
    assert not process.is_running()


def test_is_bounded_in_memory(data_dir: Path) -> None:
    with Valkey(data_dir, max_memory="16mb") as server:
        settings = redis.Redis.from_url(server.url).config_get("maxmemory*")
    assert settings["maxmemory"] == str(16 * 1024 * 1024)
    assert settings["maxmemory-policy"] == "allkeys-lru"
