"""The proof file: what it shows to whom, and that the verifier alone finds every alteration."""

import copy
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from marketplace.core.errors import NotFound
from marketplace.core.security import signing as keys
from marketplace.payments.errors import NotSealedYet, ProofUnavailable
from marketplace.payments.queries import get_payment_proof
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    hold,
    make_sale,
    make_user,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.seals.books import finished_sale, seal_all, tampered
from marketplace.payments.verify.__main__ import main
from marketplace.payments.verify.checks import verify

pytestmark = pytest.mark.django_db(transaction=True)
MUTATIONS = 100
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def sale(provider: FakeProvider) -> Sale:
    """Sealed three leaves at a time, with another sale in between."""
    hold(make_sale(), provider)
    sale = finished_sale(provider)
    hold(make_sale(), provider)
    seal_all(limit=3)
    return sale


def proof_for(sale: Sale, who: str) -> dict[str, Any]:
    proof = get_payment_proof(payment_id=sale.payment_id, actor=actor_for(getattr(sale, who)))
    document: dict[str, Any] = json.loads(json.dumps(proof))
    return document


def written(folder: Path, document: Any, name: str = "proof.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(document))
    return file


def run_alone(*arguments: object) -> tuple[int, str]:
    """As anybody would: another process, nothing in its environment, no database."""
    done = subprocess.run(
        [sys.executable, "-m", "marketplace.payments.verify", *map(str, arguments)],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("who", ["buyer", "seller"])
def test_the_verifier_alone_says_valid_and_what_is_proven(
    sale: Sale, who: str, tmp_path: Path
) -> None:
    file = written(tmp_path, proof_for(sale, who))
    public = next(iter(keys.public_keys().values())).hex()
    code, said = run_alone(file, "--public-key", public)
    assert code == 0, said
    assert said.startswith("VALID")
    for told in (str(sale.order_id), str(sale.payment_id), "escrow_hold", "escrow_release"):
        assert told in said
    assert f"100.00 EUR  order:{sale.order_id}:escrow" in said
    assert ("90.00 EUR" in said) is (who == "seller")
    assert "sealed 20" in said


def test_the_buyer_never_sees_the_commission_nor_the_sellers_wallet(sale: Sale) -> None:
    text = json.dumps(proof_for(sale, "buyer"))
    for private in ("revenue:commission", f"user:{sale.seller.pk}", "rate_bps", "return_to"):
        assert private not in text
    shown = shown_values(proof_for(sale, "buyer"))
    assert not {"payload.commission_minor", "payload.net_minor"} & shown


def test_neither_sees_addresses_keys_or_the_others_private_data(sale: Sale) -> None:
    for who in ("buyer", "seller"):
        proof = proof_for(sale, who)
        text = json.dumps(proof)
        for private in (sale.buyer.email, sale.seller.email, "shop.test", "key-1"):
            assert private not in text
        hidden = {"hashes", "xact_id", "metadata", "request_id", "stated"}
        assert not hidden & shown_values(proof)


def shown_values(proof: dict[str, Any]) -> set[str]:
    return {
        name
        for leaf in proof["leaves"]
        for name, member in leaf["members"].items()
        if "value" in member
    }


def test_strangers_get_nothing(sale: Sale) -> None:
    with pytest.raises(NotFound):
        get_payment_proof(payment_id=sale.payment_id, actor=actor_for(make_user()))


def test_before_the_first_seal_there_is_nothing_to_prove(provider: FakeProvider) -> None:
    with pytest.raises(NotSealedYet):
        proof_for(make_sale(), "buyer")


def test_what_is_newer_than_the_last_seal_is_counted_and_left_out(provider: FakeProvider) -> None:
    sale = make_sale()
    seal_all()
    hold(sale, provider)
    proof = proof_for(sale, "buyer")
    assert len(proof["leaves"]) == 1
    assert proof["statement"]["unsealed"] >= 4
    assert verify(proof) == []


def test_a_row_that_was_altered_is_not_proven(sale: Sale) -> None:
    with tampered() as cursor:
        cursor.execute(
            "UPDATE payments_ledger_entry SET amount_minor = amount_minor + 1 WHERE reference_id"
            " = %s",
            [sale.order_id],
        )
        with pytest.raises(ProofUnavailable):
            proof_for(sale, "buyer")


def test_after_a_rotation_old_seals_are_still_proven(sale: Sale, tmp_path: Path) -> None:
    old = next(iter(keys.public_keys().values()))
    new_key = "bmV3IGtleSwgbmV3IGtleSwgbmV3IGtleSwgMTIzNDU="
    import base64

    with override_settings(SEAL_KEYS=[new_key], SEAL_PUBLIC_KEYS=[base64.b64encode(old).decode()]):
        proof = proof_for(sale, "buyer")
        assert len(proof["keys"]) == 2
        assert verify(proof) == []


def test_100_random_mutations_are_100_named(
    sale: Sale, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    proofs = [proof_for(sale, who) for who in ("buyer", "seller")]
    named: Counter[str] = Counter()
    for number in range(MUTATIONS):
        proof = copy.deepcopy(proofs[number % 2])
        where, expected = mutate(chance, proof)
        capsys.readouterr()
        code = main([str(written(tmp_path, proof))])
        said = capsys.readouterr().out
        assert code == (2 if where == ("format",) else 1), (seed, where, said)
        assert any(name in said for name in expected), (seed, where, expected, said)
        named[str(where[0])] += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{MUTATIONS} mutations, {named.total()} named, seed {seed}: {named}\n")


Path_ = tuple[Any, ...]


def mutate(chance: random.Random, proof: dict[str, Any]) -> tuple[Path_, list[str]]:
    """Alters one place at random; where, and the words of which one must be said."""
    if chance.random() < 0.2:
        kind = chance.choice(["leaves", "seals"])
        number = chance.randrange(len(proof[kind]))
        name = expected_names(proof, (kind, number))
        del proof[kind][number]
        return (kind, number), [*name, f"{'leaf' if kind == 'leaves' else 'seal'} #{number + 1}"]
    where = chance.choice(list(places(proof)))
    names = expected_names(proof, where)
    *parents, last = where
    holder: Any = proof
    for step in parents:
        holder = holder[step]
    holder[last] = another(chance, holder[last])
    return where, names


def places(value: Any, path: Path_ = ()) -> Any:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))
    else:
        yield path


def another(chance: random.Random, value: Any) -> Any:
    if isinstance(value, str) and value:
        place = chance.randrange(len(value))
        other = chance.choice([c for c in "0123456789abcdef" if c != value[place]])
        return value[:place] + other + value[place + 1 :]
    if isinstance(value, bool) or value is None or value == "":
        return "x"
    return value + chance.choice([-1, 1, 1_000_000])


def expected_names(proof: dict[str, Any], where: Path_) -> list[str]:
    kind = where[0]
    if kind == "leaves":
        leaf = f"leaf #{where[1] + 1} in the file"
        members = proof["leaves"][where[1]]["members"]
        if len(where) > 3 and where[2] == "members" and "value" in members[where[3]]:
            return [f"{leaf}: member {where[3]} was altered", f"{leaf}: member {where[3]}"]
        return [leaf]
    if kind == "seals":
        return [f"seal {proof['seals'][where[1]]['number']}", f"seal #{where[1] + 1} in the file"]
    if kind == "keys":
        return ["key "]
    if kind == "format":
        return ["its format is"]
    if len(where) > 1 and where[1] in {"leaves", "seals"}:
        return [f"{'leaf' if where[1] == 'leaves' else 'seal'} #{where[2] + 1} in the file"]
    return ["the statement"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "UNREADABLE"),
        ("[]", "its format is None"),
        ('{"format": "fairhold-proof/9"}', "fairhold-proof/9"),
        ('{"format": "fairhold-proof/1", "format": "fairhold-proof/1"}', "there twice"),
        ('{"format": "fairhold-proof/1", "x": NaN}', "NaN"),
        ("[" * 100_000, "UNREADABLE"),
    ],
)
def test_what_is_no_proof_file_is_unreadable(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text(content)
    assert main([str(file)]) == 2
    assert said in capsys.readouterr().out


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    code, said = run_alone(tmp_path / "none.json")
    assert (code, said.split(":")[0]) == (2, "UNREADABLE")


def test_a_member_more_or_less_is_named(sale: Sale) -> None:
    proof = proof_for(sale, "buyer")
    proof["leaves"][2]["note"] = "paid in full"
    assert any("'note' does not belong there" in fault for fault in verify(proof))
    proof = proof_for(sale, "buyer")
    del proof["seals"][0]["root"]
    assert verify(proof) == ["seal #1 in the file was altered: 'root' is missing"]


def test_a_trail_cut_short_is_named(sale: Sale) -> None:
    """Every leaf that is left is proven; that one is missing, only the statement knows."""
    proof = proof_for(sale, "seller")
    proof["leaves"].pop()
    assert any("leaf #" in fault for fault in verify(proof))


def test_a_file_made_with_another_key_is_not_trusted(sale: Sale, tmp_path: Path) -> None:
    file = written(tmp_path, proof_for(sale, "buyer"))
    code, said = run_alone(file, "--public-key", "ab" * 32)
    assert code == 1
    assert "none of the public keys that you trust" in said


def test_files_of_one_chain_agree(sale: Sale, tmp_path: Path) -> None:
    files = [written(tmp_path, proof_for(sale, who), f"{who}.json") for who in ("buyer", "seller")]
    code, said = run_alone(*files, "--chain")
    assert code == 0
    assert "ONE CHAIN: 2 files agree" in said


def test_files_of_two_histories_do_not(sale: Sale, tmp_path: Path) -> None:
    """The platform that shows each party another past is found by putting two files together."""
    first = written(tmp_path, proof_for(sale, "buyer"), "first.json")
    with tampered() as cursor:
        cursor.execute("DELETE FROM payments_seal_leaf")
        cursor.execute("DELETE FROM payments_seal")
        other = rewritten(sale)
    second = written(tmp_path, other, "second.json")
    code, said = run_alone(first, second, "--chain")
    assert code == 1
    assert "NOT ONE CHAIN" in said


def rewritten(sale: Sale) -> dict[str, Any]:
    """Sealed once more from the beginning, inside the test's transaction."""
    from unittest.mock import patch

    from marketplace.payments.seals import sealer
    from marketplace.payments.seals.sealer import seal_events

    with (
        patch.object(sealer, "in_transaction", lambda: False),
        patch.object(sealer, "HORIZON", "SELECT '9223372036854775807'"),
    ):
        while seal_events(limit=3):
            pass
    return proof_for(sale, "seller")
