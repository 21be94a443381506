"""The operations of the OpenAPI document, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    about: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def body_schema(self, media_type: str = "application/json") -> dict[str, Any] | None:
        content = self.about.get("requestBody", {}).get("content", {})
        if media_type not in content:
            return None
        schema: dict[str, Any] = content[media_type]["schema"]
        return schema

    def parameter_names(self, place: str) -> set[str]:
        return {p["name"] for p in self.about.get("parameters", ()) if p["in"] == place}


@cache
def read_document() -> Document:
    """Through the renderer: what a client reads, not what Python holds."""
    document = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    rendered: Document = orjson.loads(OpenApiJsonRenderer().render(document))
    return rendered


def operations() -> Iterator[Operation]:
    for path, methods in read_document()["paths"].items():
        for method, about in methods.items():
            yield Operation(path, method, about)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference names."""
    while "$ref" in schema:
        schema = read_document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema
