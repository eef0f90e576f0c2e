"""Where fields and check digits stand in a machine-readable zone: ICAO Doc 9303 parts 3 to 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

FILLER = "<"
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABET = DIGITS + LETTERS + FILLER

VISA_LETTER = "V"
DOCUMENT_LETTERS = "PIAC"
"""What a document code begins with: of a visa, and of anything else. Doc 9303 parts 4 to 7, section 4.2."""

VALUES = {character: value for value, character in enumerate(DIGITS + LETTERS)} | {FILLER: 0}
WEIGHTS = (7, 3, 1)

_LOOK_ALIKES = ("O0DQ", "I1LT", "B8", "S5", "Z2", "G6", "K<", "MNH", "UV", "VY", "7T", "4A")


class MrzError(ValueError):
    """The text is no machine-readable zone; the message says why, for the operator."""


class MrzFormat(StrEnum):
    """Size and kind of the zone: cards (TD1, TD2), passports (TD3), visas (MRV-A, MRV-B)."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the zone: ``line`` from 0, columns ``start`` to ``stop`` (excluded) from 0."""

    line: int
    start: int
    stop: int
    alphabet: str = ALPHABET

    @property
    def width(self) -> int:
        """How many characters it holds."""
        return self.stop - self.start

    def holds(self, line: int, column: int) -> bool:
        """Whether a place lies in it."""
        return line == self.line and self.start <= column < self.stop

    def of(self, lines: Sequence[str]) -> str:
        """The printed text of this stretch."""
        return lines[self.line][self.start : self.stop]


@dataclass(frozen=True, slots=True)
class Check:
    """A check digit: the place it is printed in and the stretches it is computed over."""

    place: Span
    over: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields and check digits of one format stand."""

    count: int
    width: int
    fields: Mapping[str, Span]
    checks: Mapping[str, Check]

    @property
    def takes_long_numbers(self) -> bool:
        """Whether a document number may run on in the optional field: on cards."""
        return self.width < 44 and "composite" in self.checks


_DATE = DIGITS + FILLER
_NAME = LETTERS + FILLER
_SEX = "MFX" + FILLER


def _checks(*checks: tuple[str, Span, Span]) -> dict[str, Check]:
    return {field: Check(place, (over,)) for field, place, over in checks}


def _digit(line: int, column: int) -> Span:
    return Span(line, column, column + 1, _DATE)


def _td1() -> Layout:
    fields = {
        "document_code": Span(0, 0, 2, _NAME),
        "issuing_state": Span(0, 2, 5, _NAME),
        "document_number": Span(0, 5, 14),
        "optional_data": Span(0, 15, 30),
        "date_of_birth": Span(1, 0, 6, _DATE),
        "sex": Span(1, 7, 8, _SEX),
        "date_of_expiry": Span(1, 8, 14, _DATE),
        "nationality": Span(1, 15, 18, _NAME),
        "optional_data_2": Span(1, 18, 29),
        "name": Span(2, 0, 30, _NAME),
    }
    checks = _checks(
        ("document_number", _digit(0, 14), fields["document_number"]),
        ("date_of_birth", _digit(1, 6), fields["date_of_birth"]),
        ("date_of_expiry", _digit(1, 14), fields["date_of_expiry"]),
    )
    over = (Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29))
    return Layout(3, 30, fields, checks | {"composite": Check(_digit(1, 29), over)})


def _two_lines(width: int, optional_stop: int) -> Layout:
    fields = {
        "document_code": Span(0, 0, 2, _NAME),
        "issuing_state": Span(0, 2, 5, _NAME),
        "name": Span(0, 5, width, _NAME),
        "document_number": Span(1, 0, 9),
        "nationality": Span(1, 10, 13, _NAME),
        "date_of_birth": Span(1, 13, 19, _DATE),
        "sex": Span(1, 20, 21, _SEX),
        "date_of_expiry": Span(1, 21, 27, _DATE),
        "optional_data": Span(1, 28, optional_stop),
    }
    checks = _checks(
        ("document_number", _digit(1, 9), fields["document_number"]),
        ("date_of_birth", _digit(1, 19), fields["date_of_birth"]),
        ("date_of_expiry", _digit(1, 27), fields["date_of_expiry"]),
    )
    return Layout(2, width, fields, checks)


def _with_composite(layout: Layout, own_digit_of_optional: bool) -> Layout:
    last = layout.width - 1
    checks = dict(layout.checks)
    if own_digit_of_optional:
        checks |= _checks(("optional_data", _digit(1, last - 1), layout.fields["optional_data"]))
    over = (Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, last))
    checks["composite"] = Check(_digit(1, last), over)
    return Layout(layout.count, layout.width, layout.fields, checks)


LAYOUTS: Mapping[MrzFormat, Layout] = {
    MrzFormat.TD1: _td1(),
    MrzFormat.TD2: _with_composite(_two_lines(36, 35), own_digit_of_optional=False),
    MrzFormat.TD3: _with_composite(_two_lines(44, 42), own_digit_of_optional=True),
    MrzFormat.MRV_A: _two_lines(44, 44),
    MrzFormat.MRV_B: _two_lines(36, 36),
}
"""Doc 9303 parts 4 (TD3), 5 (TD1), 6 (TD2) and 7 (visas), section 4.2 of each."""


def check_digit(field: str) -> str:
    """The check digit of ``field``, Doc 9303 part 3 section 4.9: weights 7 3 1, modulo 10."""
    return str(sum(VALUES[c] * WEIGHTS[i % 3] for i, c in enumerate(field)) % 10)


def look_alikes(character: str) -> str:
    """The characters that an eye or an engine may take for this one."""
    return "".join(group for group in _LOOK_ALIKES if character in group).replace(character, "")
