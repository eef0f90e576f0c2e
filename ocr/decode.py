"""Symbols as the engine saw them to the most probable zone. Pure.

What was seen (alternatives with probabilities and places) and what the standard allows (length of a
line, alphabet of a field, codes of states, dates, check digits) are weighed together. Breaking a
rule has a price and is never impossible: what is clearly printed is read as printed, and flagged by
its check digits. Every difference from the plain reading is listed as a repair.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np

from ocr.evidence import Aligned, Cell
from ocr.layout import ALPHABET, DOCUMENT_LETTERS, FILLER, LAYOUTS, LETTERS, VISA_LETTER, MrzFormat, Span
from ocr.solve import ILLEGAL, Place, Solution, alphabet_at, options_of, share_among, solve
from ocr.states import STATE_CODES

_CODES = sorted(code.ljust(3, FILLER) for code in STATE_CODES)
_CODE_PLACES = np.array([[ALPHABET.index(character) for character in code] for code in _CODES])
_PLACES = np.arange(3)
_OVERLOOKED = 1e-5  # what every reading keeps for a character that nobody thought of
_VISAS = (MrzFormat.MRV_A, MrzFormat.MRV_B)
_ROW_OF_FILLERS = 3  # after so many fillers a name is over


class Reason(StrEnum):
    """What demanded a repair."""

    ALPHABET = "alphabet"  # the field does not allow the character
    CHECK_DIGIT = "check_digit"  # a check digit holds only with the repair
    STATE_CODE = "state_code"  # no such code of a state
    NAME_END = "name_end"  # after the fillers that end a name there is no letter
    MISSING = "missing"  # the engine saw nothing in this place


@dataclass(frozen=True, slots=True)
class Repair:
    """A character that differs from the plain reading: ``line`` and ``position`` count from 1.

    ``raw`` is "" where nothing was read; ``confidence`` is how probable ``raw`` looked (0 to 1).
    """

    line: int
    position: int
    raw: str
    repaired: str
    confidence: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decoded:
    """The most probable zone; ``confidences`` per line and character, 0 to 1, ``centres`` their columns.

    ``readers`` is how probable each reader by itself finds each character.
    ``format`` is None for a layout outside ICAO's. ``covered`` are the places under check digits.

    ``probability`` is that of all characters under a check digit together; ``misplaced`` counts
    places where nothing and symbols where no place was; ``sight`` is how well the reading agrees
    with what was seen, as mean log probability per character (0 is perfect).
    """

    format: MrzFormat | None
    lines: tuple[str, ...]
    confidences: tuple[tuple[float, ...], ...]
    readers: tuple[tuple[tuple[float, ...], ...], ...]
    centres: tuple[tuple[float, ...], ...]
    repairs: tuple[Repair, ...]
    probability: float
    covered: frozenset[Place]
    misplaced: int
    sight: float


def decode(aligned: Sequence[Aligned]) -> Decoded:
    """The most probable zone for two or three lines brought to the width of a format."""
    cells = [line.cells for line in aligned]
    misplaced = sum(line.missing + line.extra for line in aligned)
    if _is_old_french_card(cells):
        return _decoded(None, cells, Solution({}, 0.0), misplaced)
    format_ = _format(cells)
    solution = solve(cells, format_)
    chosen = _unchecked(cells, format_) | dict(solution.characters)
    return _decoded(format_, cells, Solution(chosen, solution.probability), misplaced, frozenset(solution.characters))


def _format(cells: Sequence[Sequence[Cell]]) -> MrzFormat:
    first, width = cells[0][0], len(cells[0])
    if len(cells) == 3:
        return MrzFormat.TD1
    visa = first.share(VISA_LETTER) > max(first.share(letter) for letter in DOCUMENT_LETTERS)
    if width == 36:
        return MrzFormat.MRV_B if visa else MrzFormat.TD2
    return MrzFormat.MRV_A if visa else MrzFormat.TD3


def _is_old_french_card(cells: Sequence[Sequence[Cell]]) -> bool:
    """France's card until 2021: two lines of 36 in a layout of its own, read as plain text."""
    head = zip("IDFRA", cells[0], strict=False)
    return len(cells) == 2 and len(cells[0]) == 36 and all(cell.share(c) > 0.05 for c, cell in head)


