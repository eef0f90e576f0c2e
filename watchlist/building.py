"""From entries to the arrays of a segment: a part of the list that an index searches as one.

Names repeat. A segment therefore keeps every word of a name once, in a vocabulary, with what is worked out from it
(skeletons, sound, rarity); an entry's names are numbers of words. Two segments are joined without reading an entry.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchlist import dates
from watchlist.alignment import counts
from watchlist.evidence import misread_key, state
from watchlist.names import common_share, fold, keys, near_keys, sound, stem
from watchlist.packing import Arrays, Texts, hash_of, pack_entry, postings, ranges, texts, unique_pairs
from watchlist.records import Entry

DAYS, STATES = 4, 3  # days of birth and nationalities kept beside each entry for the search
MANY_STATES = 1  # stands first where an entry has more nationalities than are kept
SEXES = {"M": 1, "F": 2}
LONG_KEY = 4  # consonants that a key of two words read as one must have
BLOCK = 50_000  # rows that are copied at once
BASE = 1_000_003  # of the hash of words read as one
END = -1  # ends a name in the row's words
REPORT_EVERY = 5_000  # entries between two reports of progress
COLUMNS = ("ids", "years", "days", "states", "sexes", "lengths", "burdens")

Progress = Callable[[str, int], None]
"""Hears the stage of a build and how many entries it is through with."""


def silent(stage: str, entries: int) -> None:
    """Progress that nobody listens to."""


def digest_of(packed: bytes) -> int:
    """What a packed entry adds to the number that names the content of a list."""
    return int.from_bytes(sha256(packed).digest())


def segment_of(entries: Iterable[Entry], progress: Progress = silent) -> tuple[int, Arrays]:
    """The sum of the entries' digests, whatever their order, and the arrays."""
    builder, done = Builder(), 0
    for done, entry in enumerate(entries, 1):
        builder.add(entry)
        if done % REPORT_EVERY == 0:
            progress("reading", done)
    progress("sorting", done)
    return builder.digest, finished(builder.arrays())


