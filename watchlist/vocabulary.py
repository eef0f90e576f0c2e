"""The words of a segment's names: which of them a traveller's token may be, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from watchlist.alignment import ALIKE, JOINED
from watchlist.likeness import CUT, SPELLING, likeness
from watchlist.names import keys, near_keys, sound, stem
from watchlist.packing import Arrays, Postings, Rows, Texts, hash_of

SIMILAR = 0.66  # words that share less of their spelling are no slip of the pen apart
MANY_LETTERS = 5  # that a word needs to be taken for a slip across scripts, see ``likeness``
REMEMBERED = 1 << 13  # tokens whose like words are kept: given names come again and again

Floats = NDArray[np.float32]
_NONE = np.empty(0, np.int32)


class Vocabulary:
    """Every word once; ``like`` finds those that a token may be."""

    def __init__(self, arrays: Arrays) -> None:
        self.words = Texts(arrays, "words").all()
        self._sounds = Texts(arrays, "spoken").all()
        self._native = np.array([word.islower() for word in self.words], np.bool_)
        self._skeletons, self._near = Postings(arrays, "skeletons"), Postings(arrays, "near")
        self.like = lru_cache(REMEMBERED)(self._work_out)

    def spelt(self, text: str, key: str) -> list[int]:
        """The words filed under a skeleton that are as good as a text of two words read as one."""
        found = [at for words in self._skeletons.rows_of([hash_of(key)]) for at in words.tolist()]
        return [
            at for at in found if abs(len(self.words[at]) - len(text)) <= 2 and likeness(text, self.words[at]) >= JOINED
        ]

    def _work_out(self, token: str) -> tuple[NDArray[np.int64], Floats]:
        """The numbers of the words that are like a token, and how alike each is, near enough."""
        bare = token.rstrip(CUT)
        near = near_keys(keys(bare)[0])
        same = self._skeletons.rows_of(map(hash_of, dict.fromkeys((*keys(bare), *keys(stem(bare))))))
        other = self._skeletons.rows_of(map(hash_of, near[1:])) + self._near.rows_of(map(hash_of, near))
        words = np.unique(np.concatenate([*same, *other, _NONE]))
        shared = np.zeros(len(words), np.bool_)
        shared[np.searchsorted(words, np.concatenate([*same, _NONE]))] = True
        alike = self._alike(token, words, shared)
        kept = alike >= ALIKE
        return words[kept].astype(np.int64), alike[kept]

    def _alike(self, token: str, words: Rows, same: NDArray[np.bool_]) -> Floats:
        """Likeness by similarity alone, for all words at once; one by one where a script or a cut needs more."""
        at = words.tolist()
        listed, bare = [self.words[word] for word in at], token.rstrip(CUT)
        if token.islower() or not listed:
            return np.array([likeness(token, word) for word in listed], np.float32)
        spelt = _similarity(bare, listed)
        alike: Floats = np.where(spelt >= SIMILAR, 0.8 * spelt + 0.1, 0).astype(np.float32)
        if len(kin := np.flatnonzero(same)):
            heard = _similarity(sound(bare), [self._sounds[word] for word in words[kin].tolist()])
            alike[kin] = np.interp(np.maximum(spelt[kin], heard), *SPELLING)
        closer = self._native[words]
        if 1 < len(bare) < MANY_LETTERS:
            closer &= same  # between scripts, so short a word is no slip of another
        places = np.flatnonzero(closer).tolist()
        if token[-1] == CUT:
            places += [
                at
                for at, (word, other) in enumerate(zip(words.tolist(), listed, strict=True))
                if other.startswith(bare) or self._sounds[word].startswith(sound(bare))
            ]
        for place in places:
            alike[place] = likeness(token, listed[place])
        return alike


def _similarity(text: str, others: Sequence[str]) -> Floats:
    found: Floats = cdist([text], others, scorer=OSA.normalized_similarity)[0]
    return found