def _unchecked(cells: Sequence[Sequence[Cell]], format_: MrzFormat) -> dict[Place, str]:
    """The likeliest characters of every field by itself; check digits are for `solve`."""
    letters = VISA_LETTER if format_ in _VISAS else DOCUMENT_LETTERS
    readers: dict[str, Callable[[Sequence[Cell]], str]] = {
        "document_code": partial(_document_code, letters),
        "name": _name,
    }
    readers |= dict.fromkeys(("issuing_state", "nationality"), _state_code)
    chosen: dict[Place, str] = {}
    for name, span in LAYOUTS[format_].fields.items():
        stretch = cells[span.line][span.start : span.stop]
        text = readers[name](stretch) if name in readers else _plain(stretch, span)
        chosen |= {(span.line, span.start + i): character for i, character in enumerate(text)}
    return chosen


def _plain(stretch: Sequence[Cell], span: Span) -> str:
    return "".join(options_of(cell, alphabet_at(span, span.start + i))[0][0] for i, cell in enumerate(stretch))


def _document_code(letters: str, stretch: Sequence[Cell]) -> str:
    first, second = stretch
    return options_of(first, letters)[0][0] + options_of(second, LETTERS + FILLER)[0][0]


def _state_code(stretch: Sequence[Cell]) -> str:
    """The likeliest code, or what is printed where that is far likelier than every code."""
    logs = [{c: math.log(cell.share(c)) for c in LETTERS + FILLER} for cell in stretch]
    best = max(_CODES, key=lambda code: logs[0][code[0]] + logs[1][code[1]] + logs[2][code[2]])
    printed = "".join(cell.raw or FILLER for cell in stretch)
    clearly = sum(math.log(cell.share(c)) for cell, c in zip(stretch, printed, strict=True)) + ILLEGAL
    return best if sum(log[c] for log, c in zip(logs, best, strict=True)) > clearly else printed


def _name(stretch: Sequence[Cell]) -> str:
    """Letters and fillers; Viterbi over the number of fillers so far, for a row of them ends it."""
    paths: dict[int, tuple[float, str]] = {0: (0.0, "")}
    for cell in stretch:
        reached: dict[int, tuple[float, str]] = {}
        for fillers, (weight, text) in paths.items():
            for character, seen in options_of(cell, LETTERS + FILLER):
                over = fillers == _ROW_OF_FILLERS and character != FILLER
                after = min(fillers + 1, _ROW_OF_FILLERS) if character == FILLER else 0
                found = (weight + seen + (ILLEGAL if over else 0.0), text + character)
                reached[after] = max(reached.get(after, found), found)
        paths = reached
    return max(paths.values())[1]


def _decoded(
    format_: MrzFormat | None,
    cells: Sequence[Sequence[Cell]],
    solution: Solution,
    misplaced: int,
    covered: frozenset[Place] = frozenset(),
) -> Decoded:
    texts: list[str] = []
    confidences: list[tuple[float, ...]] = []
    readers: list[tuple[tuple[float, ...], ...]] = []
    repairs: list[Repair] = []
    sight = 0.0
    for row, line in enumerate(cells):
        text = "".join(solution.characters.get((row, i), cell.raw or FILLER) for i, cell in enumerate(line))
        texts.append(text)
        alphabets = _alphabets(format_, row, text)
        confidences.append(tuple(map(_share, line, text, alphabets)))
        looks = [cell.looks for cell in line]
        seen = [tuple(_share(look, c, a) for look in each) for each, c, a in zip(looks, text, alphabets, strict=True)]
        for start, code in _codes_in(format_, row, text):
            confidences[-1] = _with(confidences[-1], start, _shares_among_codes(line[start : start + 3], code))
            by_reader = [_shares_among_codes(view, code) for view in zip(*looks[start : start + 3], strict=False)]
            seen[start : start + 3] = zip(*by_reader, strict=True) if by_reader else [()] * 3
        readers.append(tuple(seen))
        repairs += _repairs(format_, row, line, text, alphabets)
        sight += sum(math.log(cell.share(c)) for cell, c in zip(line, text, strict=True)) / len(line) / len(cells)
    centres = tuple(tuple(cell.centre for cell in line) for line in cells)
    return Decoded(
        format_,
        tuple(texts),
        tuple(confidences),
        tuple(readers),
        centres,
        tuple(repairs),
        solution.probability,
        covered,
        misplaced,
        sight,
    )


