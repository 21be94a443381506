"""What is wrong with a proof file, in words.

Written from docs/proof-format.md and sharing no code with the sealer, so that a mistake in one
shows in the other.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from marketplace.payments.verify.shape import Document, label, shape_faults

PROOF, STATEMENT, SEAL, LEAF = (
    f"fairhold-{name}/1" for name in ("proof", "statement", "seal", "leaf")
)
NO_LEAF = "00" * 32


def verify(document: Document, trusted: Sequence[str] = ()) -> list[str]:
    """Everything that is wrong with the file, in words; nothing when it is valid.

    ``trusted`` are public keys in hexadecimal; without any, the file's own keys are taken.
    """
    if faults := list(shape_faults(document)):
        return faults
    keys = {key["key_id"]: key["public_key"] for key in document["keys"]}
    seals = {seal["number"]: seal for seal in document["seals"]}
    faults = [
        *key_faults(document["keys"], trusted),
        *(fault for seal in document["seals"] for fault in seal_faults(seal, keys)),
        *link_faults(document["seals"]),
    ]
    for number, leaf in enumerate(document["leaves"], start=1):
        faults += leaf_faults(leaf, label(leaf, number), seals)
    if not faults:
        # Of what is proven to be as it was sealed; anything else has been named already.
        faults += story_faults(document)
    faults += statement_faults(document, keys)
    return list(dict.fromkeys(faults))


def key_faults(keys: Sequence[Document], trusted: Sequence[str]) -> Iterator[str]:
    for key in keys:
        if key["key_id"] != hashlib.sha256(bytes.fromhex(key["public_key"])).hexdigest()[:16]:
            yield f"key {key['key_id']} was altered: its id is not that of its public key"
        if trusted and key["public_key"] not in trusted:
            yield f"key {key['key_id']} is none of the public keys that you trust"


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except InvalidSignature:
        return False
    return True


def seal_faults(seal: Document, keys: Mapping[str, str]) -> Iterator[str]:
    name = f"seal {seal['number']}"
    header = canonical({k: v for k, v in seal.items() if k not in ("hash", "signature")})
    if hashlib.sha256(header).hexdigest() != seal["hash"]:
        yield f"{name} was altered: its hash is not that of what it says"
    if seal["format"] != SEAL:
        yield f"{name} was altered: its format is {seal['format']!r}"
    if seal["key_id"] not in keys:
        yield f"{name} was altered, or its key: no key {seal['key_id']} is in the file"
    elif not is_signed(header, seal["signature"], keys[seal["key_id"]]):
        yield f"{name}: the signature is not that of key {seal['key_id']} over this seal"


def link_faults(seals: Sequence[Document]) -> Iterator[str]:
    """Of seals that follow one another; others are tied by their signatures and their numbers."""
    by_number: dict[int, Document] = {}
    for seal in seals:
        known = by_number.setdefault(seal["number"], seal)
        if known["hash"] != seal["hash"]:
            yield f"seal {seal['number']} is there twice, with different contents"
    for number, seal in sorted(by_number.items()):
        before = by_number.get(number - 1)
        if before and seal["previous_hash"] != before["hash"]:
            yield f"seal {number} does not name the hash of seal {number - 1}"
        if before and seal["first_position"] != before["first_position"] + before["leaf_count"]:
            yield f"seal {number} does not begin where seal {number - 1} ends"


def leaf_faults(leaf: Document, name: str, seals: Mapping[int, Document]) -> Iterator[str]:
    commitments = {}
    for member, written in leaf["members"].items():
        commitments[member] = written["commitment"]
        if "value" in written and commitment_of(written) != written["commitment"]:
            yield f"{name}: member {member} was altered"
    data = canonical({"format": LEAF, "kind": leaf["kind"], "members": commitments})
    computed = hashlib.sha256(b"\x00" + data).digest()
    if computed.hex() != leaf["hash"]:
        yield f"{name} was altered: a member, its kind or its hash does not fit"
    seal = seals.get(leaf["seal"])
    if seal is None:
        yield f"{name}: seal {leaf['seal']}, which it names, is not in the file"
    elif not reaches_root(bytes.fromhex(leaf["hash"]), leaf, seal):
        yield f"{name}: its place, its path or the root of seal {leaf['seal']} was altered"


def commitment_of(written: Document) -> str:
    data = b"\x02" + bytes.fromhex(written["salt"]) + canonical(written["value"])
    return hashlib.sha256(data).hexdigest()


def reaches_root(computed: bytes, leaf: Document, seal: Document) -> bool:
    """RFC 9162 §2.1.3.2."""
    index, last = leaf["position"] - seal["first_position"], seal["leaf_count"] - 1
    if not 0 <= index <= last:
        return False
    for text in leaf["path"]:
        if last == 0:
            return False
        sibling = bytes.fromhex(text)
        if index & 1 or index == last:
            computed = hashlib.sha256(b"\x01" + sibling + computed).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            computed = hashlib.sha256(b"\x01" + computed + sibling).digest()
        index, last = index >> 1, last >> 1
    return last == 0 and computed.hex() == str(seal["root"])


def value_of(leaf: Document, member: str) -> Any:
    written = leaf["members"].get(member)
    return written.get("value") if isinstance(written, dict) else None


def story_faults(document: Document) -> Iterator[str]:
    statement, leaves = document["statement"], document["leaves"]
    previous, expected = NO_LEAF, 1
    for number, leaf in enumerate(leaves, start=1):
        name = label(leaf, number)
        if leaf["kind"] != "event":
            yield from journal_faults(leaf, name)
            continue
        if value_of(leaf, "stream_id") != statement["payment_id"]:
            yield f"{name}: it is of another payment than the statement names"
        if value_of(leaf, "version") != expected:
            yield f"{name}: event {expected} should stand here; one is missing or moved"
        elif value_of(leaf, "previous_leaf") != previous:
            yield f"{name}: it does not follow the event before it"
        order_id = value_of(leaf, "payload.order_id")
        if order_id is not None and order_id != statement["order_id"]:
            yield f"{name}: it is of another order than the statement names"
        previous, expected = leaf["hash"], expected + 1


def journal_faults(leaf: Document, name: str) -> Iterator[str]:
    """Of legs that are all shown; where one is hidden, nothing can be summed."""
    totals: dict[str, int] = {}
    for leg in legs_of(leaf):
        if leg is None:
            return
        totals[leg["currency"]] = totals.get(leg["currency"], 0) + leg["amount_minor"]
    if any(totals.values()):
        yield f"{name}: its legs do not sum to zero"


def legs_of(leaf: Document) -> list[Document | None]:
    """The legs in order; None for one that is not shown."""
    names = sorted(
        (name for name in leaf["members"] if re.fullmatch(r"leg\.\d+", name)),
        key=lambda name: int(name[4:]),
    )
    return [value_of(leaf, name) for name in names]


def statement_faults(document: Document, keys: Mapping[str, str]) -> Iterator[str]:
    statement = document["statement"]
    for member in ("leaves", "seals"):
        told, found = statement[member], [one["hash"] for one in document[member]]
        for number in range(max(len(told), len(found))):
            if told[number : number + 1] != found[number : number + 1]:
                yield (
                    f"{member[:-1].replace('leave', 'leaf')} #{number + 1} in the file is not the "
                    "one that the statement names there"
                )
                break
    if statement["format"] != STATEMENT:
        yield f"the statement was altered: its format is {statement['format']!r}"
    if statement["key_id"] not in keys:
        yield f"the statement or its key was altered: no key {statement['key_id']} is in the file"
    elif not is_signed(
        canonical(statement), document["statement_signature"], keys[statement["key_id"]]
    ):
        yield "the statement (issuer, time, viewer, order, counts) or its signature was altered"


def canonical(value: Any) -> bytes:
    """JSON with sorted members, without spaces, in UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")
