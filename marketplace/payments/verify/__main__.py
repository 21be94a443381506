"""The command line. Exit code: 0 valid, 1 altered, 2 unreadable."""

import argparse
import base64
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from marketplace.payments.verify.checks import PROOF, link_faults, verify
from marketplace.payments.verify.report import report
from marketplace.payments.verify.shape import Document

VALID, ALTERED, UNREADABLE = 0, 1, 2
MAX_FILE_BYTES = 64 * 1024 * 1024


class Unreadable(Exception):
    """Not a proof file at all."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    documents: list[Document] = []
    codes = []
    for name in options.files:
        try:
            document = read(Path(name))
        except Unreadable as error:
            _say(f"UNREADABLE: {name}: {error}")
            codes.append(UNREADABLE)
            continue
        codes.append(_judge(name, document, options.public_key))
        documents.append(document)
    if options.chain and max(codes) == VALID:
        codes.append(_judge_chain(documents))
    return max(codes)


def read(path: Path) -> Document:
    """The file as an object; raises Unreadable."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Unreadable(f"larger than {MAX_FILE_BYTES} bytes")
        document = json.loads(
            path.read_bytes(), object_pairs_hook=_without_twins, parse_constant=_no_constant
        )
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    if not isinstance(document, dict) or document.get("format") != PROOF:
        given = document.get("format") if isinstance(document, dict) else None
        raise Unreadable(f"its format is {given!r}, not {PROOF!r}")
    return document


def _judge(name: str, document: Document, trusted: Sequence[str]) -> int:
    try:
        faults = verify(document, trusted)
        lines = [] if faults else list(report(document))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        faults, lines = [f"a member is not what it should look like ({error})"], []
    if faults:
        _say(f"ALTERED: {name}")
        for fault in faults:
            _say(f"  {fault}")
        return ALTERED
    _say(f"VALID: {name}")
    for line in lines:
        _say(f"  {line}" if line else "")
    if not trusted:
        _say("  The keys stand in the file itself: compare them with those the platform publishes.")
    return VALID


def _judge_chain(documents: Sequence[Document]) -> int:
    faults = list(link_faults([seal for one in documents for seal in one["seals"]]))
    for fault in faults:
        _say(f"NOT ONE CHAIN: {fault}")
    if not faults:
        numbers = {seal["number"] for one in documents for seal in one["seals"]}
        _say(f"ONE CHAIN: {len(documents)} files agree on {len(numbers)} seals")
    return ALTERED if faults else VALID


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m marketplace.payments.verify",
        description="Says whether a proof file is as it was issued, or what was altered.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--public-key",
        action="append",
        default=[],
        type=_public_key,
        metavar="KEY",
        help="a key that you trust, hexadecimal or base64; may be given several times",
    )
    parser.add_argument(
        "--chain", action="store_true", help="also hold the seals of the files against one another"
    )
    return parser


def _public_key(given: str) -> str:
    try:
        key = bytes.fromhex(given)
    except ValueError:
        try:
            key = base64.b64decode(given, validate=True)
        except ValueError:
            key = b""
    if len(key) != 32:
        raise argparse.ArgumentTypeError("a public key has 32 bytes, hexadecimal or base64")
    return key.hex()


def _without_twins(pairs: list[tuple[str, Any]]) -> Document:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a member is there twice")
    return document


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
