"""What check digits catch, exactly; and that what is decoded is a zone, whatever was seen."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.decode import decode
from ocr.evidence import Symbol, align_lines
from ocr.layout import ALPHABET, FILLER, LAYOUTS, VALUES
from ocr.mrz import MrzFormat, check_digit, parse, parse_text
from ocr.reading import ObstacleCode, judge, obstacles_of
from ocr.training.content import made_up_zone

SEEDS = st.integers(0, 2**32)
FORMATS = st.sampled_from(MrzFormat)


def zone(seed: int, format_: MrzFormat) -> tuple[str, ...]:
    return made_up_zone(np.random.default_rng(seed), format_)


def changed(lines: tuple[str, ...], row: int, column: int, character: str) -> tuple[str, ...]:
    line = lines[row]
    return (*lines[:row], line[:column] + character + line[column + 1 :], *lines[row + 1 :])


def guarded(format_: MrzFormat) -> Iterator[tuple[int, int]]:
    """The places that some check digit is computed over, the check digits' own left out."""
    checks = LAYOUTS[format_].checks.values()
    digits = {(check.place.line, check.place.start) for check in checks}
    spans = [span for check in checks for span in check.over]
    covered = {(span.line, column) for span in spans for column in range(span.start, span.stop)}
    yield from sorted(covered - digits)


def is_long(lines: tuple[str, ...], format_: MrzFormat) -> bool:
    """Whether the document number runs on in the optional field."""
    return LAYOUTS[format_].checks["document_number"].place.of(lines) == FILLER


@given(SEEDS, FORMATS)
def test_made_up_zones_are_valid_and_parsed_as_they_are_joined(seed: int, format_: MrzFormat) -> None:
    lines = zone(seed, format_)
    assert parse(lines).valid
    assert parse_text("".join(lines)) == parse("\n".join(lines).split("\n"))


@settings(max_examples=25)
@given(SEEDS, FORMATS, st.data())
def test_a_change_in_a_guarded_field_passes_only_between_characters_of_one_value(
    seed: int, format_: MrzFormat, data: st.DataObject
) -> None:
    """7, 3 and 1 have no factor in common with 10: a change is invisible just where it leaves the value modulo 10.

    So 0 A K U and < pass for one another, 1 B L V, 2 C M W, and so on, in every place alike. One exception: a
    passport's empty optional field whose check digit is a filler must stay empty, so there even those are caught.
    """
    lines = zone(seed, format_)
    if is_long(lines, format_):
        return
    row, column = data.draw(st.sampled_from(list(guarded(format_))))
    optional = LAYOUTS[format_].checks.get("optional_data")
    empty = optional is not None and optional.place.of(lines) == FILLER and optional.over[0].holds(row, column)
    before = lines[row][column]
    for character in set(ALPHABET) - {before}:
        invisible = (VALUES[character] - VALUES[before]) % 10 == 0 and not empty
        assert parse(changed(lines, row, column, character)).valid == invisible


@settings(max_examples=25)
@given(SEEDS, FORMATS, st.data())
def test_a_change_of_a_check_digit_is_caught(seed: int, format_: MrzFormat, data: st.DataObject) -> None:
    """But for the two ways to write that of an empty optional field, and of a number that then runs on."""
    lines = zone(seed, format_)
    checks = LAYOUTS[format_].checks
    field = data.draw(st.sampled_from(sorted(checks)))
    place = checks[field].place
    before = place.of(lines)
    for character in set(ALPHABET) - {before}:
        other = changed(lines, place.line, place.start, character)
        free = {before, character} == {"0", FILLER} and (field, is_long(other, format_)) != ("composite", False)
        assert not parse(other).valid or free


def test_zero_and_filler_pass_for_one_another_where_a_passport_has_no_optional_data() -> None:
    line = "L898902C36UTO7408122F1204159" + FILLER * 14
    for digit in "0<":
        whole = line + digit + check_digit(line[:10] + line[13:20] + line[21:] + digit)
        assert parse(("P<UTOERIKSSON<<ANNA".ljust(44, FILLER), whole)).valid


