"""Words that occur nowhere else, and every place where the platform could keep them."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.account import forget_outside_folder
from launcher.postgres import OWNER
from launcher.stack import Stack
from launcher.tests.settled import copy_settled
from tests.running import Platform, without_test_servers

OPEN_SEALED = """
import json
from django.db.models import QuerySet
from marketplace.core.security.sealed import SealedColumn, sealed_stores
for store in sealed_stores():
    if isinstance(store, SealedColumn):
        for row, sealed in QuerySet(store.model).values_list("pk", store.field.attname):
            if sealed:
                print(json.dumps([store.name, store.field.unseal(sealed, row_id=row)]))
"""
CACHE = """
from django.core.cache import cache
client = cache._cache.get_client() if hasattr(cache, "_cache") else None
for key in client.scan_iter() if hasattr(client, "scan_iter") else ():
    print(key, client.dump(key))
"""


def word() -> str:
    """Letters alone: no mask takes it for a number or an address, and nothing else holds it."""
    return "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(14))


def german_iban() -> str:
    account = "37040044" + "".join(secrets.choice("0123456789") for _ in range(10))
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02}{account}"


class Canaries(dict[str, str]):
    """Words by the field they were put into."""

    def put(self, field: str, value: str = "") -> str:
        self[field] = value or word()
        return self[field]


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """The whole platform, whose database, files and logs can be looked into."""
    with without_test_servers():
        copy_settled(folder)
        stack = Stack(data_dir=folder, unsafe=True)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            forget_outside_folder(folder)


def dump(stack: Stack, *options: str) -> str:
    assert stack.postgres is not None
    command = [str(stack.postgres.program("pg_dump")), "--data-only", *options]
    done = subprocess.run(
        [*command, f"--dbname={stack.postgres.url(OWNER)}"], capture_output=True, check=True
    )
    return done.stdout.decode("utf-8", "replace")


def found_in(text: str, canaries: Canaries) -> set[str]:
    """The fields whose word is there, plain or as a binary column shows it."""
    lowered = text.lower()
    return {
        field
        for field, value in canaries.items()
        if value.lower() in lowered or value.encode().hex() in lowered
    }


def found_by_table(dumped: str, canaries: Canaries) -> set[str]:
    """As :func:`found_in`, with the table in front."""
    found, table, lines = set(), "", list[str]()
    for line in [*dumped.splitlines(), "COPY public.end"]:
        if line.startswith("COPY public."):
            found |= {f"{table}: {field}" for field in found_in("\n".join(lines), canaries)}
            table, lines = line.split()[1].removeprefix("public."), []
        else:
            lines.append(line)
    return found


def look_everywhere(stack: Stack, platform: Platform, canaries: Canaries) -> dict[str, set[str]]:
    sealed = platform.run("manage.py", "shell", "-v", "0", "-c", OPEN_SEALED)
    assert sealed.returncode == 0, sealed.stderr[-2000:]
    cached = platform.run("manage.py", "shell", "-v", "0", "-c", CACHE)
    files = {path: path.read_bytes() for path in media_of(stack).rglob("*") if path.is_file()}
    logs = "\n".join(
        path.read_text("utf-8", "replace") for path in stack.logs.rglob("*") if is_ours(path)
    )
    names = "\n".join(map(str, files)) + "\n".join(
        content.decode("latin-1") for content in files.values()
    )
    return {
        "database": found_by_table(dump(stack), canaries),
        "sealed columns": found_in(sealed.stdout, canaries),
        "cache": found_in(cached.stdout, canaries),
        "files": found_in(names, canaries),
        "logs": found_in(logs, canaries),
    }


def is_ours(path: Path) -> bool:
    """The sandbox is another company, with logs of its own."""
    return path.is_file() and "sandbox" not in path.name


def media_of(stack: Stack) -> Path:
    return Path(stack.env.get("MEDIA_ROOT") or stack.data_dir / "media")


def run(platform: Platform, code: str) -> None:
    done = platform.run("manage.py", "shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr[-2000:]
