"""The Merkle tree over a chain of events: roots, and proofs that can be checked without us. Pure.

As in RFC 9162, section 2.1: a leaf is SHA-256(0x00 || event), a node SHA-256(0x01 || left || right), and a tree of n
leaves splits at the largest power of two below n. Hashes of complete subtrees are kept at every eighth height, so
that a root or a proof needs a few hundred of them, however long the chain is.
"""

from __future__ import annotations

import hashlib
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

HEIGHTS = (0, 8, 16, 24)  # of the subtrees whose hashes are kept; 0 are the leaves
BLOCK = 256  # hashes of one kept height below one of the next

Place = tuple[int, int]
"""A complete subtree: its height, and how many of that height stand left of it."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def blocks(leaf: int, size: int) -> Iterator[tuple[int, range]]:
    """Which kept hashes a root or a proof at `leaf` (from 0) needs in a tree of `size`: heights, and places there."""
    for height in HEIGHTS:
        first = (leaf >> height + 8) << 8
        last = min(first + BLOCK, size >> height)
        if first < last:
            yield height, range(first, last)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of which enough `known` hashes are at hand for what is asked (`blocks`). KeyError where they are not."""

    known: Mapping[Place, bytes]

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves, at least one."""
        return self._hash(0, size)

    def inclusion(self, leaf: int, size: int) -> list[bytes]:
        """The proof that `leaf` (from 0) is in the tree of `size`: the audit path of section 2.1.3.1."""
        return self._path(leaf, 0, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` begins with that of `old`, 0 < old <= new: section 2.1.4.1."""
        return self._subproof(old, 0, new, whole=True)

    def grown(self, old: int, new: int) -> dict[Place, bytes]:
        """The subtrees of kept heights that became complete as the tree grew from `old` to `new` leaves."""
        grown: dict[Place, bytes] = {}
        tree = Tree(ChainMap(grown, dict(self.known)))
        for height in HEIGHTS[1:]:
            for place in range(old >> height, new >> height):
                grown[height, place] = tree._hash(place << height, (place + 1) << height)
        return grown

    def _hash(self, first: int, last: int) -> bytes:
        height = (last - first).bit_length() - 1
        complete = last - first == 1 << height and first % (1 << height) == 0
        if complete and (kept := self.known.get((height, first >> height))) is not None:
            return kept
        if height == 0:
            raise KeyError((0, first))
        middle = first + _left(last - first)
        return node_hash(self._hash(first, middle), self._hash(middle, last))

    def _path(self, leaf: int, first: int, last: int) -> list[bytes]:
        if last - first == 1:
            return []
        middle = first + _left(last - first)
        if leaf < middle:
            return [*self._path(leaf, first, middle), self._hash(middle, last)]
        return [*self._path(leaf, middle, last), self._hash(first, middle)]

    def _subproof(self, old: int, first: int, last: int, *, whole: bool) -> list[bytes]:
        if old == last:
            return [] if whole else [self._hash(first, last)]
        middle = first + _left(last - first)
        if old <= middle:
            return [*self._subproof(old, first, middle, whole=whole), self._hash(middle, last)]
        return [*self._subproof(old, middle, last, whole=False), self._hash(first, middle)]


def _left(leaves: int) -> int:
    """How many leaves stand left of the root of a tree of so many: the largest power of two below."""
    return 1 << ((leaves - 1).bit_length() - 1)
