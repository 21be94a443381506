"""What a proof file looks like; every member is known, and none is left out."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Document = dict[str, Any]


def a_hash(value: Any, size: int = 32) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(rf"[0-9a-f]{{{size * 2}}}", value))


def a_text(value: Any) -> bool:
    return isinstance(value, str)


def a_number(value: Any) -> bool:
    return type(value) is int and value >= 0


def hashes(value: Any) -> bool:
    return isinstance(value, list) and all(a_hash(one) for one in value)


def a_signature(value: Any) -> bool:
    return a_hash(value, 64)


def a_list(value: Any) -> bool:
    return isinstance(value, list)


def an_object(value: Any) -> bool:
    return isinstance(value, dict)


Shape = Mapping[str, Callable[[Any], bool]]
FILE_SHAPE: Shape = {
    "format": a_text,
    "statement": an_object,
    "statement_signature": a_signature,
    "leaves": a_list,
    "seals": a_list,
    "keys": a_list,
}
STATEMENT_SHAPE: Shape = {
    **dict.fromkeys(("format", "issuer", "issued_at", "viewer"), a_text),
    **dict.fromkeys(("payment_id", "order_id", "key_id"), a_text),
    **dict.fromkeys(("leaves", "seals"), hashes),
    **dict.fromkeys(("unsealed", "left_out"), a_number),
}
LEAF_SHAPE: Shape = {
    "kind": a_text,
    **dict.fromkeys(("position", "seal"), a_number),
    "members": an_object,
    "hash": a_hash,
    "path": hashes,
}
SEAL_SHAPE: Shape = {
    **dict.fromkeys(("format", "sealed_at", "key_id"), a_text),
    **dict.fromkeys(("number", "first_position", "leaf_count"), a_number),
    **dict.fromkeys(("root", "previous_hash", "hash"), a_hash),
    "signature": a_signature,
}
KEY_SHAPE: Shape = {"key_id": a_text, "public_key": a_hash}
SHOWN: Shape = {"commitment": a_hash, "salt": a_hash, "value": lambda _: True}
HIDDEN: Shape = {"commitment": a_hash}


def shape_faults(document: Document) -> Iterator[str]:
    if faults := list(misshapen("the file", document, FILE_SHAPE)):
        yield from faults
        return
    yield from misshapen("the statement", document["statement"], STATEMENT_SHAPE)
    for number, seal in enumerate(document["seals"], start=1):
        yield from misshapen(f"seal #{number} in the file", seal, SEAL_SHAPE)
    for number, key in enumerate(document["keys"], start=1):
        yield from misshapen(f"key #{number} in the file", key, KEY_SHAPE)
    for number, leaf in enumerate(document["leaves"], start=1):
        name = f"leaf #{number} in the file"
        if faults := list(misshapen(name, leaf, LEAF_SHAPE)):
            yield from faults
            continue
        for member, written in leaf["members"].items():
            shape = SHOWN if isinstance(written, dict) and len(written) > 1 else HIDDEN
            where = f"{label(leaf, number)}: member {member}"
            yield from misshapen(where, written, shape)


def misshapen(name: str, value: Any, shape: Shape) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{name} was altered: it is not an object"
        return
    for member in value.keys() - shape.keys():
        yield f"{name} was altered: {member!r} does not belong there"
    for member, fits in shape.items():
        if member not in value:
            yield f"{name} was altered: {member!r} is missing"
        elif not fits(value[member]):
            yield f"{name} was altered: {member!r} is not what it should look like"


def label(leaf: Document, number: int) -> str:
    """A leaf by what it says of itself and by its place in the file."""
    told = {
        name: written.get("value")
        for name, written in leaf["members"].items()
        if isinstance(written, dict)
    }
    if leaf["kind"] == "event":
        return f"event {told.get('version')} ({told.get('type')}), leaf #{number} in the file"
    return f"journal {told.get('id')} ({told.get('kind')}), leaf #{number} in the file"
