from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser


class RawBodyParser(BaseParser):
    """Leaves the body alone, whatever its type: a signature covers the bytes as they came."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Mapping[Any, Any]:
        return {}
