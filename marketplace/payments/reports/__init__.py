"""Provider's balance reports as files: one reader a format, each a stream of report lines."""

from marketplace.payments.reports.formats import FORMATS, read_report_file
from marketplace.payments.reports.rows import ReportFileInvalid

__all__ = ["FORMATS", "ReportFileInvalid", "read_report_file"]
