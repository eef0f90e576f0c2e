"""The most probable characters of the fields that check digits cover. Pure.

An exact search over every combination of alternatives: characters are taken in the order in which
the composite check digit runs over them, and what must be remembered on the way is small - the
running sums modulo 10. A broken check digit has a price, so that a document which breaks its own
is read as it is printed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ocr.evidence import Cell
from ocr.layout import DIGITS, FILLER, LAYOUTS, VALUES, WEIGHTS, Layout, MrzFormat, Span, look_alikes

_PRICE = 1e-3
ILLEGAL = math.log(_PRICE)
"""Price of a character its field does not allow, or of a first broken check digit."""
MISTAKEN = 5e-3
"""Least probability of a look-alike, relative to a character that its field does not allow."""
ANOTHER_BROKEN = math.log(0.1)
"""Price of a further broken check digit: documents that break one break others."""

_MOST_OPTIONS = 6
_NEGLIGIBLE = math.log(1e-6)  # of the best path so far
_LEAST = 3e-4  # of a character's likeliest option: more than `evidence.blend` leaves to what neither reader saw

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Solution:
    """Characters by (line, column), and how probable they are together (0 to 1)."""

    characters: Mapping[Place, str]
    probability: float


@dataclass(frozen=True, slots=True)
class _Step:
    """One character: its options, its weights in its own field's sum and in the composite."""

    place: Place
    options: tuple[tuple[str, float], ...]
    field: str
    starts: bool
    own: int
    composite: int
    checks: bool


class _State(NamedTuple):
    """What the rest of the search must know of a path: sums modulo 10, and marks."""

    own: int = 0
    composite: int = 0
    unused: bool = True  # nothing but fillers in this field
    tail: str = ""  # a long number runs on: its last character, which may be its check digit
    broken: bool = False


class _Path(NamedTuple):
    best: float  # log probability of the likeliest way here
    total: float  # probability of all ways here
    characters: tuple[object, ...]  # linked from the last to the first


def solve(cells: Sequence[Sequence[Cell]], format_: MrzFormat) -> Solution:
    """The likeliest characters of every place under a check digit."""
    layout = LAYOUTS[format_]
    steps = _plan(cells, layout)
    paths: dict[_State, _Path] = {_State(): _Path(0.0, 1.0, ())}
    for step in steps:
        paths = _advance(paths, step, layout)
    best = max(paths.values(), key=lambda path: path.best)
    total = sum(path.total for path in paths.values())
    return Solution(_unlink(best.characters, steps), min(math.exp(best.best) / total, 1.0))


def options_of(cell: Cell, alphabet: str) -> tuple[tuple[str, float], ...]:
    """The likeliest characters of a cell with log probabilities.

    Where the plain reading is out of alphabet it stays possible at a price, and what looks the same
    becomes likely. Nothing else out of alphabet does: no check digit makes a letter of a date.
    """
    priced = [(share, c) for c, share in _priced(cell, alphabet).items()]
    enough = max(priced)[0] * _LEAST
    likely = sorted((option for option in priced if option[0] > enough), reverse=True)[:_MOST_OPTIONS]
    total = sum(price for price, _ in likely)
    return tuple((character, math.log(price / total)) for price, character in likely)


def share_among(cell: Cell, character: str, alphabet: str) -> float:
    """How probable ``character`` is where only those of ``alphabet`` may stand (0 to 1)."""
    priced = _priced(cell, alphabet)
    return priced.get(character, 0.0) / sum(priced.values())


def _priced(cell: Cell, alphabet: str) -> dict[str, float]:
    shares = cell.shares
    if cell.raw and cell.raw not in alphabet:
        least = MISTAKEN * cell.share(cell.raw)
        shares = {**shares, **{c: max(cell.share(c), least) for c in look_alikes(cell.raw)}}
    allowed = {c: share for c, share in shares.items() if c in alphabet}
    if cell.raw and cell.raw not in alphabet:
        allowed[cell.raw] = shares[cell.raw] * _PRICE
    return allowed or dict.fromkeys(alphabet, 1 / len(alphabet))


def _plan(cells: Sequence[Sequence[Cell]], layout: Layout) -> list[_Step]:
    spans = layout.checks["composite"].over if "composite" in layout.checks else _own_spans(layout)
    columns = [(span.line, column) for span in spans for column in range(span.start, span.stop)]
    if "composite" in layout.checks:
        place = layout.checks["composite"].place
        columns.append((place.line, place.start))
    return [_step(cells, place, index, layout) for index, place in enumerate(columns)]


