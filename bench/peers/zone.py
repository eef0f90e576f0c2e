"""The zone among the lines of a whole page, put right by its grammar: what a careful user of a page reader writes.

A run of two or three neighbouring lines of about the right length is brought to that length, and a character that
its field does not allow becomes the one that looks like it. The run that then breaks fewest rules is taken, unless no
check digit holds and no code is a state's: then it is no zone.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.layout import DIGITS, FILLER, LAYOUTS, LETTERS, MrzFormat, Span
from ocr.mrz import MrzError, format_of, verify
from ocr.states import is_state_code

SLACK = 4  # characters that a line may be too short or too long
SIZES = ((3, 30), (2, 36), (2, 44))
TO_LETTER = dict(zip("0123456789", "OIZ3ASGTB9", strict=True))
TO_DIGIT = dict(zip("ODQILZASGTBU", "000112456780", strict=True))
LOOK_LIKE_FILLERS = str.maketrans({"«": "<<", "‹": "<", "〈": "<", "《": "<<", "＜": "<", "≤": "<", "(": "<", "{": "<"})


@dataclass(frozen=True, slots=True)
class Zone:
    """The lines, whether every check digit holds, and how far they are from a faultless zone."""

    lines: tuple[str, ...]
    holds: bool
    faults: float


def pick(texts: Sequence[str]) -> Zone | None:
    """The likeliest zone among lines of text, read downwards or upwards; None where there is none."""
    lines = [line for line in map(_bare, texts) if len(line) >= 30 - SLACK]
    found = [zone for way in (lines, lines[::-1]) for zone in _zones(way)]
    best = min(found, key=lambda zone: zone.faults, default=None)
    return best if best and best.faults < math.inf else None


def _bare(text: str) -> str:
    text = text.upper().translate(LOOK_LIKE_FILLERS)
    return "".join(c for c in text if c in DIGITS or c in LETTERS or c == FILLER)


def _zones(lines: Sequence[str]) -> Iterator[Zone]:
    for count, width in SIZES:
        for at in range(len(lines) - count + 1):
            run = lines[at : at + count]
            if all(abs(len(line) - width) <= SLACK for line in run):
                yield _zone(run, width)


def _zone(run: Sequence[str], width: int) -> Zone:
    fitted = tuple(_fitted(line, width) for line in run)
    format_ = format_of(fitted)
    lines = _put_right(fitted, format_)
    try:
        format_ = format_of(lines)  # the first letter may have become a V
    except MrzError:
        return Zone(lines, False, math.inf)
    checks = verify(lines, format_)
    failed = sum(not check.valid for check in checks)
    states = [LAYOUTS[format_].fields[name].of(lines) for name in ("issuing_state", "nationality")]
    if failed == len(checks) and not any(map(is_state_code, states)):
        return Zone(lines, False, math.inf)
    changed = sum(a != b for old, new in zip(run, lines, strict=True) for a, b in zip(old, new, strict=False))
    lengths = sum(abs(len(line) - width) for line in run)
    strange = sum(not is_state_code(state) for state in states) + (lines[0][0] not in "PIACV")
    return Zone(lines, not failed, 2 * failed + strange + 0.3 * changed + 0.5 * lengths)


def _fitted(line: str, width: int) -> str:
    """Brought to a width: fillers are lost from, and invented in, their longest row."""
    rows = [len(row) for row in "".join(c if c == FILLER else " " for c in line).split()]
    row = FILLER * max(rows, default=0)
    if not row:
        return line[:width].ljust(width, FILLER)
    at, lack = line.rindex(row), width - len(line)
    fillers = row + FILLER * lack if lack >= 0 else row[: max(len(row) + lack, 0)]
    return (line[:at] + fillers + line[at + len(row) :])[:width].ljust(width, FILLER)


def _put_right(lines: Sequence[str], format_: MrzFormat) -> tuple[str, ...]:
    layout = LAYOUTS[format_]
    rows = [list(line) for line in lines]
    for span in (*layout.fields.values(), *(check.place for check in layout.checks.values())):
        for column in range(span.start, span.stop):
            rows[span.line][column] = _allowed(rows[span.line][column], span)
    return tuple("".join(row) for row in rows)


def _allowed(character: str, span: Span) -> str:
    if character in span.alphabet:
        return character
    other = (TO_LETTER if character in DIGITS else TO_DIGIT).get(character, character)
    return other if other in span.alphabet else character
