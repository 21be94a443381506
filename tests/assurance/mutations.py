"""Check the checker: take one protection out of the code, and some test must fail.

A mutation that no test notices means that nobody would notice its loss either. Each is tried on a
copy of the sources; the sources themselves are never touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTEST_FOUND_FAILURES = 1
LIMIT_SECONDS = 600

LEDGER = "marketplace/payments/ledger/tests"
PAYMENTS = "marketplace/payments/tests/services"
ORDERS = "marketplace/orders/tests/services"
USERS = "marketplace/users/tests"
TAKEOVER = "tests/assurance/test_social_takeover.py"


@dataclass(frozen=True, slots=True)
class Mutation:
    """``before`` stands in ``file`` once; ``tests`` must notice when it becomes ``after``."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        return ROOT / self.file


MUTATIONS = (
    Mutation(
        "the lock on an account's balance",
        "marketplace/payments/ledger/sql/rules.sql",
        "WHERE account_id = a.id FOR NO KEY UPDATE) b ON true",
        "WHERE account_id = a.id) b ON true",
        (f"{LEDGER}/test_concurrency.py",),
    ),
    Mutation(
        "the order in which accounts are locked",
        "marketplace/payments/ledger/sql/rules.sql",
        "WHERE id = ANY (NEW.account_ids) ORDER BY id OFFSET 0) a",
        "WHERE id = ANY (NEW.account_ids) ORDER BY md5(id || NEW.id::text) OFFSET 0) a",
        (f"{LEDGER}/test_concurrency.py",),
    ),
    Mutation(
        "the journal's unique business key",
        "marketplace/payments/ledger/sql/post.sql",
        "SELECT p_journal_id, p_kind, p_business_key, p_reference_id,",
        "SELECT p_journal_id, p_kind, p_business_key || p_journal_id, p_reference_id,",
        (f"{LEDGER}/test_concurrency.py", f"{LEDGER}/test_posting.py"),
    ),
    Mutation(
        "the lock on a payment",
        "marketplace/payments/repositories/payments.py",
        "Payment.objects.select_for_update(no_key=True).filter(order_id=order_id).first()",
        "Payment.objects.filter(order_id=order_id).first()",
        (f"{PAYMENTS}/test_at_the_same_time.py",),
    ),
    Mutation(
        "the lock on an order",
        "marketplace/orders/repositories/orders.py",
        "Order.objects.select_for_update(no_key=True).filter(id=order_id).first()\n"
        "        if order is None or party_of(order, actor) is None:",
        "Order.objects.filter(id=order_id).first()\n"
        "        if order is None or party_of(order, actor) is None:",
        (f"{ORDERS}/test_two_at_once.py",),
    ),
    Mutation(
        "the lock on stock",
        "marketplace/products/repositories/products.py",
        "Product.objects.select_for_update(no_key=True)\n        .filter(id__in=set(product_ids))",
        "Product.objects.filter(id__in=set(product_ids))",
        ("marketplace/products/tests", f"{ORDERS}/test_two_at_once.py"),
    ),
    Mutation(
        "the request's idempotency key",
        "marketplace/core/api/idempotency.py",
        "VALUES (%s, %s, %s, '{{}}', clock_timestamp(), %s,",
        "VALUES (%s, %s::text || gen_random_uuid(), %s, '{{}}', clock_timestamp(), %s,",
        ("marketplace/core/tests/api/test_idempotency.py",),
    ),
    Mutation(
        "the cap on refunds",
        "marketplace/payments/services/refund_order.py",
        "if amount.amount_minor > payment.refundable_minor:",
        "if amount.amount_minor > payment.captured_minor:",
        (f"{PAYMENTS}/test_refund_order.py",),
    ),
    Mutation(
        "what the bank has of money in suspense",
        "marketplace/payments/repositories/captures_in_suspense.py",
        "return came - taken - Money(",
        "return came - Money(",
        (f"{PAYMENTS}/test_second_payment_taken_back.py",),
    ),
    Mutation(
        "the rounding of a commission that is taken in parts",
        "marketplace/payments/slices.py",
        "return (2 * dividend + divisor) // (2 * divisor)",
        "return dividend // divisor",
        ("marketplace/payments/tests/test_slices.py", f"{PAYMENTS}/test_refund_order.py"),
    ),
    Mutation(
        "the outbox row",
        "marketplace/core/events/outbox.py",
        "VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '')",
        "SELECT %s, %s, %s, %s, %s, %s, %s, 0, '' WHERE false",
        ("marketplace/core/tests/events",),
    ),
    Mutation(
        "the inbox row",
        "marketplace/core/events/delivery.py",
        '"VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"',
        '"VALUES (%s, %s, %s) ON CONFLICT (consumer, event_id) DO UPDATE SET handled_at = now()"',
        ("marketplace/core/tests/events/test_delivery.py",),
    ),
    Mutation(
        "the nonce of a sign-in by a provider",
        "marketplace/users/api/social_flow.py",
        'if not hmac.compare_digest(str(proof.get("nonce", "")).encode(), nonce.encode()):',
        "if not proof:",
        (f"{USERS}/test_social_flow.py",),
    ),
    Mutation(
        "one person in the token and in the user's data",
        "marketplace/users/api/social_flow.py",
        'if not isinstance(told.get("sub"), str) or told["sub"] != proof["sub"]:',
        "if not told:",
        (f"{USERS}/test_social_flow.py",),
    ),
    Mutation(
        "who began a flow that connects",
        "marketplace/users/api/social_sign_in.py",
        'if kept is None or (kept["provider"], kept["by"]) != (name, by):',
        "if kept is None:",
        (TAKEOVER,),
    ),
    Mutation(
        "an address that only who runs its mail can prove",
        "marketplace/users/social_identity.py",
        'return domain in trusted or "*" in trusted',
        "return True",
        (TAKEOVER,),
    ),
    Mutation(
        "the refusal of read-only members",
        "marketplace/core/api/input.py",
        "if name not in self.fields or self.fields[name].read_only",
        "if name not in self.fields",
        ("tests/access/test_read_only_fields.py",),
    ),
)


def is_noticed(mutation: Mutation) -> bool:
    """Whether the tests fail on a copy of the sources that lacks the protection."""
    with copy_of_sources() as folder:
        target = folder / mutation.file
        target.write_text(target.read_text().replace(mutation.before, mutation.after))
        return _run(folder, mutation.tests) == PYTEST_FOUND_FAILURES


def passes_unchanged(tests: Sequence[str]) -> bool:
    """The same tests on a copy with nothing taken out: else their failure would say nothing."""
    with copy_of_sources() as folder:
        return _run(folder, tests) == 0


@contextmanager
def copy_of_sources() -> Iterator[Path]:
    """Every file that git knows of, as it is now, in a folder that is deleted afterwards."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with tempfile.TemporaryDirectory(prefix="fairhold-mutation-") as name:
        # The test database's account must be able to pass through.
        folder = Path(name)
        folder.chmod(0o755)
        for relative in filter(None, listed.stdout.decode().split("\0")):
            source, target = ROOT / relative, folder / relative
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        yield folder


def _run(folder: Path, tests: Sequence[str]) -> int:
    # Without the parent's servers: each copy migrates a database of its own.
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-x", *tests]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder)},
        check=False,
        capture_output=True,
        timeout=LIMIT_SECONDS,
    )
    return done.returncode