def _own_spans(layout: Layout) -> tuple[Span, ...]:
    return tuple(span for check in layout.checks.values() for span in (*check.over, check.place))


def _step(cells: Sequence[Sequence[Cell]], place: Place, index: int, layout: Layout) -> _Step:
    line, column = place
    field, offset, alphabet, checks = _role(place, layout)
    if field == "optional_data" and layout.takes_long_numbers:
        offset += 9
    options = options_of(cells[line][column], alphabet)
    return _Step(place, options, field, offset == 0, offset % 3, index % 3, checks)


def _role(place: Place, layout: Layout) -> tuple[str, int, str, bool]:
    """The field of a place, its index there, its alphabet, and whether it holds a check digit."""
    for name, check in layout.checks.items():
        if check.place.holds(*place):
            return name, -1, check.place.alphabet, True
    for name, span in layout.fields.items():
        if span.holds(*place):
            return name, place[1] - span.start, alphabet_at(span, place[1]), False
    raise LookupError(f"{place} lies in no field")


def alphabet_at(span: Span, column: int) -> str:
    """The characters that may stand in a column; of dates, by the tens of month and day."""
    if span.width == 6 and FILLER in span.alphabet and "A" not in span.alphabet:
        return {2: "01", 4: "0123"}.get(column - span.start, DIGITS) + FILLER
    return span.alphabet


def _advance(paths: Mapping[_State, _Path], step: _Step, layout: Layout) -> dict[_State, _Path]:
    reached: dict[_State, _Path] = {}
    for state, path in paths.items():
        for character, weight in step.options:
            after, price = _next(state, character, step, layout)
            best, total = path.best + weight + price, path.total * math.exp(weight + price)
            known = reached.get(after)
            if known is None:
                reached[after] = _Path(best, total, (character, path.characters))
            elif best > known.best:
                reached[after] = _Path(best, total + known.total, (character, path.characters))
            else:
                reached[after] = _Path(known.best, total + known.total, known.characters)
    bound = max(path.best for path in reached.values()) + _NEGLIGIBLE
    return {state: path for state, path in reached.items() if path.best >= bound}


def _next(state: _State, character: str, step: _Step, layout: Layout) -> tuple[_State, float]:
    """The state after one more character, and the price of the rules it breaks."""
    composite = (state.composite + VALUES[character] * WEIGHTS[step.composite]) % 10
    if state.tail and (step.field != "optional_data" or character == FILLER):
        settled, price = _verified(state, state.tail, state.own)
        after, more = _next(settled, character, step, layout)
        return after, price + more
    if state.tail:
        # The character before this one was no check digit: it belongs to the number.
        before = 0 if state.tail == FILLER else VALUES[state.tail] * WEIGHTS[(step.own - 1) % 3]
        return _State((state.own + before) % 10, composite, False, character, state.broken), 0.0
    if step.checks:
        return _checked(state, character, step, layout, composite)
    own, unused = (0, True) if step.starts else (state.own, state.unused)
    own = (own + VALUES[character] * WEIGHTS[step.own]) % 10
    return _State(own, composite, unused and character == FILLER, "", state.broken), 0.0


def _checked(state: _State, character: str, step: _Step, layout: Layout, composite: int) -> tuple[_State, float]:
    """Past a check digit; its field's sum is forgotten, unless a long number runs on."""
    if step.field == "document_number" and character == FILLER and layout.takes_long_numbers:
        # Whether the number really runs on is seen in the optional field.
        return _State(state.own, composite, False, FILLER, state.broken), 0.0
    if step.field == "optional_data" and state.unused and character == FILLER:
        return _State(0, composite, True, "", state.broken), 0.0
    expected = state.composite if step.field == "composite" else state.own
    after, price = _verified(state, character, expected)
    return _State(0, composite, True, "", after.broken), price


def _verified(state: _State, digit: str, expected: int) -> tuple[_State, float]:
    """The state once a field's check digit is seen, and the price if it fails."""
    holds = digit == str(expected)
    price = 0.0 if holds else ANOTHER_BROKEN if state.broken else ILLEGAL
    return _State(0, state.composite, True, "", state.broken or not holds), price


def _unlink(characters: tuple[object, ...], steps: Sequence[_Step]) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for step in reversed(steps):
        character, characters = characters  # type: ignore[assignment]
        found[step.place] = str(character)
    return found
