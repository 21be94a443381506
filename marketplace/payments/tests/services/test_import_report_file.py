"""``import_report_file``: a provider's balance report from a CSV file."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.payments.models import ProviderBalance, ProviderReport, ProviderReportLine
from marketplace.payments.reports import ReportFileInvalid
from marketplace.payments.services import ImportedFile, import_report_file
from marketplace.payments.tests.factories import actor_for, make_user

pytestmark = pytest.mark.django_db
HEADER = "line_id,kind,object_id,reference,amount,currency,occurred_at"
GOOD = "txn_1,PAYMENT,pay_1,,100.00,EUR,2026-11-20T10:00:00+00:00"
STRIPE_HEADER = (
    "balance_transaction_id,created_utc,created,available_on_utc,currency,gross,fee,net,"
    "reporting_category,source_id,description,payment_metadata[reference]"
)
STRIPE = (
    "txn_1,2026-11-20 10:00:00,2026-11-20 11:00:00,2026-11-27 00:00:00,"
    'eur,100.00,1.75,98.25,charge,ch_1,"A lamp, with shade",attempt-1'
)


@pytest.fixture
def operator() -> Actor:
    return actor_for(make_user(Role.ADMIN))


def upload(
    operator: Actor, *rows: str, file_format: str = "generic", raw: bytes | None = None
) -> ImportedFile:
    body = raw if raw is not None else "\n".join(rows).encode()
    return import_report_file(
        provider="sandbox",
        file_format=file_format,
        file=io.BytesIO(body),
        name="november.csv",
        actor=operator,
    )


def kept() -> list[tuple[str, str, str, int, str]]:
    rows = ProviderReportLine.objects.order_by("id")
    return list(rows.values_list("line_id", "kind", "object_id", "amount_minor", "currency"))


def test_a_generic_file_is_kept_line_by_line(operator: Actor) -> None:
    done = upload(
        operator,
        HEADER,
        GOOD,
        "",
        "txn_2,refund,re_1,,-10.5,eur,2026-11-20T11:00:00Z",
        "txn_3,PAYOUT,,0199-x,-1250,JPY,2026-11-21T01:00:00+02:00",
    )
    assert done == ImportedFile(new=3, known=0)
    assert kept() == [
        ("txn_1", "PAYMENT", "pay_1", 10_000, "EUR"),
        ("txn_2", "REFUND", "re_1", -1_050, "EUR"),
        ("txn_3", "PAYOUT", "", -1_250, "JPY"),
    ]
    covers = ProviderReport.objects.get().covers_until
    assert covers is not None
    assert covers.isoformat() == "2026-11-20T23:00:00+00:00"


def test_a_stripe_file_gives_the_gross_amount_and_the_fee(operator: Actor) -> None:
    upload(
        operator,
        STRIPE_HEADER,
        STRIPE,
        "txn_2,2026-11-21 10:00:00,,,eur,-100.00,20.00,-120.00,dispute,dp_1,,attempt-1",
        "txn_3,2026-11-21 11:00:00,,,eur,-4.00,0.00,-4.00,other_adjustment,adj_1,,",
        file_format="stripe",
    )
    assert kept() == [
        ("txn_1", "PAYMENT", "ch_1", 10_000, "EUR"),
        ("txn_1:fee", "FEE", "ch_1", -175, "EUR"),
        ("txn_2", "CHARGEBACK", "dp_1", -10_000, "EUR"),
        ("txn_2:fee", "CHARGEBACK_FEE", "dp_1", -2_000, "EUR"),
        ("txn_3", "OTHER", "adj_1", -400, "EUR"),
    ]
    references = ProviderReportLine.objects.order_by("id").values_list("reference", flat=True)
    assert list(references) == ["attempt-1", "attempt-1", "", "", ""]


def test_a_stripe_file_of_payouts_is_read_too(operator: Actor) -> None:
    upload(
        operator,
        "payout_id,effective_at_utc,currency,balance_transaction_id,gross,fee,net,reporting_category",
        "po_1,2026-11-22 00:00:00,eur,txn_9,-98.25,0.00,-98.25,payout",
        file_format="stripe",
    )
    assert kept() == [("txn_9", "SETTLEMENT", "po_1", -9_825, "EUR")]


def test_a_byte_order_mark_and_windows_line_ends_are_read(operator: Actor) -> None:
    raw = b"\xef\xbb\xbf" + f"{HEADER}\r\n{GOOD}\r\n".encode()
    assert upload(operator, raw=raw).new == 1


def test_a_file_that_was_imported_before_adds_only_what_is_new(operator: Actor) -> None:
    upload(operator, HEADER, GOOD)
    more = GOOD.replace("txn_1", "txn_2")
    assert upload(operator, HEADER, GOOD, more) == ImportedFile(new=1, known=1)
    assert ProviderBalance.objects.get().lines_minor == 20_000


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        ([], 1, "empty"),
        (["line_id,amount"], 1, "lacks kind"),
        ([HEADER + ",colour", GOOD + ",red"], 1, "unknown columns: colour"),
        ([HEADER.replace("reference", "kind")], 1, "lacks reference"),
        ([HEADER, GOOD, "txn_2,PAYMENT"], 3, "2 values for 7 columns"),
        ([HEADER, GOOD.replace("100.00", "100,00")], 2, "8 values for 7 columns"),
        ([HEADER, GOOD.replace("100.00", "1e3")], 2, "not a decimal number"),
        ([HEADER, GOOD.replace("100.00", "100.005")], 2, "2 decimal places"),
        ([HEADER, GOOD.replace("100.00", "0.00")], 2, "zero"),
        ([HEADER, GOOD.replace("100.00", "99999999999999999999")], 2, "too large"),
        ([HEADER, GOOD.replace("EUR", "EURO")], 2, "ISO 4217"),
        ([HEADER, GOOD.replace("PAYMENT", "PRESENT")], 2, "PRESENT"),
        ([HEADER, GOOD.replace("pay_1", "")], 2, "could not be matched"),
        ([HEADER, GOOD.replace("txn_1", "")], 2, "line_id is empty"),
        ([HEADER, GOOD.replace("+00:00", "")], 2, "no offset"),
        ([HEADER, GOOD.replace("2026-11-20", "20.11.2026")], 2, "not a time"),
        ([HEADER, GOOD, "", GOOD], 4, "twice"),
        ([HEADER, GOOD.replace("pay_1", "p" * 201)], 2, "more than 200"),
        ([HEADER, GOOD.replace("pay_1", "pay\x00_1")], 2, ""),
        ([HEADER, GOOD.replace("pay_1", '"pay_1"x')], 2, "no CSV"),
        ([HEADER, "x" * 70_000], 2, "too long"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_nothing_is_kept(
    operator: Actor, rows: list[str], line: int, words: str
) -> None:
    with pytest.raises(ReportFileInvalid, match=f"^Line {line}: .*{words}") as refusal:
        upload(operator, *rows)
    assert refusal.value.extra == {"line": line}
    assert not ProviderReportLine.objects.exists()
    assert not ProviderBalance.objects.exists()
    assert not ProviderReport.objects.exists()


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (f"{HEADER}\n{GOOD}".encode("utf-16"), 1, "UTF-16"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('pay_1', 'Zürich')}".encode("latin-1"), 3, "not UTF-8"),
    ],
)
def test_another_encoding_is_named_with_its_line(
    operator: Actor, raw: bytes, line: int, words: str
) -> None:
    with pytest.raises(ReportFileInvalid, match=f"^Line {line}: .*{words}"):
        upload(operator, raw=raw)
    assert not ProviderReportLine.objects.exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (STRIPE.replace("98.25", "98.24"), "gross less fee is not net"),
        (STRIPE.replace("2026-11-20 10:00:00", ""), "created_utc is empty"),
        (STRIPE.replace("ch_1", ""), "source_id is empty"),
        (STRIPE.replace("charge", ""), "reporting_category is empty"),
    ],
)
def test_a_wrong_line_of_stripe_is_named(operator: Actor, row: str, words: str) -> None:
    with pytest.raises(ReportFileInvalid, match=f"^Line 2: .*{words}"):
        upload(operator, STRIPE_HEADER, row, file_format="stripe")
    assert not ProviderReportLine.objects.exists()


def test_a_line_that_says_something_else_than_before_is_refused(operator: Actor) -> None:
    upload(operator, HEADER, GOOD)
    with pytest.raises(ReportFileInvalid, match=r"Line 3: .*imported before"):
        upload(operator, HEADER, GOOD.replace("txn_1", "txn_2"), GOOD.replace("100.00", "100.01"))
    assert len(kept()) == 1


def test_a_line_doubled_far_apart_is_found(operator: Actor) -> None:
    rows = [GOOD.replace("txn_1", f"txn_{number}") for number in range(4_500)]
    with pytest.raises(ReportFileInvalid, match=r"Line 4502: .*'txn_7' is in the file twice"):
        upload(operator, HEADER, *rows, rows[7])
    assert not ProviderReportLine.objects.exists()


class Endless(io.RawIOBase):
    """A file of many lines that is nowhere as a whole."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines = lines

    def readline(self, size: int | None = -1, /) -> bytes:
        return next(self.lines, b"")


def test_a_huge_file_is_read_line_by_line(operator: Actor) -> None:
    def lines() -> Iterator[bytes]:
        yield f"{HEADER}\n".encode()
        for number in range(20_000):
            yield f"{GOOD.replace('txn_1', f'txn_{number}')}\n".encode()

    tracemalloc.start()
    done = import_report_file(
        provider="sandbox",
        file_format="generic",
        file=Endless(lines()),  # type: ignore[arg-type]
        name="huge.csv",
        actor=operator,
    )
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.new == 20_000
    assert peak_bytes < 16_000_000


def test_it_takes_an_operator_a_provider_and_a_format(operator: Actor) -> None:
    arguments = {"provider": "sandbox", "file_format": "generic", "name": "x", "actor": operator}
    for changes, refusal in (
        ({"actor": actor_for(make_user())}, Forbidden),
        ({"provider": "nobody"}, NotFound),
        ({"file_format": "pdf"}, InvalidInput),
    ):
        with pytest.raises(refusal):
            import_report_file(file=io.BytesIO(b""), **{**arguments, **changes})  # type: ignore[arg-type]
    assert not ProviderReport.objects.exists()
