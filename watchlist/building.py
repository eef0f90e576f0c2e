"""From entries to the arrays that an index searches."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from hashlib import sha256

import numpy as np

from watchlist import dates
from watchlist.alignment import counts
from watchlist.evidence import misread_key, state
from watchlist.names import fold, joined_keys, keys, near_keys, sound, stem
from watchlist.packing import Arrays, PostingsBuilder, TextsBuilder, hash_of, pack_entry
from watchlist.records import Entry

DAYS, STATES = 4, 3  # days of birth and nationalities kept beside each entry for the search
MANY_STATES = 1  # stands first where an entry has more nationalities than are kept
SEXES = {"M": 1, "F": 2}
LONG_KEY = 4  # consonants that a key of two words read as one must have


def arrays_of(entries: Iterable[Entry]) -> tuple[str, Arrays]:
    """A name for the content, whatever the order of the entries, and the arrays."""
    builder = _Builder()
    for entry in entries:
        builder.add(entry)
    return f"{builder.digest:064x}"[:16], builder.arrays()


class _Builder:
    def __init__(self) -> None:
        self.digest = 0
        self.texts = {"records": TextsBuilder(), "forms": TextsBuilder()}
        self.postings = {name: PostingsBuilder() for name in ("skeletons", "near", "numbers")}
        self.sounds = array("I")
        self.columns = {"years": array("h"), "days": array("h"), "states": array("H"), "sexes": array("B")}
        self.lengths = array("B")

    def add(self, entry: Entry) -> None:
        row = len(self.lengths)
        packed = pack_entry(entry)
        self.digest = (self.digest + int.from_bytes(sha256(packed).digest())) % 2**256
        self.texts["records"].append(packed)
        self._add_names(row, [fold(name.text) for name in entry.names])
        self.columns["years"].extend(_years(entry.dates_of_birth))
        self.columns["days"].extend(_days(entry.dates_of_birth))
        self.columns["states"].extend(_states(entry.nationalities))
        self.columns["sexes"].append(SEXES.get(entry.sex or "", 0))
        for document in entry.documents:
            self.postings["numbers"].append(misread_key(document.number), row)

    def _add_names(self, row: int, names: Sequence[tuple[str, ...]]) -> None:
        self.texts["forms"].append("|".join(" ".join(name) for name in names).encode())
        self.lengths.append(min((min(255, sum(map(counts, name))) for name in names), default=0))
        tokens = {token for name in names for token in name}
        for key in {key for token in tokens for key in (*keys(token), *keys(stem(token)))}:
            self.postings["skeletons"].append(key, row)
        near = {key for token in tokens for key in near_keys(keys(token)[0])[1:]}
        near.update(key for name in names for key in joined_keys(name) if len(key) >= LONG_KEY)
        for key in near:
            self.postings["near"].append(key, row)
        self.sounds.extend({hash_of(sound(token)) for token in tokens})

    def arrays(self) -> Arrays:
        sounds, bearers = np.unique(np.array(self.sounds, np.uint32), return_counts=True)
        made: Arrays = {"sounds": sounds, "sounds.bearers": bearers.astype(np.int32)}
        for name, texts in self.texts.items():
            made |= texts.arrays(name)
        for name, postings in self.postings.items():
            made |= postings.arrays(name)
        for name, width in (("years", 2), ("days", DAYS), ("states", STATES), ("sexes", 1)):
            made[name] = np.array(self.columns[name]).reshape(-1, width)
        return made | {"lengths": np.array(self.lengths)}


def _years(texts: Sequence[str]) -> tuple[int, int]:
    """The first and last year that an entry may be born in; 0, 0 where none is known."""
    known = [date for text in texts if (date := dates.parse(text)) and date.year]
    if not known:
        return 0, 0
    return min(date.year or 0 for date in known), max(date.last_year or date.year or 0 for date in known)


def _days(texts: Sequence[str]) -> list[int]:
    """The first few months and days of birth that an entry may have, as month * 100 + day; 0 fills up."""
    known = [date for text in texts if (date := dates.parse(text)) and date.month and date.day]
    return ([100 * (date.month or 0) + (date.day or 0) for date in known] + [0] * DAYS)[:DAYS]


def state_hash(code: str) -> int:
    """A state as a small number, never 0 or ``MANY_STATES``."""
    return hash_of(state(code)) % 65_000 + 2


def _states(codes: Sequence[str]) -> list[int]:
    if len(codes) > STATES:
        return [MANY_STATES] * STATES
    return ([state_hash(code) for code in codes] + [0] * STATES)[:STATES]
