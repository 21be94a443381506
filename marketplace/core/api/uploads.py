"""How a file reaches a view: in memory, within bounds, and nowhere else.

An upload is in quarantine until ``core.uploads`` has drawn it anew: no byte of it touches a disk
under a name or in a place that anybody could fetch.
"""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from marketplace.core.uploads.files import MAX_BYTES

MAX_BODY_BYTES = MAX_BYTES + 1024**2
"""The largest file, and room for the form around it. All the parts of a form share it."""


class QuarantineUploadHandler(FileUploadHandler):
    """Refuses a form by its length before a byte is read, and keeps its files in memory."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > MAX_BODY_BYTES:
            raise RequestDataTooBig(f"A form of {content_length} bytes.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._content.seek(0)
        return InMemoryUploadedFile(
            self._content,
            self.field_name,
            self.file_name or "",
            self.content_type or "",
            file_size,
            self.charset,
            self.content_type_extra,
        )
