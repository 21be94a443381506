"""The proof file of a sale: docs/proof-format.md says what it holds and how it is checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from marketplace.core import clock
from marketplace.core.security import signing as keys
from marketplace.payments.errors import NotSealedYet, ProofUnavailable
from marketplace.payments.models import Seal, SealLeaf
from marketplace.payments.seals.disclosure import (
    Sale,
    Viewer,
    concerns,
    shown_of_event,
    shown_of_journal,
)
from marketplace.payments.seals.headers import document
from marketplace.payments.seals.leaves import (
    NO_LEAF,
    canonical,
    commit,
    event_members,
    journal_members,
    leaf_hash,
    member_salt,
    moment,
)
from marketplace.payments.seals.merkle import path_of
from marketplace.payments.seals.trail import read_trail

FORMAT = "fairhold-proof/1"
STATEMENT_FORMAT = "fairhold-statement/1"


def build_proof(*, sale: Sale, viewer: Viewer) -> dict[str, Any]:
    """The sale's trail as ``viewer`` may see it, with its way to the signed roots.

    Raises NotSealedYet while nothing of it is sealed, and ProofUnavailable where a row is not what
    was sealed: a file that proves nothing is not handed out.
    """
    trail = read_trail(payment_id=sale.payment_id, order_id=sale.order_id)
    if not trail.leaves:
        raise NotSealedYet
    paths = _Paths()
    leaves, unsealed, left_out = [], 0, 0
    previous = NO_LEAF
    for event in trail.events:
        leaf = trail.leaves.get((event.stream_id, event.version))
        if leaf is None:
            unsealed += 1
            continue
        members = event_members(event, previous_leaf=previous)
        shown = shown_of_event(event, viewer=viewer, sale=sale)
        leaves.append(_leaf(leaf, members, shown, trail.seal_of(leaf), paths))
        previous = bytes(leaf.hash)
    for journal in trail.journals:
        leaf = trail.leaves.get((journal.id, 0))
        if not concerns(journal, viewer=viewer, sale=sale):
            left_out += 1
        elif leaf is None:
            unsealed += 1
        else:
            shown = shown_of_journal(journal, viewer=viewer, sale=sale)
            members = journal_members(journal)
            leaves.append(_leaf(leaf, members, shown, trail.seal_of(leaf), paths))
    used = {leaf["seal"] for leaf in leaves}
    seals = [seal for seal in trail.seals if seal.number in used]
    statement = {
        "format": STATEMENT_FORMAT,
        "issuer": settings.PUBLIC_URL,
        "issued_at": moment(clock.now()),
        "viewer": str(viewer),
        "payment_id": str(sale.payment_id),
        "order_id": str(sale.order_id),
        "leaves": [leaf["hash"] for leaf in leaves],
        "seals": [bytes(seal.hash).hex() for seal in seals],
        "unsealed": unsealed,
        "left_out": left_out,
    }
    return _signed(statement, leaves, seals)


def _signed(
    statement: dict[str, Any], leaves: list[dict[str, Any]], seals: Sequence[Seal]
) -> dict[str, Any]:
    statement["key_id"] = next(iter(keys.public_keys()))
    _, signature = keys.sign(canonical(statement))
    known = keys.public_keys()
    used = {statement["key_id"], *(seal.key_id for seal in seals)}
    return {
        "format": FORMAT,
        "statement": statement,
        "statement_signature": signature.hex(),
        "leaves": leaves,
        "seals": [document(seal) for seal in seals],
        "keys": [
            {"key_id": key_id, "public_key": public.hex()}
            for key_id, public in known.items()
            if key_id in used
        ],
    }


class _Paths:
    """The leaf hashes of each seal, read once."""

    def __init__(self) -> None:
        self._hashes: dict[int, list[bytes]] = {}

    def path(self, seal: Seal, position: int) -> list[str]:
        if seal.number not in self._hashes:
            self._hashes[seal.number] = self._read(seal)
        hashes = self._hashes[seal.number]
        return [one.hex() for one in path_of(hashes, position - seal.first_position)]

    def _read(self, seal: Seal) -> list[bytes]:
        leaves = SealLeaf.objects.filter(
            position__gte=seal.first_position, position__lt=seal.next_position
        )
        return [bytes(one) for one in leaves.order_by("position").values_list("hash", flat=True)]


def _leaf(
    leaf: SealLeaf, members: Mapping[str, Any], shown: frozenset[str], seal: Seal, paths: _Paths
) -> dict[str, Any]:
    salt = bytes(leaf.salt)
    commitments = commit(members, salt)
    if leaf_hash(leaf.kind, commitments) != bytes(leaf.hash):
        raise ProofUnavailable
    written: dict[str, dict[str, Any]] = {}
    for name, commitment in commitments.items():
        written[name] = {"commitment": commitment.hex()}
        if name in shown:
            written[name] |= {"value": members[name], "salt": member_salt(salt, name).hex()}
    return {
        "kind": leaf.kind,
        "position": leaf.position,
        "seal": seal.number,
        "members": written,
        "hash": bytes(leaf.hash).hex(),
        "path": paths.path(seal, leaf.position),
    }
