"""Entries, texts and lists of rows packed into arrays, so that a million of them fit in memory and can be shared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from watchlist.records import Entry, EntryDocument, EntryName, NameKind

Rows = NDArray[np.int32]
Arrays = dict[str, NDArray[Any]]

_LISTS = ("dates_of_birth", "nationalities", "mother_names", "father_names")
_SCALARS = ("sex", "instruction", "reference", "provenance", "valid_from", "valid_until")
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_KINDS = tuple(NameKind)
_KIND_AT = {kind: at for at, kind in enumerate(_KINDS)}


def pack_entry(entry: Entry) -> bytes:
    """An entry as compact JSON, by position; the same entry always gives the same bytes."""
    names = [
        [name.text, _KIND_AT[name.kind], name.script]
        if name.script
        else ([name.text, _KIND_AT[name.kind]] if _KIND_AT[name.kind] else name.text)
        for name in entry.names
    ]
    documents = [[item.number, item.kind, item.issuing_state] for item in entry.documents]
    lists = [getattr(entry, field) for field in _LISTS]
    scalars = [getattr(entry, field) for field in _SCALARS]
    while scalars and scalars[-1] is None:
        scalars.pop()
    packed = [entry.id, entry.list, entry.kind, names, documents, lists, *scalars]
    return _JSON.encode(packed).encode()


def unpack_entry(packed: bytes) -> Entry:
    """The entry that ``pack_entry`` packed."""
    id_, list_, kind, names, documents, lists, *scalars = json.loads(packed)
    fields: dict[str, Any] = dict(zip(_SCALARS, scalars, strict=False))
    fields |= zip(_LISTS, map(tuple, lists), strict=True)
    return Entry(
        id=id_,
        list=list_,
        kind=kind,
        names=tuple([EntryName(name) if isinstance(name, str) else _name(*name) for name in names]),
        documents=tuple([EntryDocument(*item) for item in documents]),
        **fields,
    )


def _name(text: str, kind: int, script: str | None = None) -> EntryName:
    return EntryName(text, _KINDS[kind], script)


def hash_of(text: str) -> int:
    """The number under which a text is filed."""
    return crc32(text.encode())


class Texts:
    """Many byte strings in one array."""

    __slots__ = ("blob", "ends")

    def __init__(self, arrays: Arrays, name: str) -> None:
        self.blob: NDArray[np.uint8] = arrays[name]
        self.ends: NDArray[np.int64] = arrays[f"{name}.ends"]

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, at: int) -> bytes:
        return self.blob[self.ends[at] : self.ends[at + 1]].tobytes()

    def all(self) -> list[str]:
        """Every string, decoded."""
        blob, ends = self.blob.tobytes(), self.ends.tolist()
        return [blob[start:stop].decode() for start, stop in pairwise(ends)]


def texts(name: str, parts: Sequence[bytes]) -> Arrays:
    """The arrays of ``Texts``."""
    return {
        name: np.frombuffer(b"".join(parts), np.uint8),
        f"{name}.ends": np.cumsum([0, *map(len, parts)], dtype=np.int64),
    }


class Postings:
    """Which numbers (rows, or tokens) each hash is filed with: sorted hashes, and their numbers side by side."""

    __slots__ = ("hashes", "rows", "starts")

    def __init__(self, arrays: Arrays, name: str) -> None:
        self.hashes: NDArray[np.uint32] = arrays[name]
        self.starts: NDArray[np.int64] = arrays[f"{name}.starts"]
        self.rows: Rows = arrays[f"{name}.rows"]

    def rows_of(self, hashes: Iterable[int]) -> list[Rows]:
        """The numbers filed under each hash that is found."""
        wanted = np.fromiter(hashes, np.uint32)
        if not len(self.hashes) or not len(wanted):
            return []
        places = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        found = places[self.hashes[places] == wanted]
        starts, stops = self.starts[found].tolist(), self.starts[found + 1].tolist()
        return [self.rows[start:stop] for start, stop in zip(starts, stops, strict=True)]


def postings(name: str, hashes: NDArray[np.uint32], rows: NDArray[Any]) -> Arrays:
    """The arrays of ``Postings`` over pairs of hash and number, in any order; repeats count once."""
    pairs = unique_pairs(hashes, rows)
    found, starts = np.unique(pairs >> np.uint64(32), return_index=True)
    rows = (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)
    starts = np.append(starts, len(pairs)).astype(np.int64)
    return {name: found.astype(np.uint32), f"{name}.starts": starts, f"{name}.rows": rows}


def unique_pairs(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.uint64]:
    """Pairs of numbers below 2**32 as one number each, sorted, each once."""
    pairs = first.astype(np.uint64)
    pairs <<= np.uint64(32)
    np.bitwise_or(pairs, second, out=pairs, dtype=np.uint64, casting="unsafe")
    pairs.sort()
    fresh = np.ones(len(pairs), np.bool_)
    np.not_equal(pairs[1:], pairs[:-1], out=fresh[1:])
    return pairs[fresh]


def ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each start on, as many as its count, one range after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total, dtype=np.int64) + np.repeat(starts - ends + counts, counts)
