"""Input that must be refused, drawn from the OpenAPI document for each operation that writes."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.api.operations import Operation, resolved

UNSAFE = (
    ("a bell", "\x07"),
    ("an escape sequence", "\x1b[31m"),
    ("a turn of direction", "\u202e"),
    ("an isolate", "\u2066"),
    ("another line end", "\u2028"),
    ("what is no character", "\ufffe"),
)
NOT_OF_FORMAT = {
    "uuid": ("not-a-uuid", "0198c0de-7a11-7000"),
    "email": ("a", "a@", "@b.example", "a b@c.example", "a@b.example\nBcc: c@d.example"),
    "uri": ("javascript:alert(1)", "data:text/html,x", "//host", "http://", "file:///etc"),
}
NOT_CURRENCIES = ("eur", "EURO", "XXX", "E1R", "\uff25\uff35\uff32")
HUGE_NUMBERS = (10**30, -(10**30), 1e308, 2**63, -(2**63) - 1)
NOT_AMOUNTS = (
    *("NaN", "Infinity", "1e5", "-1", "0", "1,5", "\u0661\u0662", "9" * 40, "0.00001", " 1", "+1"),
)
NOT_IDS = ("0", "not-a-uuid", "null", "..%2f..%2fetc", "'%20OR%201=1", "%ff", "x" * 300)
NOT_KEYS = (None, "", " ", "k" * 256, "ключ", "a\tb", "\x7f")
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Attempt:
    """One request that is wrong in one way. ``fields``: one of them is named in the answer."""

    wrong: str
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str | None] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def bodies(operation: Operation, good: Any) -> Iterator[Attempt]:
    """Every wrong body for an operation that takes one."""
    if operation.body_schema() is None:
        return
    schema = resolved(operation.body_schema() or {})
    if operation.about["requestBody"].get("required"):
        yield Attempt("no body", codes=("invalid_input", "parse_error"))
    for value in ([], [1], "text", 5, True):
        yield Attempt(f"a body of {json.dumps(value)}", dumped(value))
    whole = dumped(good or {})
    yield from unreadable(whole)
    yield Attempt("text/plain", whole, "text/plain", codes=("unsupported_media_type",))
    yield Attempt("XML", b"<a/>", "application/xml", codes=("unsupported_media_type",))
    form = "application/x-www-form-urlencoded"
    yield Attempt("a form", b"a=1", form, codes=("unsupported_media_type",))
    yield Attempt(
        "an unknown member",
        dumped({**(good or {}), "nobody_reads_this": 1}),
        fields=("nobody_reads_this",),
    )
    if not isinstance(good, dict):
        return
    for name in good:
        yield Attempt(
            f"{name} twice",
            whole[:-1] + b"," + dumped(name) + b":" + dumped(good[name]) + b"}",
            codes=("parse_error",),
        )
    for name in schema.get("required", ()):
        without = {key: value for key, value in good.items() if key != name}
        yield Attempt(f"without {name}", dumped(without), fields=(name,))
    for where, wrong, value in members(good, schema):
        yield Attempt(f"{where} {wrong}", dumped(value), fields=(where,))


def unreadable(whole: bytes) -> Iterator[Attempt]:
    """Bodies that are no JSON, or more of it than we take."""
    codes = ("parse_error",)
    yield Attempt("cut off", whole[:-1], codes=codes)
    yield Attempt("not UTF-8", b'{"a": "\xff\xfe"}', codes=codes)
    yield Attempt("UTF-16", whole.decode().encode("utf-16"), codes=codes)
    yield Attempt("single quotes", b"{'a': 1}", codes=codes)
    yield Attempt("a comment", b"{} // done", codes=codes)
    yield Attempt("two bodies", whole + whole, codes=codes)
    yield Attempt("not a number", b'{"a": NaN}', codes=codes)
    yield Attempt("half a pair", b'{"a": "\\ud800"}', codes=codes)
    yield Attempt("NUL, escaped", b'{"a": "\\u0000"}', codes=codes)
    yield Attempt("NUL, raw", b'{"a": "\x00"}', codes=codes)
    yield Attempt("very deep", b'{"a":' * 5000 + b"1" + b"}" * 5000, codes=codes)
    yield Attempt("deep", b'{"a":' * 600 + b"1" + b"}" * 600)
    yield Attempt("over the limit", b'{"a": "' + b"x" * 2**20 + b'"}', codes=("body_too_large",))


def members(good: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Where, what is wrong there, and the whole body with it: for each member with a schema."""
    for name, given in schema.get("properties", {}).items():
        about, is_nullable = plain(given)
        for wrong, value in values(about, is_nullable):
            yield name, wrong, {**good, name: value}
        if about.get("type") == "object" and "properties" in about:
            inner = good.get(name) or first_example(about)
            for where, wrong, value in members(inner, about):
                yield f"{name}.{where}", wrong, {**good, name: value}
        if about.get("type") == "array":
            item, _ = plain(about["items"])
            for wrong, value in values(item, False):
                yield f"{name}[0]", f"an item {wrong}", {**good, name: [value]}
            if good.get(name) and "properties" in item:
                for where, wrong, value in members(good[name][0], item):
                    yield f"{name}[0].{where}", wrong, {**good, name: [value]}


