"""Against the tree of Certificate Transparency's own test data (RFC 6962 reference code)."""

import hashlib

import pytest

from marketplace.payments.seals.merkle import hash_leaf, hash_node, path_of, root_of

# The eight inputs and the roots of their first n, from certificate-transparency's merkle_tree_test.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_the_standard(count: int) -> None:
    assert root_of([hash_leaf(data) for data in INPUTS[:count]]).hex() == ROOTS[count - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root_of([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 8, 33])
def test_every_leaf_has_a_path_to_the_root(count: int) -> None:
    hashes = [hash_leaf(bytes([n])) for n in range(count)]
    for index in range(count):
        assert climb(hashes[index], index, count, path_of(hashes, index)) == root_of(hashes)


def test_there_is_no_path_of_a_leaf_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        path_of([hash_leaf(b"a")], 1)


def climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The verification of RFC 9162 §2.1.3.2, word by word."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        assert sn != 0
        if fn & 1 or fn == sn:
            r = hash_node(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hash_node(r, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return r
