"""The rows of a CSV file, each with the number of its line, and what may be wrong with them."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from marketplace.core.errors import DomainError, ErrorKind
from marketplace.core.money import InvalidMoney, Money, known_currencies

MAX_LINE_BYTES = 65_536
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class ReportFileInvalid(DomainError):
    """Nothing of the file was imported; ``line`` is where it is wrong."""

    code = "report_file_invalid"
    kind = ErrorKind.INVALID
    title = "The report file is not valid"

    def __init__(self, what: str, *, line: int) -> None:
        super().__init__(f"Line {line}: {what}", line=line)


@dataclass(frozen=True, slots=True)
class Row:
    """One record; ``line`` is the line of the file on which it ends, as an editor counts."""

    line: int
    values: Mapping[str, str]

    def text(self, column: str, *, max_length: int = 200) -> str:
        value = self.values.get(column, "").strip()
        if len(value) > max_length:
            raise self.wrong(f"{column} has more than {max_length} characters.")
        if not value.isprintable():
            raise self.wrong(f"{column} holds characters that cannot be printed.")
        return value

    def required(self, column: str, *, max_length: int = 200) -> str:
        if not (value := self.text(column, max_length=max_length)):
            raise self.wrong(f"{column} is empty.")
        return value

    def currency(self, column: str = "currency") -> str:
        value = self.required(column).upper()
        if value not in known_currencies():
            raise self.wrong(f"{value!r} is not an ISO 4217 currency, such as EUR.")
        return value

    def money(self, column: str, currency: str) -> Money:
        """A decimal number in major units: digits, one point at most, a minus sign in front."""
        value = self.required(column)
        digits = value.removeprefix("-").replace(".", "", 1)
        if not (digits.isascii() and digits.isdigit()):
            raise self.wrong(f"{column} is {value!r}, not a decimal number such as -12.50.")
        try:
            return Money.from_decimal(value, currency)
        except InvalidMoney as error:
            raise self.wrong(f"{column}: {error.detail}") from error

    def moment(self, column: str, *, is_utc: bool = False) -> datetime:
        """ISO 8601 with an offset; with ``is_utc`` the column says itself that it is UTC."""
        value = self.required(column)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self.wrong(f"{column} is {value!r}, not a time such as {EXAMPLE}.") from None
        if moment.tzinfo is None:
            if not is_utc:
                raise self.wrong(f"{column} has no offset from UTC; write it as {EXAMPLE}.")
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)

    def wrong(self, what: str) -> ReportFileInvalid:
        return ReportFileInvalid(what, line=self.line)


EXAMPLE = "2026-11-22T10:30:00+00:00"


def read_rows(
    file: BinaryIO, *, required: Sequence[str], known: Sequence[str] = ()
) -> Iterator[Row]:
    """The records of a CSV file in UTF-8, with or without a byte-order mark, one at a time.

    The first line names the columns: all ``required`` ones, and no others than ``known`` when
    that is given. Only one record is in memory. Raises :class:`ReportFileInvalid`.
    """
    lines = _Lines(file)
    reader = csv.reader(lines, strict=True)
    columns = next(_records(reader, lines), None)
    if columns is None:
        raise ReportFileInvalid("The file is empty.", line=1)
    _check_columns([name.strip() for name in columns], required, known)
    for values in _records(reader, lines):
        if not any(values):
            continue
        if len(values) != len(columns):
            what = f"{len(values)} values for {len(columns)} columns."
            raise ReportFileInvalid(what, line=lines.number)
        yield Row(lines.number, dict(zip((name.strip() for name in columns), values, strict=True)))


def _records(reader: Iterator[list[str]], lines: "_Lines") -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise ReportFileInvalid(f"This is no CSV ({error}).", line=lines.number) from error


def _check_columns(columns: Sequence[str], required: Sequence[str], known: Sequence[str]) -> None:
    if missing := [name for name in required if name not in columns]:
        raise ReportFileInvalid(f"The header lacks {', '.join(missing)}.", line=1)
    if known and (strange := [name for name in columns if name not in known]):
        raise ReportFileInvalid(f"The header has unknown columns: {', '.join(strange)}.", line=1)
    if doubled := {name for name in columns if columns.count(name) > 1}:
        raise ReportFileInvalid(f"The header names {', '.join(sorted(doubled))} twice.", line=1)


class _Lines:
    """The file's lines as text, counted; a line that is not UTF-8 is named."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MAX_LINE_BYTES + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) > MAX_LINE_BYTES:
            raise ReportFileInvalid("The line is too long for a report.", line=self.number)
        if self.number == 1:
            if raw.startswith(UTF16_BOMS):
                raise ReportFileInvalid("The file is in UTF-16; save it as UTF-8.", line=1)
            raw = raw.removeprefix(UTF8_BOM)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            what = f"Byte {error.start + 1} is not UTF-8; save the file as UTF-8."
            raise ReportFileInvalid(what, line=self.number) from error
