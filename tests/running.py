"""The whole platform, started once for these tests: every request below is real HTTP."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

from demo.api import Api, Json
from demo.people import PASSWORD
from demo.sale import Sale
from launcher.account import forget_outside_folder
from launcher.bootstrap import ROOT
from launcher.stack import Stack
from launcher.tests.settled import EXTERNAL, copy_settled

WARNING = re.compile(r'"level": ?"(warning|error|critical)"|Traceback|^\w*Error')
SHOW_WAITING_EVENTS = """
import django; django.setup()
from marketplace.core.models import OutboxEvent
for event in OutboxEvent.objects.filter(published_at__isnull=True).order_by("id")[:40]:
    print("waits:", event.id, event.type, event.key, event.attempts, event.last_error)
"""


@contextmanager
def without_test_servers() -> Iterator[None]:
    """The platform brings its own servers, not those of the unit tests."""
    hidden = {name: os.environ.pop(name) for name in EXTERNAL if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


@dataclass
class Platform:
    """Where it listens, and how to arrive there as somebody."""

    base_url: str
    sandbox: Api
    env: dict[str, str]
    category_id: str
    logs: Path
    sandbox_url: str

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """The one that this stack serves, with a category to sell in."""
        platform = cls(
            base_url=stack.base_url,
            sandbox=Api(stack.sandbox_url).with_key(stack.env["SANDBOX_API_KEY"]),
            env=stack.env,
            category_id="",
            logs=stack.logs,
            sandbox_url=stack.sandbox_url,
        )
        platform.category_id = platform.run("-m", "demo", "category").stdout.strip()
        return platform

    def stranger(self) -> Api:
        return Api(self.base_url)

    def person(self, user_type: str) -> Api:
        """Somebody who has signed up, opened the link in the mail, and signed in."""
        email = f"{user_type.lower()}-{uuid4().hex[:12]}@e2e.fairhold.test"
        api = Api(self.base_url)
        api.sign_up(
            email=email,
            password=PASSWORD,
            user_type=user_type,
            first_name=user_type.title(),
            last_name="of a test",
        )
        api.verify_email(email)
        return api.sign_in(email, PASSWORD)

    def product(self, seller: Api, **fields: object) -> Json:
        body = {
            "title": "Field recorder",
            "description": "With a wind shield.",
            "price": "80.00",
            "currency": "EUR",
            "inventory_count": 1,
            "category_ids": [self.category_id],
            **fields,
        }
        product = seller.post("/api/v1/products/", body)
        return seller.post(f"/api/v1/products/{product['id']}/publish/")

    def sale(self, **product_fields: object) -> tuple[Sale, Json]:
        """A buyer, a seller, and the product that they will trade."""
        seller, buyer = self.person("SELLER"), self.person("BUYER")
        return Sale(buyer, seller), self.product(seller, **product_fields)

    def demo_account(self, name: str, role: str) -> str:
        """The demo account of this name, which the documentation page has a button for."""
        email = f"{name}@demo.fairhold.test"
        make = f"make_account({email!r}, {name.title()!r}, {role!r})"
        self.inside(f"from demo.people import make_account; {make}")
        return email

    def inside(self, code: str) -> None:
        """Run a few lines of Python in the platform's own environment."""
        done = self.run("-c", f"import django; django.setup(); {code}")
        assert done.returncode == 0, done.stderr[-2000:]

    def complaints(self) -> str:
        """What a failed test's reader wants to know: warnings, and events that wait, with why."""
        warnings = [
            f"{log.stem}: {line}"
            for log in sorted(self.logs.glob("*.log"))
            for line in log.read_text(errors="replace").splitlines()
            if WARNING.search(line) and "/health/ready" not in line
        ]
        waiting = self.run("-c", SHOW_WAITING_EVENTS)
        return "\n".join([*warnings[-40:], waiting.stdout or waiting.stderr[-2000:]])

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A program of the project, in the platform's own environment."""
        return run_program(*command, env=self.env)


def run_program(*command: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=env,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


@contextmanager
def running_platform(folder: Path) -> Iterator[Platform]:
    stack = Stack(data_dir=folder, unsafe=True)
    try:
        with without_test_servers():
            copy_settled(folder)
            stack.start()
            platform = Platform.of(stack)
        yield platform
    finally:
        stack.stop()
        forget_outside_folder(folder)
