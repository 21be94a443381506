"""The market in which random commands are given: its people, and what has become of their money."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from marketplace.core.actor import Role
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.appointments import BATCH_SIZE
from marketplace.payments.ledger.audit import run_audit
from marketplace.payments.ledger.errors import LedgerError
from marketplace.payments.models import Payment, TopUpLimit
from marketplace.payments.tests import factories as money
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from tests.properties.auditor import Auditor, Deal

AMOUNTS = st.integers(1, 5_000)
CLAIMS = ("claim:", "chargeback:")
BOOKS = """
    SELECT account.code, sum(entry.amount_minor)
      FROM payments_ledger_entry entry JOIN payments_ledger_account account
           ON account.id = entry.account_id
     WHERE account.currency = 'EUR' GROUP BY account.code
"""


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


def books() -> dict[str, int]:
    """What the database says of every account, from the entries alone."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKS)
        return {code: int(total) for code, total in cursor.fetchall()}


def named(totals: Mapping[str, int]) -> tuple[dict[str, int], list[int]]:
    """The accounts that are not at zero; those of chargebacks by amount, as ids differ."""
    of_claims = sorted(t for code, t in totals.items() if code.startswith(CLAIMS) and t)
    return {c: t for c, t in totals.items() if t and not c.startswith(CLAIMS)}, of_claims


def send_all(job: Callable[[], int]) -> None:
    """Until a batch is not full: what was asked about before is due again, and comes first."""
    while job() == BATCH_SIZE:
        pass


@dataclass
class Known:
    """A sale and the refunds and payouts that hang on it, as the auditor's world has them."""

    sale: money.Sale
    deal: Deal
    paid_as: str
    """What the provider calls the payment that is in escrow; nothing for a wallet's."""


class Market(RuleBasedStateMachine):
    provider: ClassVar[FakeProvider]
    reached: ClassVar[Counter[str]]
    """How often what is rare by chance has happened, in all runs."""

    @initialize()
    def open_the_market(self) -> None:
        self.open()

    def open(self) -> None:
        money.set_payout_policy(
            bank_account_wait_hours=0, held_sales_count=0, held_sales_days=0, reserve_bps=0
        )
        TopUpLimit.objects.all().delete()
        self.auditor = Auditor()
        self.auditor.books.update(books())
        self.operator = money.actor_for(money.make_user(Role.ADMIN))
        self.buyers = [money.make_user() for _ in range(2)]
        self.sellers = [money.make_user(Role.SELLER) for _ in range(2)]
        self.accounts = {
            user.pk: money.make_bank_account(user) for user in (*self.buyers, *self.sellers)
        }
        self.sales: list[Known] = []
        self.refunds: list[tuple[UUID, Known, int]] = []
        self.last: Callable[[], Any] | None = None

    @precondition(lambda self: self.last is not None)
    @rule()
    def send_the_last_again(self) -> None:
        before = money.everything()
        assert self.last is not None
        self.last()
        assert money.everything() == before

    # --- what must hold after every step

    @invariant()
    def every_account_holds_what_the_auditor_says(self) -> None:
        assert named(books()) == named(self.auditor.books)

    @invariant()
    def nobody_is_overdrawn(self) -> None:
        owed = (code for code in self.auditor.books if code.endswith((":wallet", ":escrow")))
        assert all(self.auditor.owns(code) >= 0 for code in owed)

    @invariant()
    def every_payment_counts_what_the_auditor_counts(self) -> None:
        for known in self.sales:
            payment = Payment.objects.get(id=known.sale.payment_id)
            deal = known.deal
            assert (payment.released_minor, payment.held_minor, payment.refundable_minor) == (
                deal.released,
                deal.held,
                deal.refundable,
            )

    def teardown(self) -> None:
        report = run_audit()
        bad = [result for result in report.results if result.differences]
        # The provider's side of top-ups, fees and settlements is not played here.
        assert [r.name for r in bad if "providers" not in r.name] == []

    # --- how a command is given

    def any_buyer(self) -> st.SearchStrategy[User]:
        return st.sampled_from(self.buyers)

    def any_seller(self) -> st.SearchStrategy[User]:
        return st.sampled_from(self.sellers)

    def anybody(self) -> st.SearchStrategy[User]:
        return st.sampled_from((*self.buyers, *self.sellers))

    def any_sale(self, data: st.DataObject) -> Known:
        known: Known = data.draw(st.sampled_from(self.sales))
        return known

    def fresh_key(self) -> str:
        return f"key-{new_id()}"

    def give(
        self, command: Callable[[], Any], *, is_allowed: bool, is_repeatable: bool = True
    ) -> bool:
        """Give the command; whether it happens must be what the auditor's world says."""
        before = money.everything()
        refusal: Exception | None = None
        try:
            command()
        except (DomainError, LedgerError) as error:
            refusal = error
        assert (refusal is None) == is_allowed, refusal
        if refusal is not None:
            assert money.everything() == before
            return False
        self.last = command if is_repeatable else None
        return True

    def give_once(self, command: Callable[[], Any], *, is_allowed: bool) -> bool:
        """A command that may happen once: it is refused when it is the last and given again."""

        def again() -> None:
            with pytest.raises(DomainError):
                command()

        happened = self.give(command, is_allowed=is_allowed)
        if happened:
            self.last = again
        return happened
