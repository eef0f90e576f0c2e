"""Evidence and the standard's rules weighed together: what is repaired, what is left as printed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.decode import Decoded, Reason
from ocr.decode import decode as decode_aligned
from ocr.evidence import Symbol, align, align_lines, blend
from ocr.layout import ALPHABET
from ocr.mrz import MrzFormat, parse
from ocr.reading import MrzReading, ObstacleCode, judge

PITCH, ORIGIN = 29.0, 14.0

TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD1_LONG = ("I<UTOHVC8N3QW7<ZE17428<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD2_LONG = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D23145890<UTO7408122F12041597349<<<2")
MRV_A = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
MRV_B = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")
UNUSED = (TD3[0], "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8")
ZONES = (TD3, TD1, TD1_LONG, TD2, TD2_LONG, MRV_A, MRV_B, UNUSED)

Doubts = dict[tuple[int, int], tuple[tuple[str, float], ...]]


def symbols(text: str, doubts: dict[int, tuple[tuple[str, float], ...]], pitch: float = PITCH) -> list[Symbol]:
    """A line as an engine sees it that is sure of all but some places (from 0)."""
    seen = []
    for place, character in enumerate(text):
        left = round(ORIGIN + place * pitch + 4)
        seen.append(Symbol(left, left + 21, doubts.get(place, ((character, 0.999),))))
    return seen


def decode(rows: list[list[Symbol]], origin: float, pitch: float) -> Decoded | None:
    aligned = align_lines(rows, max(map(len, rows), default=0), origin, pitch)
    return None if aligned is None else decode_aligned(aligned)


def see(lines: tuple[str, ...], doubts: Doubts | None = None) -> Decoded:
    rows = [
        symbols(line, {place: seen for (row, place), seen in (doubts or {}).items() if row == at})
        for at, line in enumerate(lines)
    ]
    decoded = decode(rows, ORIGIN, PITCH)
    assert decoded is not None
    return decoded


def reading(decoded: Decoded) -> MrzReading:
    return judge(decoded, b"", (), (), 0.0)


def with_character(lines: tuple[str, ...], row: int, place: int, character: str) -> tuple[str, ...]:
    changed = [*lines]
    changed[row] = lines[row][:place] + character + lines[row][place + 1 :]
    return tuple(changed)


@pytest.mark.parametrize("lines", ZONES)
def test_what_is_clearly_printed_is_read_and_accepted(lines: tuple[str, ...]) -> None:
    assert parse(lines).valid
    decoded = see(lines)
    assert (decoded.lines, decoded.repairs, decoded.misplaced) == (lines, (), 0)
    assert decoded.format == parse(lines).format
    assert reading(decoded).accepted


@pytest.mark.parametrize(
    ("row", "place", "raw", "reason"),
    [
        (1, 14, "A", Reason.ALPHABET),  # 4 of the date of birth
        (1, 22, "Z", Reason.ALPHABET),  # 2 of the date of expiry
        (1, 9, "G", Reason.ALPHABET),  # check digit 6
        (0, 7, "1", Reason.ALPHABET),  # I of ERIKSSON
        (1, 5, "O", Reason.CHECK_DIGIT),  # the number's digit says 0, not the letter
        (1, 29, "F", Reason.CHECK_DIGIT),  # E of the optional data
    ],
)
def test_look_alikes_are_repaired_where_the_standard_demands_it(row: int, place: int, raw: str, reason: Reason) -> None:
    true = TD3[row][place]
    decoded = see(TD3, {(row, place): ((raw, 0.9), (true, 0.06))})
    assert decoded.lines == TD3
    (repair,) = decoded.repairs
    assert (repair.line, repair.position, repair.raw, repair.repaired) == (row + 1, place + 1, raw, true)
    assert repair.reason == reason
    assert repair.confidence == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("lines", ZONES)
@pytest.mark.parametrize("digit", "0123456789")
def test_a_document_that_breaks_its_check_digits_is_read_as_printed(lines: tuple[str, ...], digit: str) -> None:
    row, place = (1, 6) if len(lines) == 3 else (1, 19)
    printed = with_character(lines, row, place, digit)
    decoded = see(printed)
    assert decoded.lines == printed
    assert decoded.repairs == ()
    found = reading(decoded)
    assert found.accepted == (printed == lines)
    assert found.valid == (printed == lines)


def test_a_printed_code_that_is_no_state_stays_and_is_flagged() -> None:
    printed = with_character(with_character(with_character(TD3, 1, 10, "1"), 1, 11, "3"), 1, 12, "2")
    decoded = see(printed)
    assert decoded.lines == printed
    assert decoded.repairs == ()


def test_a_doubtful_code_of_a_state_becomes_one() -> None:
    decoded = see(TD3, {(0, 3): (("I", 0.6), ("T", 0.3))})
    assert decoded.lines == TD3
    assert [repair.reason for repair in decoded.repairs] == [Reason.STATE_CODE]
    assert not reading(decoded).accepted


def test_a_doubtful_letter_of_a_name_stands_against_acceptance() -> None:
    decoded = see(TD3, {(0, 15): (("A", 0.7), ("H", 0.3))})
    found = reading(decoded)
    assert found.valid
    assert not found.accepted
    (obstacle,) = found.obstacles
    assert (obstacle.code, obstacle.params["line"], obstacle.params["position"]) == (ObstacleCode.NAME_DOUBTFUL, 1, 16)


def test_fillers_read_as_letters_after_the_name_are_repaired() -> None:
    decoded = see(TD3, {(0, 35): (("K", 0.7), ("<", 0.25))})
    assert decoded.lines == TD3
    assert [(r.raw, r.repaired, r.reason) for r in decoded.repairs] == [("K", "<", Reason.NAME_END)]


def test_two_readings_that_both_fit_the_digits_are_a_doubt() -> None:
    # 6 and G are worth the same modulo 10: no check digit tells them apart.
    lines = (TD3[0], "L898902G" + TD3[1][8:])
    both = ((("6", 0.6), ("G", 0.4)), (("G", 0.6), ("6", 0.4)))
    for seen in both:
        found = reading(see(lines, {(1, 7): seen}))
        assert not found.accepted


@pytest.mark.parametrize("lines", ZONES)
@pytest.mark.parametrize("place", [0, 5, 17, 29])
def test_a_place_where_nothing_was_seen_is_found_where_it_is(lines: tuple[str, ...], place: int) -> None:
    rows = [symbols(line, {}) for line in lines]
    for row in rows:
        del row[place]
    decoded = decode(rows, ORIGIN, PITCH)
    assert decoded is not None
    assert decoded.misplaced == len(lines)
    others = [i for i in range(len(lines[0])) if i != place]
    assert all(got[i] == line[i] for got, line in zip(decoded.lines, lines, strict=True) for i in others)
    assert not reading(decoded).accepted


def test_many_places_without_a_symbol_make_the_length_doubtful() -> None:
    rows = [symbols(line, {}) for line in TD3]
    del rows[0][30:33]
    decoded = decode(rows, ORIGIN, PITCH)
    assert decoded is not None
    assert ObstacleCode.LENGTH_DOUBTFUL in {o.code for o in reading(decoded).obstacles}


def second_look(lines: tuple[str, ...], seen: Doubts) -> MrzReading:
    """The reading where the engine is sure of the lines and a second reader sees some places otherwise."""
    aligned = align_lines([symbols(line, {}) for line in lines], len(lines[0]), ORIGIN, PITCH)
    assert aligned is not None
    looks = []
    for row, line in enumerate(lines):
        shares = np.full((len(line), len(ALPHABET)), 1e-4, np.float32)
        for place, character in enumerate(line):
            for other, share in seen.get((row, place), ((character, 0.99),)):
                shares[place, ALPHABET.index(other)] = share
        looks.append(shares / shares.sum(axis=1, keepdims=True))
    return reading(decode_aligned(tuple(map(blend, aligned, looks))))


def test_two_readers_that_agree_are_believed() -> None:
    found = second_look(TD3, {})
    assert found.accepted
    assert found.lines == TD3
    assert found.repairs == ()


def test_two_readers_that_differ_on_a_name_are_not() -> None:
    found = second_look(TD3, {(0, 15): (("H", 0.9), ("A", 0.08))})
    assert not found.accepted
    assert {o.code for o in found.obstacles} == {ObstacleCode.NAME_DOUBTFUL}


def test_readers_that_differ_only_in_what_the_field_forbids_agree() -> None:
    found = second_look(TD3, {(0, 4): (("0", 0.9), ("O", 0.09))})
    assert found.lines == TD3
    assert found.accepted


@pytest.mark.parametrize("place", [0, 7, 20, 43])
def test_a_symbol_too_many_is_left_out(place: int) -> None:
    rows = [symbols(line, {}) for line in TD3]
    centre = round(rows[1][place].centre)
    rows[1].insert(place + 1, Symbol(centre + 2, centre + 8, (("I", 0.3),)))
    decoded = decode(rows, ORIGIN, PITCH)
    assert decoded is not None
    assert decoded.lines == TD3
    assert decoded.misplaced == 1


@pytest.mark.parametrize("before", [True, False])
def test_a_mark_beside_the_line_is_left_out(before: bool) -> None:
    rows = [symbols(line, {}) for line in TD3]
    left = round(ORIGIN - PITCH + 4) if before else round(ORIGIN + 44 * PITCH + 4)
    rows[0].insert(0 if before else 44, Symbol(left, left + 9, (("I", 0.5),)))
    decoded = decode(rows, ORIGIN, PITCH)
    assert decoded is not None
    assert decoded.lines == TD3


@pytest.mark.parametrize("pitch", [27.9, 30.2])
@pytest.mark.parametrize("bend", [-0.03, 0.0, 0.03])
def test_places_are_found_at_another_pitch_and_in_perspective(pitch: float, bend: float) -> None:
    rows = []
    for line in TD3:
        row = []
        for place, character in enumerate(line):
            left = round(ORIGIN + place * (pitch + bend * place))
            row.append(Symbol(left + 4, left + 24, ((character, 0.99),)))
        rows.append(row)
    del rows[0][5], rows[1][40]
    decoded = decode(rows, ORIGIN, PITCH)
    assert decoded is not None
    assert decoded.lines[1][:40] == TD3[1][:40]
    assert decoded.lines[0][6:] == TD3[0][6:]
    assert decoded.misplaced == 2


def test_an_old_french_card_is_read_as_text_and_not_accepted() -> None:
    lines = ("IDFRAMADEUP<<<<<<<<<<<<<<<<<<<952042", "0509952018746NICOLAS<<PAUL<8206152M3")
    decoded = see(lines)
    assert (decoded.lines, decoded.format) == (lines, None)
    found = reading(decoded)
    assert (found.mrz, found.accepted, found.valid) == (None, False, False)
    assert [o.code for o in found.obstacles] == [ObstacleCode.LAYOUT_UNKNOWN]


@pytest.mark.parametrize("rows", [[], [[]], [[], []], [[], [], []]])
def test_nothing_seen_is_no_zone(rows: list[list[Symbol]]) -> None:
    assert decode(rows, ORIGIN, PITCH) is None


def test_formats_are_told_by_size_and_first_letter() -> None:
    assert [see(lines).format for lines in (TD1, TD2, TD3, MRV_A, MRV_B)] == list(MrzFormat)


CHARACTER = st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<")


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(ZONES), st.data())
def test_a_character_without_a_rule_behind_it_is_never_changed(lines: tuple[str, ...], data: st.DataObject) -> None:
    """Whatever is clearly printed in one place is what is read there, flagged if it breaks a rule."""
    row = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[0]) - 1))
    sure = ((data.draw(CHARACTER), 1.0),)
    decoded = see(lines, {(row, place): sure})
    got = decoded.lines[row][place]
    assert got == sure[0][0] or (row, place) in {(r.line - 1, r.position - 1) for r in decoded.repairs}
    plain = tuple(with_character(lines, row, place, sure[0][0]))
    changed = {(r, p) for r in range(len(lines)) for p in range(len(lines[0])) if decoded.lines[r][p] != plain[r][p]}
    assert changed == {(r.line - 1, r.position - 1) for r in decoded.repairs}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1400), st.integers(1, 40), CHARACTER), max_size=60), st.integers(2, 3))
def test_any_symbols_make_a_zone_or_none(marks: list[tuple[int, int, str]], count: int) -> None:
    row = [Symbol(left, left + width, ((character, 0.5),)) for left, width, character in sorted(marks)]
    decoded = decode([row] * count, ORIGIN, PITCH)
    if decoded is not None:
        assert {len(line) for line in decoded.lines} <= {30, 36, 44}
        assert all(len(c) == len(line) for c, line in zip(decoded.confidences, decoded.lines, strict=True))
        assert not reading(decoded).accepted or not decoded.misplaced


@settings(deadline=None)
@given(st.lists(st.integers(0, 43), unique=True, max_size=12))
def test_alignment_keeps_what_it_places(gone: list[int]) -> None:
    row = [symbol for place, symbol in enumerate(symbols(TD3[1], {})) if place not in gone]
    aligned = align(row, 44, ORIGIN, PITCH)
    assert aligned.missing == len(gone)
    assert aligned.extra == 0
    for place, cell in enumerate(aligned.cells):
        assert cell.raw == ("" if place in gone else TD3[1][place])
