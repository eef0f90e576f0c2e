"""Compare a traveller with a list entry: every field weighed, summed, and explained.

Each field gives a log likelihood ratio in nats. Their sum is measured against ``prior``: how unlikely it is
beforehand that this very entry stands at the counter, which grows with the length of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from watchlist import evidence
from watchlist.alignment import Grid, NameEvidence, Rarity, align, grid_of
from watchlist.evidence import States
from watchlist.likeness import CUT
from watchlist.names import fold
from watchlist.records import (
    Entry,
    EntryDocument,
    EntryName,
    FieldEvidence,
    Hit,
    Kind,
    NameKind,
    Outcome,
    Skipped,
    Strength,
    Subject,
)

__all__ = [
    "Background",
    "Entry",
    "EntryDocument",
    "EntryName",
    "FieldEvidence",
    "Forms",
    "Hit",
    "Kind",
    "NameKind",
    "Outcome",
    "Skipped",
    "Strength",
    "Subject",
    "compare",
    "forms_of",
    "is_told",
    "logit",
    "prior",
]

SCALE = 2.0  # fields are not wholly independent: the sum overstates, and this takes it back
STRONG_SCORE = 0.5
FEW = 30_000
UNDERSTATED = 2.0  # nats that cautious weights lack: with it, full names and dates that agree score above one half
CLEARED = 0.05  # the most that a hit scores when the dates of birth contradict
FLOOR = 0.08  # hits that score less say nothing and are not told: about one stranger in 70 meets one that does
NAMESAKE = 0.6  # but a hit that would score so much is told even if the date of birth clears it
WEAK_ALIAS = -1.0
MANY_NAMES = 0.35


@dataclass(frozen=True, slots=True)
class Background:
    """What a list knows of people at large: what a name's token weighs where it agrees, what a nationality, and the
    ``prior`` that all evidence is held against."""

    tokens: Rarity
    states: States
    against: float


@dataclass(frozen=True, slots=True)
class Forms:
    """A subject's names made comparable, once for all the entries that it meets."""

    names: tuple[tuple[str, ...], ...]
    cut: bool = False


def forms_of(subject: Subject) -> Forms:
    """The subject's names as tokens, in each script that is known."""
    cut = _is_cut(subject)
    latin = _latin_tokens(subject, cut=cut)
    native = fold(subject.native_name) if subject.native_name else ()
    return Forms(tuple(dict.fromkeys(name for name in (latin, native) if name)), cut)


def _is_cut(subject: Subject) -> bool:
    """A zone of 39, 36 or 30 letters filled to its end may have lost letters or whole names."""
    halves = len(subject.primary_identifier), len(subject.secondary_identifier)
    return subject.name_truncated or (all(halves) and sum(halves) + 2 in (30, 31, 38, 39))


def _latin_tokens(subject: Subject, *, cut: bool) -> tuple[str, ...]:
    if not (subject.primary_identifier or subject.secondary_identifier):
        return fold(subject.name or "")
    if not cut:
        return fold(f"{subject.secondary_identifier} {subject.primary_identifier}")
    first, last = fold(subject.secondary_identifier), fold(subject.primary_identifier)
    return (*first[:-1], *(token + CUT for token in first[-1:]), *last)


def logit(score: float) -> float:
    """The sum of evidence above ``prior``, in nats, that gives a score."""
    return SCALE * log(score / (1 - score))


def is_told(hit: Hit) -> bool:
    """Whether a hit is worth an officer's eye: likely, or a full namesake with what clears him."""
    contradicting = any(item.outcome is Outcome.CONTRADICTING for item in hit.explanation)
    return hit.score >= (CLEARED * NAMESAKE if contradicting else FLOOR)


def prior(entries: int) -> float:
    """The log odds, in nats, that a hit must overcome on a list of so many entries.

    A short list counts as one of ``FEW``: its names are too few to tell how rare a name is among travellers.
    """
    return log(max(entries, FEW)) - UNDERSTATED


def compare(
    subject: Subject,
    entry: Entry,
    known: Background,
    *,
    forms: Forms | None = None,
    entry_forms: Sequence[tuple[str, ...]] | None = None,
) -> Hit:
    """The hit that ``entry`` makes for ``subject``, however weak.

    ``forms`` and ``entry_forms`` (the tokens of ``entry.names``, in order) spare folding names again.
    """
    forms = forms or forms_of(subject)
    folded = entry_forms if entry_forms is not None else [fold(name.text) for name in entry.names]
    found = best_name(forms, entry, folded, known.tokens) if entry.names else None
    explained = [*evidence.other_fields(subject, entry, known.states)]
    if found:
        explained.insert(0, evidence.of_name(subject, entry.names[found[1]], found[0], found[2]))
    return _hit(entry, explained, found[0] if found else None, known.against)


def best_name(
    forms: Forms, entry: Entry, folded: Sequence[tuple[str, ...]], rarity: Rarity
) -> tuple[NameEvidence, int, float] | None:
    """The best of an entry's names against any of the subject's: evidence, which name, and its weight."""
    best: tuple[NameEvidence, int, float] | None = None
    burden = MANY_NAMES * log(max(len(folded), 1))
    for asked in forms.names:
        grid = grid_of(asked, (token for name in folded for token in name))
        for which, listed in _promising(grid, folded):
            found = align(asked, listed, rarity, grid, cut=forms.cut)
            weight = found.weight - burden
            if entry.names[which].kind is NameKind.WEAK_ALIAS:
                weight += WEAK_ALIAS
            if best is None or weight > best[2]:
                best = found, which, weight
    return best


def _promising(grid: Grid, folded: Sequence[tuple[str, ...]]) -> list[tuple[int, tuple[str, ...]]]:
    """The names that share most tokens with the subject, within one, in their order."""
    shared = [sum(not row.keys().isdisjoint(name) for row in grid) for name in folded]
    least = max(max(shared, default=0) - 1, 1)
    return [(which, name) for which, name in enumerate(folded) if shared[which] >= least] or list(enumerate(folded[:1]))


def _hit(entry: Entry, explained: list[FieldEvidence], name: NameEvidence | None, against: float) -> Hit:
    by_field = {item.field: item for item in explained}
    document, birth = by_field.get("document"), by_field.get("date_of_birth")
    total = sum(item.weight for item in explained)
    score = 1 / (1 + exp(-(total - against) / SCALE))
    if document and document.outcome is Outcome.EQUAL:
        return Hit(
            entry.id, entry.list, Kind.DOCUMENT, max(score, 0.99), Strength.STRONG, tuple(explained), entry.instruction
        )
    if birth and birth.outcome is Outcome.CONTRADICTING:
        score *= CLEARED
    agreeing = birth is not None and birth.weight > 0
    strong = name is not None and _full(name) and agreeing and score >= STRONG_SCORE
    kind, strength = (Kind.STRONG, Strength.STRONG) if strong else (Kind.WEAK, Strength.WEAK)
    return Hit(entry.id, entry.list, kind, score, strength, tuple(explained), entry.instruction)


def _full(name: NameEvidence) -> bool:
    """Whether more than a single word agrees, or all that the subject's name has."""
    return len(name.pairs) + len(name.elsewhere) >= 2 or not name.subject_left