def test_a_card_may_lose_a_zero_where_its_optional_data_looks_like_the_rest_of_a_number() -> None:
    """The one blind spot that is not a matter of values: digit 0 of a full number, and data that fit as its rest."""
    number = next(text for i in range(1000) if check_digit(text := f"D2314{i:04}") == "0")
    rest = "73" + check_digit(number + "73")
    first = ("I<UTO" + number + "0" + rest).ljust(30, FILLER)
    second = "7408122F1204159UTO" + FILLER * 11
    second += check_digit(first[5:] + second[:7] + second[8:15] + second[18:])
    card = (first, second, "ERIKSSON".ljust(30, FILLER))
    lost = changed(card, 0, 14, FILLER)
    assert parse(card).valid and parse(lost).valid
    assert (parse(card).document_number, parse(lost).document_number) == (number, number + "73")


@pytest.mark.parametrize("format_", MrzFormat)
def test_what_no_digit_guards_is_known(format_: MrzFormat) -> None:
    """Names, states, sex and document codes: a change there is never caught by a digit, so nothing may rely on one."""
    free = {"document_code", "issuing_state", "nationality", "sex", "name"}
    free |= {"optional_data"} if format_ in (MrzFormat.MRV_A, MrzFormat.MRV_B) else set()
    places = set(guarded(format_))
    for name, span in LAYOUTS[format_].fields.items():
        covered = {(span.line, column) for column in range(span.start, span.stop)} & places
        assert len(covered) == (0 if name in free else span.width), name


SHARE = st.floats(0.01, 1.0)
CHOICES = st.lists(st.tuples(st.sampled_from(ALPHABET), SHARE), min_size=1, max_size=4, unique_by=lambda c: c[0])
PITCH = 29


PLACES = st.tuples(st.integers(0, 2), st.integers(0, 43))


@settings(max_examples=60)
@given(SEEDS, FORMATS, st.dictionaries(PLACES, CHOICES, max_size=40), st.sets(PLACES, max_size=6))
def test_what_is_decoded_is_a_zone_and_accepted_only_if_its_text_is_faultless(
    seed: int, format_: MrzFormat, doubts: dict[tuple[int, int], list[tuple[str, float]]], gone: set[tuple[int, int]]
) -> None:
    lines = zone(seed, format_)
    rows = [
        [
            Symbol(14 + place * PITCH, 36 + place * PITCH, _ranked(doubts.get((row, place), [(character, 0.99)])))
            for place, character in enumerate(line)
            if (row, place) not in gone
        ]
        for row, line in enumerate(lines)
    ]
    aligned = align_lines(rows, len(lines[0]), 25, PITCH)
    decoded = decode(aligned) if aligned else None
    if decoded is None or decoded.format is None:
        return
    assert [len(line) for line in decoded.lines] == [len(line) for line in lines]
    assert [len(line) for line in decoded.confidences] == [len(line) for line in lines]
    assert all(0 <= confidence <= 1 for line in decoded.confidences for confidence in line)
    mrz, reading = parse(decoded.lines), judge(decoded, b"", (), (), 0.0)
    assert reading.valid == mrz.valid
    assert not (reading.accepted and (obstacles_of(mrz) or mrz.format != decoded.format))
    raw = {(repair.line - 1, repair.position - 1): repair.raw for repair in decoded.repairs}
    for name in ("date_of_birth", "date_of_expiry", "sex"):
        span = LAYOUTS[decoded.format].fields[name]
        for column in range(span.start, span.stop):
            character = decoded.lines[span.line][column]
            assert character in span.alphabet or (span.line, column) not in raw, "no repair breaks a rule"


@pytest.mark.parametrize("format_", MrzFormat)
@pytest.mark.parametrize(("field", "character"), [("document_code", "0"), ("nationality", "1"), ("sex", "B")])
def test_what_may_not_stand_in_a_field_is_named_even_where_no_digit_guards_it(
    format_: MrzFormat, field: str, character: str
) -> None:
    span = LAYOUTS[format_].fields[field]
    mrz = parse(changed(zone(7, format_), span.line, span.start, character))
    assert mrz.valid or mrz.format is not format_  # a visa without its V is no visa
    illegal = [o for o in obstacles_of(mrz) if o.code is ObstacleCode.ILLEGAL_CHARACTER]
    assert [(o.field, o.params["position"]) for o in illegal] == [(field, span.start + 1)]


def _ranked(choices: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    total = sum(share for _, share in choices)
    return tuple((character, share / total) for character, share in sorted(choices, key=lambda choice: -choice[1]))
