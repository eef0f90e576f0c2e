"""Symbols as the engine saw them to the most probable zone. Pure.

What was seen (alternatives with probabilities and places) and what the standard allows (length of a
line, alphabet of a field, codes of states, dates, check digits) are weighed together. Breaking a
rule has a price and is never impossible: what is clearly printed is read as printed, and flagged by
its check digits. Every difference from the plain reading is listed as a repair.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ocr.evidence import Aligned, Cell
from ocr.layout import ALPHABET, FILLER, LAYOUTS, LETTERS, MrzFormat, Span
from ocr.solve import ILLEGAL, Place, Solution, alphabet_at, options_of, solve
from ocr.states import STATE_CODES

_CODES = sorted(code.ljust(3, FILLER) for code in STATE_CODES)
_FIRST_LETTERS = "PIACV"
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

    ``agreement`` is what the more doubtful of two readers gives each character.
    ``format`` is None for a layout outside ICAO's. ``covered`` are the places under check digits.

    ``probability`` is that of all characters under a check digit together; ``misplaced`` counts
    places where nothing and symbols where no place was; ``sight`` is how well the reading agrees
    with what was seen, as mean log probability per character (0 is perfect).
    """

    format: MrzFormat | None
    lines: tuple[str, ...]
    confidences: tuple[tuple[float, ...], ...]
    agreement: tuple[tuple[float, ...], ...]
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
    visa = first.share("V") > max(first.share(letter) for letter in "PIAC")
    if width == 36:
        return MrzFormat.MRV_B if visa else MrzFormat.TD2
    return MrzFormat.MRV_A if visa else MrzFormat.TD3


def _is_old_french_card(cells: Sequence[Sequence[Cell]]) -> bool:
    """France's card until 2021: two lines of 36 in a layout of its own, read as plain text."""
    head = zip("IDFRA", cells[0], strict=False)
    return len(cells) == 2 and len(cells[0]) == 36 and all(cell.share(c) > 0.05 for c, cell in head)


def _unchecked(cells: Sequence[Sequence[Cell]], format_: MrzFormat) -> dict[Place, str]:
    """The likeliest characters of every field by itself; check digits are for `solve`."""
    readers = {"document_code": _document_code, "name": _name}
    readers |= dict.fromkeys(("issuing_state", "nationality"), _state_code)
    chosen: dict[Place, str] = {}
    for name, span in LAYOUTS[format_].fields.items():
        stretch = cells[span.line][span.start : span.stop]
        text = readers[name](stretch) if name in readers else _plain(stretch, span)
        chosen |= {(span.line, span.start + i): character for i, character in enumerate(text)}
    return chosen


def _plain(stretch: Sequence[Cell], span: Span) -> str:
    return "".join(options_of(cell, alphabet_at(span, span.start + i))[0][0] for i, cell in enumerate(stretch))


def _document_code(stretch: Sequence[Cell]) -> str:
    first, second = stretch
    return options_of(first, _FIRST_LETTERS)[0][0] + options_of(second, LETTERS + FILLER)[0][0]


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
    agreement: list[tuple[float, ...]] = []
    repairs: list[Repair] = []
    sight = 0.0
    for row, line in enumerate(cells):
        text = "".join(solution.characters.get((row, i), cell.raw or FILLER) for i, cell in enumerate(line))
        alphabets = [_alphabet(format_, (row, i)) for i in range(len(line))]
        texts.append(text)
        confidences.append(tuple(map(_confidence, line, text, alphabets)))
        agreement.append(tuple(map(Cell.agreement, line, text, alphabets)))
        repairs += _repairs(format_, row, line, text)
        sight += sum(math.log(cell.share(c)) for cell, c in zip(line, text, strict=True)) / len(line) / len(cells)
    centres = tuple(tuple(cell.centre for cell in line) for line in cells)
    return Decoded(
        format_,
        tuple(texts),
        tuple(confidences),
        tuple(agreement),
        centres,
        tuple(repairs),
        solution.probability,
        covered,
        misplaced,
        sight,
    )


def _repairs(format_: MrzFormat | None, row: int, line: Sequence[Cell], text: str) -> list[Repair]:
    return [
        Repair(row + 1, i + 1, cell.raw, text[i], cell.share(cell.raw), _reason(format_, (row, i), cell))
        for i, cell in enumerate(line)
        if cell.raw != text[i]
    ]


def _confidence(cell: Cell, character: str, alphabet: str) -> float:
    """How probable a character is among those its field allows, or by sight if it is not of them."""
    if character not in alphabet:
        return cell.share(character)
    return math.exp(dict(options_of(cell, alphabet)).get(character, 2 * ILLEGAL)) if cell.raw else 0.0


def _alphabet(format_: MrzFormat | None, place: Place) -> str:
    if format_ is None:
        return ALPHABET
    layout = LAYOUTS[format_]
    spans = [*layout.fields.values(), *(check.place for check in layout.checks.values())]
    return next(alphabet_at(span, place[1]) for span in spans if span.holds(*place))


def _reason(format_: MrzFormat | None, place: Place, cell: Cell) -> Reason:
    if not cell.raw:
        return Reason.MISSING
    if format_ is None or cell.raw not in _alphabet(format_, place):
        return Reason.ALPHABET
    field = next((name for name, span in LAYOUTS[format_].fields.items() if span.holds(*place)), "")
    if field in {"issuing_state", "nationality"}:
        return Reason.STATE_CODE
    return Reason.NAME_END if field == "name" else Reason.CHECK_DIGIT
