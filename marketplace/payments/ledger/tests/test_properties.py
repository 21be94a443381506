"""Random journals against an independent model: the same answers, the same balances, always."""

from collections import defaultdict
from uuid import UUID

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.accounts import Account
from marketplace.payments.ledger.audit import run_audit
from marketplace.payments.ledger.balances import get_balances
from marketplace.payments.ledger.checks import LEDGER_CHECKS
from marketplace.payments.ledger.errors import (
    AccountNamedTwice,
    BusinessKeyReused,
    InsufficientFunds,
    JournalUnbalanced,
    LedgerError,
    ReversalNotExact,
)
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import Leg, PostedJournal, post_journal
from marketplace.payments.ledger.reversal import reverse_journal
from marketplace.payments.ledger.tests.books import entries_of

REFERENCE = UUID(int=1)
ACCOUNTS = [
    accounts.psp_clearing("sandbox", "EUR"),
    accounts.revenue_commission("EUR"),
    accounts.order_escrow(UUID(int=2), "EUR"),
    accounts.order_escrow(UUID(int=3), "EUR"),
    accounts.user_wallet(UUID(int=4), "EUR"),
    accounts.seller_receivable(UUID(int=4), "EUR"),
    accounts.user_wallet(UUID(int=4), "JPY"),
    accounts.fx("EUR", "JPY"),
]
# The model's own knowledge of the chart, written down a second time on purpose.
GROWS_BY_DEBIT = {ACCOUNTS[0], ACCOUNTS[5]}
MAY_GO_NEGATIVE = {ACCOUNTS[0], ACCOUNTS[1], ACCOUNTS[7]}

Wanted = tuple[Account, int]

legs = st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.integers(-30, 60)), min_size=1, max_size=4)


class Books(RuleBasedStateMachine):
    """The model: a dictionary of balances and a dictionary of journals by key."""

    def __init__(self) -> None:
        super().__init__()
        self.balances: dict[Account, int] = defaultdict(int)
        self.journals: dict[str, tuple[Wanted, ...]] = {}
        self.ids: dict[str, UUID] = {}
        self.reversed: set[str] = set()
        self.example = transaction.atomic()
        self.example.__enter__()

    def expected_error(self, key: str, wanted: list[Wanted]) -> type[LedgerError] | None:
        totals: dict[str, int] = defaultdict(int)
        for account, amount in wanted:
            totals[account.currency] += amount
        if len(wanted) < 2 or any(totals.values()):
            return JournalUnbalanced
        if len({account for account, _ in wanted}) != len(wanted):
            return AccountNamedTwice
        if key in self.journals:
            return None if self.journals[key] == tuple(wanted) else BusinessKeyReused
        if any(
            self.after(account, amount) < 0
            for account, amount in wanted
            if account not in MAY_GO_NEGATIVE
        ):
            return InsufficientFunds
        return JournalUnbalanced if any(amount == 0 for _, amount in wanted) else None

    def after(self, account: Account, amount: int) -> int:
        return self.balances[account] + (amount if account in GROWS_BY_DEBIT else -amount)

    def apply(self, wanted: list[Wanted]) -> None:
        for account, amount in wanted:
            self.balances[account] = self.after(account, amount)

    @rule(wanted=legs, number=st.integers(0, 40), balanced=st.booleans())
    def post(self, wanted: list[Wanted], number: int, balanced: bool) -> None:
        if balanced:
            wanted = _balance(wanted)
        self._post(f"key {number}", wanted)

    @rule(number=st.integers(0, 40))
    def replay(self, number: int) -> None:
        key = f"key {number}"
        if key in self.journals:
            self._post(key, list(self.journals[key]))

    def _post(self, key: str, wanted: list[Wanted]) -> None:
        expected = self.expected_error(key, wanted)
        is_new = key not in self.journals
        posted: PostedJournal | None = None
        refusal: type[LedgerError] | None = None
        try:
            with transaction.atomic():
                posted = post_journal(
                    kind=JournalKind.CORRECTION,
                    business_key=key,
                    reference_id=REFERENCE,
                    legs=[Leg(account, amount) for account, amount in wanted],
                )
        except LedgerError as error:
            refusal = type(error)
        assert refusal is expected
        if posted is None:
            return
        assert posted.created == is_new
        if not is_new:
            assert posted.id == self.ids[key]
            return
        self.apply(wanted)
        self.journals[key], self.ids[key] = tuple(wanted), posted.id
        for entry, (account, _) in zip(entries_of(posted), wanted, strict=True):
            if entry.account_version is not None:
                assert entry.balance_after_minor == self.balances[account]

    @rule(number=st.integers(0, 40))
    def reverse(self, number: int) -> None:
        key = f"key {number}"
        if key not in self.journals:
            return
        opposite = [(account, -amount) for account, amount in self.journals[key]]
        already = key in self.reversed
        short = any(
            self.after(account, amount) < 0
            for account, amount in opposite
            if account not in MAY_GO_NEGATIVE
        )
        try:
            with transaction.atomic():
                posted = reverse_journal(self.ids[key], "random")
        except InsufficientFunds:
            assert short
            assert not already
            return
        assert posted.created != already
        if not already:
            self.reversed.add(key)
            self.apply(opposite)

    @invariant()
    def the_balances_are_those_of_the_model(self) -> None:
        found = get_balances(ACCOUNTS)
        assert found == {a: Money(self.balances[a], a.currency) for a in ACCOUNTS}

    def teardown(self) -> None:
        try:
            # Random journals move money between two orders, which no command does.
            checks = {k: v for k, v in LEDGER_CHECKS.items() if not k.startswith("orders:")}
            report = run_audit(checks=checks)
            assert report.is_clean, [result for result in report.results if result.differences]
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)


def _balance(wanted: list[Wanted]) -> list[Wanted]:
    """The same legs with amounts that sum to zero in each currency, where there are two."""
    result = []
    for currency in ("EUR", "JPY"):
        part = [leg for leg in wanted if leg[0].currency == currency]
        if part:
            rest = -sum(amount for _, amount in part[:-1])
            result += [*part[:-1], (part[-1][0], rest)]
    return result


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_random_journals_agree_with_an_independent_model() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_a_reversal_of_a_reversal_is_refused() -> None:
    with transaction.atomic():
        posted = post_journal(
            kind=JournalKind.CORRECTION,
            business_key="once",
            reference_id=new_id(),
            legs=[Leg(ACCOUNTS[0], 5), Leg(ACCOUNTS[1], -5)],
        )
        reversal = reverse_journal(posted.id, "wrong")
        assert reverse_journal(posted.id, "wrong again").id == reversal.id
    with pytest.raises(ReversalNotExact), transaction.atomic():
        reverse_journal(reversal.id, "changed my mind")
