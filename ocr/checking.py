"""A zone that somebody typed, looked through: what stands where, which check digits hold, what may be mistyped. Pure.

Nothing is corrected: a suggestion says what would hold if the text were another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ocr.layout import ALPHABET, FILLER, LAYOUTS, Layout, MrzError, MrzFormat, Span, look_alikes
from ocr.mrz import Mrz, format_of, lines_of, long_number_tail, parse, verify
from ocr.reading import Obstacle, ObstacleCode, obstacles_of
from ocr.states import is_state_code

MOST_SUGGESTIONS = 6
MOST_ASTRAY = 12
"""Characters that a line may lack or have too many for a suggestion to be looked for."""


class FaultCode(StrEnum):
    """Why the lines follow no layout."""

    LINES = "lines"  # there are not two or three of them
    LENGTH = "length"  # a line has too few or too many characters
    CHARACTER = "character"  # a character that no zone holds


class Change(StrEnum):
    """What a suggestion would change."""

    REPLACE = "replace"  # one character by another
    SWAP = "swap"  # two neighbours
    INSERT = "insert"  # fillers
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why the lines follow no layout; ``line`` and ``position`` count from 1, 0 is none.

    ``found`` and ``wanted`` are numbers of lines or characters; ``character`` is the one that may not stand there.
    """

    code: FaultCode
    line: int = 0
    position: int = 0
    found: int = 0
    wanted: int = 0
    character: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change after which fewer check digits fail and none breaks: ``printed`` into ``proposed``, from a place on.

    ``line`` and ``position`` count from 1; ``holds`` are the fields whose digits hold after it and did not before.
    """

    change: Change
    line: int
    position: int
    printed: str
    proposed: str
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneCheck:
    """What is known of a text as a zone.

    ``format`` is that of the lines, else the nearest one, None where none is near; ``zone`` is None where the lines
    do not follow it, and ``faults`` say why.
    """

    lines: tuple[str, ...]
    format: MrzFormat | None
    zone: Mrz | None
    faults: tuple[Fault, ...]
    obstacles: tuple[Obstacle, ...]
    suggestions: tuple[Suggestion, ...]


def check(text: str) -> ZoneCheck:
    """Look through what was typed, pasted or swiped: lines parted by CR or LF, or joined."""
    lines = tuple(lines_of(text))
    try:
        format_ = format_of(lines)
    except MrzError:
        return _misshapen(lines)
    zone = parse(lines)
    return ZoneCheck(lines, format_, zone, (), _obstacles(zone), _suggestions(lines, format_))


def digit_place(zone: Mrz, field: str) -> tuple[Span, tuple[Span, ...]]:
    """Where the check digit of ``field`` is printed, and the stretches that it is computed over."""
    layout = LAYOUTS[zone.format]
    check, optional = layout.checks[field], layout.fields["optional_data"]
    tail = long_number_tail(zone.lines, layout) if field == "document_number" else ""
    if not tail:
        return check.place, check.over
    last = optional.start + len(tail) - 1
    return Span(optional.line, last, last + 1), (*check.over, Span(optional.line, optional.start, last))


def _obstacles(zone: Mrz) -> tuple[Obstacle, ...]:
    states = (("issuing_state", zone.issuing_state), ("nationality", zone.nationality))
    unknown = [Obstacle(ObstacleCode.STATE_UNKNOWN, f, {"code": code}) for f, code in states if not is_state_code(code)]
    return (*obstacles_of(zone), *unknown)


def _misshapen(lines: tuple[str, ...]) -> ZoneCheck:
    nearest = _nearest(lines)
    faults = tuple(_faults(lines, nearest))
    mended = nearest is not None and len(faults) == 1 and faults[0].code is FaultCode.LENGTH
    found = list(_lengths(lines, nearest, faults[0])) if nearest and mended else []
    return ZoneCheck(lines, nearest, None, faults, (), _best(found))


def _best(found: Sequence[tuple[int, Suggestion]]) -> tuple[Suggestion, ...]:
    """Those that leave the least standing against the zone."""
    least = min((left for left, _ in found), default=0)
    return tuple(each for left, each in found if left == least)[:MOST_SUGGESTIONS]


def _nearest(lines: Sequence[str]) -> MrzFormat | None:
    """The format whose number and length of lines come closest."""
    if len(lines) == 3:
        return MrzFormat.TD1
    if len(lines) != 2:
        return None
    visa, wide = lines[0].startswith("V"), sum(map(len, lines)) > 36 + 44
    if wide:
        return MrzFormat.MRV_A if visa else MrzFormat.TD3
    return MrzFormat.MRV_B if visa else MrzFormat.TD2


def _faults(lines: Sequence[str], nearest: MrzFormat | None) -> Iterator[Fault]:
    if nearest is None:
        yield Fault(FaultCode.LINES, found=len(lines))
    for number, line in enumerate(lines, 1):
        if nearest and len(line) != (width := LAYOUTS[nearest].width):
            yield Fault(FaultCode.LENGTH, number, found=len(line), wanted=width)
        for position, character in enumerate(line, 1):
            if character not in ALPHABET:
                yield Fault(FaultCode.CHARACTER, number, position, character=character)


def _lengths(lines: tuple[str, ...], nearest: MrzFormat, fault: Fault) -> Iterator[tuple[int, Suggestion]]:
    """Fillers that the line lacks, or characters that it has too many, where every check digit holds then.

    A line without check digits is the one with the name: it is made longer or shorter at its end alone.
    """
    row, lack = fault.line - 1, fault.wanted - fault.found
    line = lines[row]
    if abs(lack) > MOST_ASTRAY:
        return
    checked = any(row == each.place.line for each in LAYOUTS[nearest].checks.values())
    end = len(line) - max(0, -lack)
    seen: set[str] = set()
    for at in range(end + 1) if checked else (end,):
        dropped, added = line[at : at + max(0, -lack)], FILLER * max(0, lack)
        changed = line[:at] + added + line[at + len(dropped) :]
        if changed in seen or (dropped.strip(FILLER) and not checked):
            continue
        seen.add(changed)
        mended = _with(lines, row, changed)
        if not _failing(mended, nearest):
            change = Change.INSERT if lack > 0 else Change.REMOVE
            yield len(_obstacles(parse(mended))), Suggestion(change, row + 1, at + 1, dropped, added, ())


def _suggestions(lines: tuple[str, ...], format_: MrzFormat) -> tuple[Suggestion, ...]:
    """The changes of one character or of two neighbours that make check digits hold, or characters lawful."""
    failing = _failing(lines, format_)
    found: list[tuple[int, Suggestion]] = []
    for change, row, at, proposed, strange in _changes(lines, format_, failing):
        printed = lines[row][at : at + len(proposed)]
        changed = _with(lines, row, lines[row][:at] + proposed + lines[row][at + len(proposed) :])
        left = _failing(changed, format_)
        if left < failing or (strange and left <= failing):
            holds = tuple(field for field in LAYOUTS[format_].checks if field in failing - left)
            found.append(
                (len(_obstacles(parse(changed))), Suggestion(change, row + 1, at + 1, printed, proposed, holds))
            )
    return _best(found)


def _changes(
    lines: Sequence[str], format_: MrzFormat, failing: frozenset[str]
) -> Iterator[tuple[Change, int, int, str, bool]]:
    """What may be mistyped, the likeliest first: look-alikes, neighbours, the check digits themselves.

    Each with its line and place from 0, what would stand there, and whether what stands there may not.
    """
    layout = LAYOUTS[format_]
    suspects = sorted(_suspects(layout, failing))
    for row, line in enumerate(lines):
        for at, character in enumerate(line):
            allowed = _alphabet(layout, row, at)
            strange = character not in allowed
            if strange or (row, at) in suspects:
                for other in look_alikes(character):
                    if other in allowed:
                        yield Change.REPLACE, row, at, other, strange
    for row, at in suspects:
        pair = lines[row][at : at + 2]
        if len(set(pair)) == 2:
            yield Change.SWAP, row, at, pair[::-1], False
    for each in verify(lines, format_):
        place = layout.checks[each.field].place
        if not each.valid and place.of(lines) not in look_alikes(each.computed):
            yield Change.REPLACE, place.line, place.start, each.computed, False


def _suspects(layout: Layout, failing: frozenset[str]) -> set[tuple[int, int]]:
    """The places that the failing check digits cover, their own among them."""
    spans = (span for field in failing for span in (*layout.checks[field].over, layout.checks[field].place))
    return {(span.line, at) for span in spans for at in range(span.start, span.stop)}


def _alphabet(layout: Layout, row: int, at: int) -> str:
    """What may stand in a place."""
    spans = (*layout.fields.values(), *(each.place for each in layout.checks.values()))
    return next((span.alphabet for span in spans if span.holds(row, at)), ALPHABET)


def _failing(lines: Sequence[str], format_: MrzFormat) -> frozenset[str]:
    return frozenset(each.field for each in verify(lines, format_) if not each.valid)


def _with(lines: tuple[str, ...], row: int, line: str) -> tuple[str, ...]:
    return (*lines[:row], line, *lines[row + 1 :])
