"""The machine-readable zone: ICAO Doc 9303 parts 3 to 7. Pure: text in, values out.

A zone that breaks its check digits is still read: every check digit has a verdict of its own, and
nothing is corrected here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ocr.arabic import decode_arabic_escapes
from ocr.dates import expand_date
from ocr.layout import (
    ALPHABET,
    FILLER,
    LAYOUTS,
    Check,
    Layout,
    MrzError,
    MrzFormat,
    Span,
    check_digit,
)
from ocr.states import is_state_code

__all__ = [
    "CheckDigit",
    "Mrz",
    "MrzError",
    "MrzFormat",
    "check_digit",
    "decode_arabic_escapes",
    "expand_date",
    "format_of",
    "is_state_code",
    "lines_of",
    "parse",
    "parse_text",
    "render",
    "verify",
]


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """The verdict on one check digit: what is printed, what the field demands."""

    field: str
    printed: str
    computed: str
    valid: bool


@dataclass(frozen=True, slots=True)
class Mrz:
    """A parsed zone. Values carry no trailing fillers; inside a name a filler is a space.

    ``sex`` is M, F or X (unspecified); dates are the printed YYMMDD, unknown parts as ``<<``;
    a filler inside ``document_number`` or ``optional_data`` is kept.
    """

    format: MrzFormat
    lines: tuple[str, ...]
    document_code: str
    issuing_state: str
    document_number: str
    nationality: str
    date_of_birth: str
    sex: str
    date_of_expiry: str
    primary_identifier: str
    secondary_identifier: str
    optional_data: tuple[str, ...]
    name_truncated: bool
    check_digits: tuple[CheckDigit, ...]

    @property
    def valid(self) -> bool:
        """Whether every check digit holds."""
        return all(check.valid for check in self.check_digits)

    def birth(self, today: date) -> str:
        """The date of birth with its century; see `expand_date`."""
        return expand_date(self.date_of_birth, "birth", today)

    def expiry(self, today: date) -> str:
        """The date of expiry with its century; see `expand_date`."""
        return expand_date(self.date_of_expiry, "expiry", today)


def parse_text(text: str) -> Mrz:
    """Parse what a swipe reader sends: lines joined, or parted by CR or LF, in either case.

    Raises MrzError as `parse` does.
    """
    return parse(lines_of(text))


def lines_of(text: str) -> list[str]:
    """The lines of what a swipe reader or a keyboard sent, in capitals and without blanks; joined ones are cut."""
    lines = [line for line in (_bare(part) for part in re.split(r"[\r\n]+", text)) if line]
    return _cut(lines[0]) if len(lines) == 1 else lines


def parse(lines: Sequence[str]) -> Mrz:
    """Parse the lines of a zone. Raises MrzError when count, length or alphabet is wrong."""
    zone = tuple(lines)
    layout = LAYOUTS[(format_ := format_of(zone))]
    number, head = _document_number(zone, layout)
    name = layout.fields["name"].of(zone)
    primary, _, secondary = name.rstrip(FILLER).partition(FILLER * 2)
    text = {field: span.of(zone).rstrip(FILLER) for field, span in layout.fields.items()}
    first = text["optional_data"][head:].lstrip(FILLER) if head else text["optional_data"]
    second = (text["optional_data_2"],) if "optional_data_2" in text else ()
    return Mrz(
        format=format_,
        lines=zone,
        document_code=text["document_code"],
        issuing_state=text["issuing_state"],
        document_number=number,
        nationality=text["nationality"],
        date_of_birth=layout.fields["date_of_birth"].of(zone),
        sex="X" if text["sex"] == "" else text["sex"],
        date_of_expiry=layout.fields["date_of_expiry"].of(zone),
        primary_identifier=_words(primary),
        secondary_identifier=_words(secondary),
        optional_data=(first, *second),
        name_truncated=not name.endswith(FILLER),
        check_digits=verify(zone, format_),
    )


def format_of(lines: Sequence[str]) -> MrzFormat:
    """The format of a zone, by its size and by the V that begins every visa of two lines.

    Raises MrzError when count, length or alphabet is wrong.
    """
    size = (len(lines), {len(line) for line in lines})
    if size == (3, {30}):
        format_ = MrzFormat.TD1
    elif size == (2, {36}):
        format_ = MrzFormat.MRV_B if lines[0][0] == "V" else MrzFormat.TD2
    elif size == (2, {44}):
        format_ = MrzFormat.MRV_A if lines[0][0] == "V" else MrzFormat.TD3
    else:
        raise MrzError(_wrong_size(lines))
    _require_alphabet(lines)
    return format_


def _wrong_size(lines: Sequence[str]) -> str:
    *others, last = [str(len(line)) for line in lines] or ["no text"]
    found = f"these have {', '.join(others)} and {last}" if others else f"this is one line of {last}"
    return f"an MRZ has 3 lines of 30, 2 of 36 or 2 of 44 characters; {found}"


def _require_alphabet(lines: Sequence[str]) -> None:
    for row, line in enumerate(lines, 1):
        for column, character in enumerate(line, 1):
            if character not in ALPHABET:
                raise MrzError(f"an MRZ holds only A-Z, 0-9 and <; line {row} has {character!r} at {column}")


def verify(lines: Sequence[str], format_: MrzFormat) -> tuple[CheckDigit, ...]:
    """The verdict on each check digit of a zone whose lines have the lengths of ``format_``."""
    layout = LAYOUTS[format_]
    return tuple(_verdict(field, check, lines, layout) for field, check in layout.checks.items())


def _verdict(field: str, check: Check, lines: Sequence[str], layout: Layout) -> CheckDigit:
    covered = "".join(span.of(lines) for span in check.over)
    printed = check.place.of(lines)
    if field == "document_number" and (tail := long_number_tail(lines, layout)):
        covered, printed = covered + tail[:-1], tail[-1]
    computed = check_digit(covered)
    # Doc 9303 part 4: the digit of an empty optional field is 0 or a filler, as the issuer likes.
    empty = field == "optional_data" and not covered.strip(FILLER) and printed == FILLER
    return CheckDigit(field, printed, computed, empty or printed == computed)


def long_number_tail(lines: Sequence[str], layout: Layout) -> str:
    """The rest of a document number longer than 9 characters with its check digit, or "".

    Doc 9303 part 5 (TD1) and part 6 (TD2), notes to section 4.2: the check digit's place holds a
    filler and the optional field begins with the rest of the number, its check digit and a filler.
    """
    check = layout.checks["document_number"]
    number, optional = layout.fields["document_number"].of(lines), layout.fields["optional_data"]
    if not layout.takes_long_numbers or check.place.of(lines) != FILLER or number.endswith(FILLER):
        return ""
    head = optional.of(lines).partition(FILLER)[0]
    return head if len(head) > 1 and head[-1].isdigit() else ""


def _document_number(zone: Sequence[str], layout: Layout) -> tuple[str, int]:
    """The number, and how many characters of the optional field it took."""
    number = layout.fields["document_number"].of(zone)
    tail = long_number_tail(zone, layout)
    return (number + tail[:-1] if tail else number.rstrip(FILLER)), len(tail)


def render(
    format: MrzFormat,
    *,
    document_code: str,
    issuing_state: str,
    document_number: str,
    nationality: str,
    date_of_birth: str,
    sex: str,
    date_of_expiry: str,
    primary_identifier: str,
    secondary_identifier: str = "",
    optional_data: Sequence[str] = (),
) -> tuple[str, ...]:
    """The lines of a zone with these fields and right check digits; the inverse of `parse`.

    Names longer than their place are cut to end in a letter. An empty optional field of a passport gets
    the filler as its check digit. Raises MrzError when a field does not fit its place.
    """
    layout = LAYOUTS[format]
    number, tail = _split_number(document_number, layout)
    first, second, *_ = [*optional_data, "", ""]
    texts = {
        "document_code": document_code,
        "issuing_state": issuing_state,
        "document_number": number,
        "nationality": nationality,
        "date_of_birth": date_of_birth,
        "sex": FILLER if sex == "X" else sex,
        "date_of_expiry": date_of_expiry,
        "name": _name(primary_identifier, secondary_identifier, layout),
        "optional_data": FILLER.join(part for part in (tail, first) if part),
        "optional_data_2": second,
    }
    return _write({field: texts[field] for field in layout.fields}, layout, long_number=bool(tail))


def _write(texts: Mapping[str, str], layout: Layout, *, long_number: bool) -> tuple[str, ...]:
    zone = [FILLER * layout.width for _ in range(layout.count)]
    for field, span in layout.fields.items():
        _put(zone, span, texts[field], field)
    for field, check in layout.checks.items():
        covered = "".join(span.of(zone) for span in check.over)
        unused = field == "optional_data" and not covered.strip(FILLER)
        if not unused and not (field == "document_number" and long_number):
            _put(zone, check.place, check_digit(covered), field)
    return tuple(zone)


def _put(zone: list[str], span: Span, text: str, field: str) -> None:
    what = field.replace("_", " ")
    if len(text) > span.width:
        raise MrzError(f"the {what} {text!r} is longer than its {span.width} places")
    if wrong := set(text) - set(span.alphabet):
        raise MrzError(f"the {what} {text!r} may not hold {min(wrong)!r}")
    line = zone[span.line]
    zone[span.line] = line[: span.start] + text.ljust(span.width, FILLER) + line[span.stop :]


def _split_number(number: str, layout: Layout) -> tuple[str, str]:
    width = layout.fields["document_number"].width
    if len(number) <= width or not layout.takes_long_numbers:
        return number, ""
    return number[:width], number[width:] + check_digit(number)


def _name(primary: str, secondary: str, layout: Layout) -> str:
    parts = [FILLER.join(part.split()) for part in (primary, secondary) if part.strip()]
    return _truncated((FILLER * 2).join(parts), layout.fields["name"].width)


def _truncated(name: str, width: int) -> str:
    """Cut ``name`` so that its last place holds a letter, the sign of a cut (part 3, 4.6)."""
    kept = name[:width].rstrip(FILLER)
    rest = name[len(kept) :].lstrip(FILLER)
    if not rest or len(kept) == width:
        return kept
    gap = len(name) - len(kept) - len(rest)
    return kept[: width - gap - 1] + FILLER * gap + rest[0]


def _words(name: str) -> str:
    return " ".join(name.replace(FILLER, " ").split())


def _bare(text: str) -> str:
    return "".join(c for c in text.upper() if c.isprintable() and not c.isspace())


def _cut(joined: str) -> list[str]:
    width = {90: 30, 72: 36, 88: 44}.get(len(joined), len(joined) or 1)
    return [joined[at : at + width] for at in range(0, len(joined), width)]
