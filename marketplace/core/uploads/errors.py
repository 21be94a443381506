"""What may be wrong with an upload."""

from marketplace.core.errors import DomainError, ErrorKind


class UploadRefused(DomainError):
    """``reason`` is stable: empty, too_large, unknown_format, trailing_data, too_many_pixels,
    too_small, animated, encrypted, too_many_pages, too_expensive, damaged."""

    code = "upload_refused"
    kind = ErrorKind.INVALID
    title = "The file cannot be accepted"

    def __init__(self, reason: str, detail: str, *, field: str = "file") -> None:
        self.reason = reason
        super().__init__(detail, fields={field: [detail]}, reason=reason)


class UploadQuotaUsedUp(DomainError):
    """Each person may send so many files and bytes a day, good or bad."""

    code = "upload_quota_used_up"
    kind = ErrorKind.LIMITED
    title = "You have uploaded as much as one can in a day"


class UploadsBusy(DomainError):
    """Other files are being checked; nothing was stored."""

    code = "uploads_busy"
    kind = ErrorKind.UNAVAILABLE
    title = "Too many files are being checked now; try again in a moment"
