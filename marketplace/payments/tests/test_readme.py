"""What the READMEs list is what the code has."""

import re
from pathlib import Path

from marketplace.payments import events
from marketplace.payments.ledger.accounts import AccountKind
from marketplace.payments.ledger.journals import JournalKind

PAYMENTS = Path(events.__file__).parent
README = (PAYMENTS / "README.md").read_text()
LEDGER_README = (PAYMENTS / "ledger" / "README.md").read_text()


def named_in(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


def row_of(title: str) -> str:
    return next(line for line in README.splitlines() if line.startswith(f"| {title} |"))


def test_every_kind_of_journal_has_its_row() -> None:
    table = README.split("| journal |")[1].split("\n\n")[0]
    rows = {name for line in table.splitlines() for name in named_in(line.split("|")[1:2][0])}
    assert rows == set(JournalKind)


def test_every_event_is_listed() -> None:
    source = (PAYMENTS / "events.py").read_text()
    published = set(re.findall(r'domain_event\("payments\.(\w+)"', source))
    assert named_in(row_of("publishes")) == published


def test_every_kind_of_account_is_in_the_chart() -> None:
    chart = LEDGER_README.split("## Chart of accounts")[1].split("\n\n")[1]
    kinds = {name for line in chart.splitlines()[2:] for name in named_in(line.split("|")[2])}
    expenses = {kind for kind in AccountKind if kind.startswith("expense_")}
    assert kinds | expenses == set(AccountKind)
    for kind in expenses:
        assert kind.removeprefix("expense_") in chart


def test_every_job_is_listed() -> None:
    tasks = (PAYMENTS / "tasks.py").read_text()
    jobs = set(re.findall(r'periodic\(name="payments\.(\w+)"', tasks))
    assert named_in(row_of("jobs")) == jobs