def values(about: dict[str, Any], is_nullable: bool) -> Iterator[tuple[str, Any]]:
    """Values that do not fit, by what the document says of the member."""
    kind = about.get("type")
    if not is_nullable and kind:
        yield "null", None
    by_kind = {
        "string": texts,
        "integer": numbers,
        "number": numbers,
        "boolean": switches,
        "array": lists,
        "object": objects,
    }
    if kind in by_kind:
        yield from by_kind[kind](about)


def texts(about: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (("a number", 7), ("true", True), ("a list", ["a"]), ("an object", {"a": 1}))
    if about.get("format") == "binary":
        return
    yield from ((f"with {wrong}", f"a{mark}b") for wrong, mark in UNSAFE)
    if "maxLength" in about:
        yield "too long", "x" * (about["maxLength"] + 1)
    if about.get("minLength"):
        yield "empty", ""
        yield "blank", "   "
    if "enum" in about:
        yield "of no such choice", "NOBODY_CHOOSES_THIS"
    for value in (*NOT_OF_FORMAT.get(about.get("format", ""), ()), *of_no_pattern(about)):
        yield f"{value[:20]!r}", value


def of_no_pattern(about: dict[str, Any]) -> tuple[str, ...]:
    pattern = about.get("pattern", "")
    if "[0-9]{1,15}" in pattern:
        return NOT_AMOUNTS
    return NOT_CURRENCIES if pattern == "^[A-Z]{3}$" else ()


def numbers(about: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (("a text", "7"), ("true", True), ("a list", [1]), ("a fraction", 1.5))
    for value in HUGE_NUMBERS:
        yield f"{value:g}", value
    if "minimum" in about:
        yield "too small", about["minimum"] - 1
    if "maximum" in about:
        yield "too large", about["maximum"] + 1


def lists(about: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (("a text", "text"), ("an object", {"a": 1}), ("a number", 1))
    if about.get("minItems"):
        yield "empty", []


def plain(about: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema without references and alternatives, and whether it may be null."""
    about = resolved(copy.copy(about))
    is_nullable = False
    for way in ("oneOf", "anyOf", "allOf"):
        if way in about:
            options = [resolved(option) for option in about[way]]
            is_nullable |= any(option.get("type") == "null" for option in options)
            options = [option for option in options if option.get("type") != "null"]
            about = {**options[0], **{k: v for k, v in about.items() if k != way}}
            # Empty or of a form: empty is allowed.
            if any(option.get("maxLength") == 0 for option in options[1:]):
                about["minLength"] = 0
    if isinstance(about.get("type"), list):
        is_nullable |= "null" in about["type"]
        about["type"] = next(kind for kind in about["type"] if kind != "null")
    return about, is_nullable


def switches(about: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (("a word", "yes"), ("a number", 1), ("a list", []))


def objects(about: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (("a text", "text"), ("a list", [1]), ("a number", 1))


def first_example(about: dict[str, Any]) -> dict[str, Any]:
    return {name: "KE" if "country" in name else "a" for name in about.get("required", ())}


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def addresses(operation: Operation) -> Iterator[Attempt]:
    for name in sorted(operation.parameter_names("path")):
        for bad in NOT_IDS:
            yield Attempt(f"{name} is {bad[:20]}", path={name: bad}, codes=("*",))


def keys(operation: Operation) -> Iterator[Attempt]:
    if "Idempotency-Key" not in operation.parameter_names("header"):
        return
    for key in NOT_KEYS:
        missing = "missing" if key is None else f"{key[:10]!r}"
        yield Attempt(
            f"Idempotency-Key {missing}",
            headers={"Idempotency-Key": key},
            codes=("idempotency_key_missing", "idempotency_key_invalid"),
        )


def versions(operation: Operation) -> Iterator[Attempt]:
    if "If-Match" in operation.parameter_names("header"):
        for tag in ('"999999"', "3", '"x"', 'W/"3"', "", '"1", "2"', "x" * 5000):
            yield Attempt(f"If-Match {tag[:12]}", headers={"If-Match": tag}, codes=("*",))
