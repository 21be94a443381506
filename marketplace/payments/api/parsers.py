from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser


class RawBodyParser(BaseParser):
    """Leaves the body alone, whatever its type: a signature covers the bytes as they came."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],  # noqa: ARG002 - left for the view, which reads the bytes themselves
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Mapping[Any, Any]:
        return {}
