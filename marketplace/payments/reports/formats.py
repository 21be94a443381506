from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from marketplace.payments.providers.protocol import ReportLine
from marketplace.payments.reports.generic_csv import read_generic
from marketplace.payments.reports.stripe_csv import read_stripe

Reader = Callable[[BinaryIO], Iterator[tuple[int, ReportLine]]]

FORMATS: Mapping[str, Reader] = {"generic": read_generic, "stripe": read_stripe}
"""A further format is one module and one line here."""


def read_report_file(file: BinaryIO, file_format: str) -> Iterator[tuple[int, ReportLine]]:
    """Each line of the report with its number in the file, one at a time."""
    return FORMATS[file_format](file)
