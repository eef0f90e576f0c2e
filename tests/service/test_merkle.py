"""The tree over the trail: its roots and proofs, against the definitions and checks of RFC 9162, section 2.1."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.merkle import HEIGHTS, Place, Tree, blocks, node_hash

SIZES = st.integers(1, 700)


def leaf(number: int) -> bytes:
    return hashlib.sha256(b"\x00" + str(number).encode()).digest()


def leaves(size: int) -> dict[Place, bytes]:
    return {(0, number): leaf(number) for number in range(size)}


def plain_root(first: int, last: int) -> bytes:
    """MTH, as section 2.1.1 writes it."""
    if last - first == 1:
        return leaf(first)
    split = 1
    while split * 2 < last - first:
        split *= 2
    return node_hash(plain_root(first, first + split), plain_root(first + split, last))


def included(number: int, size: int, path: list[bytes], root: bytes) -> bool:
    """The check of section 2.1.3.2."""
    fn, sn, found = number, size - 1, leaf(number)
    for other in path:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            found = node_hash(other, found)
            while fn % 2 == 0 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            found = node_hash(found, other)
        fn, sn = fn // 2, sn // 2
    return sn == 0 and found == root


def consistent(old: int, new: int, path: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    """The check of section 2.1.4.2."""
    if old == new:
        return not path and old_root == new_root
    path = [old_root, *path] if old & (old - 1) == 0 else path
    fn, sn = old - 1, new - 1
    while fn % 2:
        fn, sn = fn // 2, sn // 2
    first = second = path[0]
    for other in path[1:]:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            first, second = node_hash(other, first), node_hash(other, second)
            while fn % 2 == 0 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            second = node_hash(second, other)
        fn, sn = fn // 2, sn // 2
    return sn == 0 and first == old_root and second == new_root


@given(SIZES)
def test_a_root_is_that_of_the_definition(size: int) -> None:
    assert Tree(leaves(size)).root(size) == plain_root(0, size)


@given(SIZES, st.data())
def test_every_event_can_be_proven_to_be_in_the_tree_and_nowhere_else(size: int, data: st.DataObject) -> None:
    tree, number = Tree(leaves(size)), data.draw(st.integers(0, size - 1))
    path = tree.inclusion(number, size)
    assert included(number, size, path, tree.root(size))
    elsewhere = data.draw(st.integers(0, size - 1).filter(lambda other: other != number) if size > 1 else st.just(1))
    assert not included(elsewhere, size, path, tree.root(size))


@given(SIZES, st.data())
def test_a_longer_tree_proves_that_it_begins_with_a_shorter_one(new: int, data: st.DataObject) -> None:
    tree, old = Tree(leaves(new)), data.draw(st.integers(1, new))
    assert consistent(old, new, tree.consistency(old, new), tree.root(old), tree.root(new))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=8), st.data())
def test_kept_subtrees_and_a_block_of_leaves_are_enough(steps: list[int], data: st.DataObject) -> None:
    """What is kept as the tree grows, of which only `blocks` is looked up, gives the roots and proofs of the whole."""
    kept: dict[Place, bytes] = {}
    size = 0
    for step in steps:
        old, size = size, size + step
        kept |= {(0, number): leaf(number) for number in range(old, size)}
        kept |= Tree(kept).grown(old, size)

    def known(*at: int) -> Tree:
        wanted = {(height, place) for one in at for height, places in blocks(one, size) for place in places}
        assert len(wanted) <= len(at) * len(HEIGHTS) * 256
        return Tree({place: found for place, found in kept.items() if place in wanted})

    whole, number = Tree(leaves(size)), data.draw(st.integers(0, size - 1))
    assert known(size - 1).root(size) == whole.root(size)
    assert known(number, size - 1).inclusion(number, size) == whole.inclusion(number, size)
    assert known(number, number + 1, size - 1).consistency(number + 1, size) == whole.consistency(number + 1, size)


def test_a_tree_that_lacks_a_hash_says_so() -> None:
    with pytest.raises(KeyError):
        Tree({}).root(3)