class Builder:
    """Takes entries one by one; ``arrays`` is what cannot be worked out from the rest."""

    def __init__(self) -> None:
        self.digest = 0
        self.records, self.record_ends = bytearray(), array("q", [0])
        self.words: dict[str, int] = {}
        self.forms, self.form_ends = array("i"), array("q", [0])
        self.numbers = array("I"), array("i")
        self.columns = {name: array(code) for name, code in zip(COLUMNS, "IhhHBBB", strict=True)}

    def add(self, entry: Entry) -> None:
        packed = pack_entry(entry)
        self.digest += digest_of(packed)
        self.records += packed
        self.record_ends.append(len(self.records))
        for document in entry.documents:
            self.numbers[0].append(hash_of(misread_key(document.number)))
            self.numbers[1].append(len(self.columns["ids"]))
        self._add_columns(entry, self._add_names([fold(name.text) for name in entry.names]))

    def extend(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.add(entry)

    def _add_names(self, names: Sequence[tuple[str, ...]]) -> int:
        """File the names' words; the fewest words that count in any of them."""
        words, fewest = self.words, 255 if names else 0
        for name in names:
            for word in name:
                self.forms.append(words.setdefault(word, len(words)))
            self.forms.append(END)
            fewest = min(fewest, sum(map(counts, name)))
        self.form_ends.append(len(self.forms))
        return fewest

    def _add_columns(self, entry: Entry, fewest: int) -> None:
        columns, births = self.columns, list(filter(None, map(dates.parse, entry.dates_of_birth)))
        columns["ids"].append(hash_of(entry.id))
        columns["years"].extend(_years(births))
        columns["days"].extend(_days(births))
        columns["states"].extend(_states(entry.nationalities))
        columns["sexes"].append(SEXES.get(entry.sex or "", 0))
        columns["lengths"].append(fewest)
        columns["burdens"].append(min(len(entry.names), 255))

    def arrays(self) -> Arrays:
        made: Arrays = {
            "records": np.frombuffer(self.records, np.uint8),
            "records.ends": np.array(self.record_ends),
            **texts("words", [word.encode() for word in self.words]),
            "forms": np.array(self.forms, np.int32),
            "forms.ends": np.array(self.form_ends),
            "numbers": np.array(self.numbers[0], np.uint32),
            "numbers.rows": np.array(self.numbers[1], np.int32),
        }
        widths = {"years": 2, "days": DAYS, "states": STATES}
        for name, column in self.columns.items():
            made[name] = np.array(column).reshape(-1, widths[name]) if name in widths else np.array(column)
        return made


def finished(raw: Arrays) -> Arrays:
    """A segment's arrays with all that is worked out from the words and from where they stand."""
    words = Texts(raw, "words").all()
    made = dict(raw) | postings("numbers", raw["numbers"], raw["numbers.rows"])
    at, rows = _bearers(raw)
    starts = np.searchsorted(at, np.arange(len(words) + 1))
    made |= {"bearers": rows, "bearers.starts": starts.astype(np.int64)}
    made |= _vocabulary(words, starts, rows)
    return made | _neighbours(raw, words)


def _bearers(raw: Arrays) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Words and the rows that have them, sorted by both."""
    rows = np.repeat(np.arange(len(raw["ids"]), dtype=np.int32), np.diff(raw["forms.ends"]))
    real = raw["forms"] != END
    pairs = unique_pairs(raw["forms"][real], rows[real])
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)


def _vocabulary(words: Sequence[str], starts: NDArray[np.int64], rows: NDArray[np.int32]) -> Arrays:
    """Under which skeletons each word is found, and how many rows share its skeleton and its sound."""
    exact, near = (array("I"), array("i")), (array("I"), array("i"))
    first, common, spoken = array("I"), array("f"), [sound(word) for word in words]
    for at, word in enumerate(words):
        skeletons = keys(word)
        first.append(hash_of(skeletons[0]))
        common.append(common_share(skeletons[0]))
        for found, under in ((exact, {*skeletons, *keys(stem(word))}), (near, near_keys(skeletons[0])[1:])):
            found[0].extend(map(hash_of, under))
            found[1].extend([at] * len(under))
    made = texts("spoken", [text.encode() for text in spoken])
    made |= {"firsts": np.array(first, np.uint32), "heard": np.array([hash_of(text) for text in spoken], np.uint32)}
    made["common"] = np.array(common, np.float32)
    for name, (hashes, where) in (("skeletons", exact), ("near", near)):
        made |= postings(name, np.array(hashes, np.uint32), np.array(where, np.int32))
    made["skeletons.counts"] = _counts(np.diff(made["skeletons.starts"]), made["skeletons.rows"], starts, rows)
    made["sounds"], shares = np.unique(made["heard"], return_counts=True)
    made["sounds.counts"] = _counts(shares, np.argsort(made["heard"], kind="stable"), starts, rows)
    return made


def _counts(
    shares: NDArray[np.int64], words: NDArray[Any], starts: NDArray[np.int64], rows: NDArray[np.int32]
) -> NDArray[np.int32]:
    """How many rows have any word of a group, for groups that lie side by side in ``words``, so many in each."""
    sizes = np.diff(starts)[words]
    group = np.repeat(np.repeat(np.arange(len(shares)), shares), sizes)
    met = unique_pairs(group, rows[ranges(starts[words], sizes)]) >> np.uint64(32)
    return np.bincount(met.astype(np.int64), minlength=len(shares)).astype(np.int32)


def _neighbours(raw: Arrays, words: Sequence[str]) -> Arrays:
    """Where two words of a name, read as one, would be found."""
    forms = raw["forms"]
    if len(forms) < 2:
        return postings("joined", np.empty(0, np.uint32), np.empty(0, np.int32))
    rows = np.repeat(np.arange(len(raw["ids"]), dtype=np.int32), np.diff(raw["forms.ends"]))[1:]
    left, right = forms[:-1], forms[1:]
    both = (left != END) & (right != END)
    hashes, lengths = joined_hashes(words, left[both], right[both])
    kept = lengths >= LONG_KEY
    return postings("joined", hashes[kept], rows[both][kept])


def joined_hashes(
    words: Sequence[str], left: NDArray[np.int32], right: NDArray[np.int32]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The ``rolling`` hash of the skeleton of two words read as one, for many pairs at once, and its length.

    A consonant that ends one and begins the other counts once, as it does in one word.
    """
    skeletons = [key if (key := keys(word)[0])[0] != "~" else "" for word in words]
    whole = np.array([rolling(text) for text in skeletons], np.uint32)
    tail = np.array([rolling(text[1:]) for text in skeletons], np.uint32)
    ends = np.array([ord(text[-1]) if text else 0 for text in skeletons], np.uint32)
    heads = np.array([ord(text[0]) if text else 1 for text in skeletons], np.uint32)
    lengths = np.array([len(text) for text in skeletons], np.int64)
    once = ends[left] == heads[right]
    added = lengths[right] - once
    powers = np.array([pow(BASE, n, 1 << 32) for n in range(int(lengths.max(initial=0)) + 1)], np.uint32)
    return whole[left] * powers[added] + np.where(once, tail[right], whole[right]), lengths[left] + added


@lru_cache(maxsize=1 << 16)
def rolling(text: str) -> int:
    """A hash of 32 bits from which that of two texts put together can be worked out."""
    value = 0
    for letter in text:
        value = (value * BASE + ord(letter)) & 0xFFFFFFFF
    return value


def merged(parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> Arrays:
    """One segment out of several, with the rows that are still in force in each."""
    words: dict[bytes, int] = {}
    raws = [_renumbered(arrays, alive, words) for arrays, alive in parts]
    befores = np.cumsum([0, *(len(raw["ids"]) for raw in raws)])
    numbers = [raw["numbers.rows"] + before for raw, before in zip(raws, befores.tolist(), strict=False)]
    whole = {"numbers.rows": np.concatenate(numbers).astype(np.int32)}
    for name in ("records.ends", "forms.ends"):
        whole[name] = np.cumsum(np.concatenate([[0], *(np.diff(raw[name]) for raw in raws)])).astype(np.int64)
    for name in (*COLUMNS, "records", "forms", "numbers"):  # what is joined is let go of: both would not fit
        whole[name] = np.concatenate([raw.pop(name) for raw in raws])
    return finished(whole | texts("words", list(words)))


def _renumbered(arrays: Arrays, alive: NDArray[np.bool_], words: dict[bytes, int]) -> Arrays:
    """What remains of a segment, its words numbered as in ``words``, which grows by those that are new."""
    kept = np.flatnonzero(alive)
    ends, text = arrays["words.ends"].tolist(), arrays["words"].tobytes()
    forms, form_ends = _rows_of(arrays, "forms", alive)
    used = np.unique(forms[forms != END])
    number = np.full(len(ends), END, np.int32)
    for at in used.tolist():
        number[at] = words.setdefault(text[ends[at] : ends[at + 1]], len(words))
    records, record_ends = _rows_of(arrays, "records", alive)
    place = np.cumsum(alive) - 1
    pairs = np.repeat(arrays["numbers"], np.diff(arrays["numbers.starts"]))
    still = alive[arrays["numbers.rows"]]
    return {
        **{name: arrays[name][kept] for name in COLUMNS},
        "records": records,
        "records.ends": record_ends,
        "forms": number[forms],  # END, the last place, stays END
        "forms.ends": form_ends,
        "numbers": pairs[still],
        "numbers.rows": place[arrays["numbers.rows"][still]],
    }


def _rows_of(arrays: Arrays, name: str, alive: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The values of the rows that are in force, and where each row ends now."""
    ends, values = arrays[f"{name}.ends"], arrays[name]
    sizes = np.diff(ends)
    kept_ends = np.append(0, np.cumsum(sizes[alive]))
    kept = np.empty(kept_ends[-1], values.dtype)
    done = 0
    for start in range(0, len(alive), BLOCK):
        block = slice(start, start + BLOCK)
        found = values[ends[start] : ends[min(start + BLOCK, len(alive))]][np.repeat(alive[block], sizes[block])]
        kept[done : done + len(found)] = found
        done += len(found)
    return kept, kept_ends


def _years(births: Sequence[dates.PartialDate]) -> tuple[int, int]:
    """The first and last year that an entry may be born in; 0, 0 where none is known."""
    known = [(date.year, date.last_year or date.year) for date in births if date.year]
    return (min(known)[0], max(last for _, last in known)) if known else (0, 0)


def _days(births: Sequence[dates.PartialDate]) -> list[int]:
    """The first few months and days of birth that an entry may have, as month * 100 + day; 0 fills up."""
    return ([100 * date.month + date.day for date in births if date.month and date.day] + [0] * DAYS)[:DAYS]


@lru_cache(maxsize=1 << 12)
def state_hash(code: str) -> int:
    """A state as a small number, never 0 or ``MANY_STATES``."""
    return hash_of(state(code)) % 65_000 + 2


def _states(codes: Sequence[str]) -> list[int]:
    if len(codes) > STATES:
        return [MANY_STATES] * STATES
    return ([state_hash(code) for code in codes] + [0] * STATES)[:STATES]