def _repairs(
    format_: MrzFormat | None, row: int, line: Sequence[Cell], text: str, alphabets: Sequence[str]
) -> list[Repair]:
    return [
        Repair(row + 1, i + 1, cell.raw, text[i], cell.share(cell.raw), _reason(format_, (row, i), cell, alphabets[i]))
        for i, cell in enumerate(line)
        if cell.raw != text[i]
    ]


def _share(cell: Cell, character: str, alphabet: str) -> float:
    """How probable a character is among those that may stand there, or by sight if it is not of them."""
    if not cell.raw:
        return 0.0
    return share_among(cell, character, alphabet) if character in alphabet else cell.share(character)


def _with(line: tuple[float, ...], start: int, part: tuple[float, ...]) -> tuple[float, ...]:
    return line[:start] + part + line[start + len(part) :]


def _codes_in(format_: MrzFormat | None, row: int, text: str) -> list[tuple[int, str]]:
    """The codes of states in a line and where they begin; what is no such code is not among them."""
    if format_ is None:
        return []
    spans = [LAYOUTS[format_].fields[name] for name in ("issuing_state", "nationality")]
    found = [(span.start, text[span.start : span.stop]) for span in spans if span.line == row]
    return [(start, code) for start, code in found if code in _CODES]


def _shares_among_codes(stretch: Sequence[Cell], code: str) -> tuple[float, ...]:
    """How probable each character of ``code`` is where codes of states stand, or, at a price, any other."""
    logs = np.log([[cell.share(character) + _OVERLOOKED for character in ALPHABET] for cell in stretch])
    weights = np.exp(logs[_PLACES, _CODE_PLACES].sum(axis=1))
    plain = logs.argmax(axis=1)
    total = weights.sum() + math.exp(logs[_PLACES, plain].sum() + ILLEGAL)
    chosen = np.array([ALPHABET.index(character) for character in code])
    return tuple(float(weights @ (_CODE_PLACES[:, place] == chosen[place]) / total) for place in _PLACES)


def _alphabets(format_: MrzFormat | None, row: int, text: str) -> list[str]:
    """The characters that may stand in each place of a line; beyond the end of a name only fillers."""
    if format_ is None:
        return [ALPHABET] * len(text)
    layout = LAYOUTS[format_]
    alphabets = [""] * len(text)
    for span in (*layout.fields.values(), *(check.place for check in layout.checks.values())):
        if span.line == row:
            alphabets[span.start : span.stop] = [alphabet_at(span, i) for i in range(span.start, span.stop)]
    name = layout.fields["name"]
    if name.line == row:
        end = name.start + _length_of_name(text[name.start : name.stop])
        alphabets[end : name.stop] = FILLER * max(name.stop - end, 0)
    return alphabets


def _length_of_name(text: str) -> int:
    """How many places of a field a name may take; beyond them there is no letter.

    Two fillers stand once in a name, between its identifiers: where they have been seen, a letter
    can follow one filler; else it can follow two.
    """
    name = text.rstrip(FILLER)
    return len(name) + (2 if FILLER * 2 in name else 3)


def _reason(format_: MrzFormat | None, place: Place, cell: Cell, alphabet: str) -> Reason:
    if not cell.raw:
        return Reason.MISSING
    fields = LAYOUTS[format_].fields.items() if format_ else ()
    field = next((name for name, span in fields if span.holds(*place)), "")
    if field == "name" and cell.raw in LETTERS:
        return Reason.NAME_END
    if cell.raw not in alphabet:
        return Reason.ALPHABET
    return Reason.STATE_CODE if field in {"issuing_state", "nationality"} else Reason.CHECK_DIGIT
