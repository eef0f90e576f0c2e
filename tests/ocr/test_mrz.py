"""The zone as text: formats, check digits, and the traps readers fall into."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.mrz import (
    Mrz,
    MrzError,
    MrzFormat,
    check_digit,
    decode_arabic_escapes,
    expand_date,
    is_state_code,
    parse,
    parse_text,
    render,
)

TODAY = date(2026, 3, 1)

TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
MRV_A = (
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
)
MRV_B = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")
SPECIMENS = {
    MrzFormat.TD1: TD1,
    MrzFormat.TD2: TD2,
    MrzFormat.TD3: TD3,
    MrzFormat.MRV_A: MRV_A,
    MrzFormat.MRV_B: MRV_B,
}


def verdicts(mrz: Mrz) -> dict[str, bool]:
    return {check.field: check.valid for check in mrz.check_digits}


def with_second_line(line: str) -> tuple[str, str]:
    return (TD3[0] if len(line) == 44 else TD2[0], line)


@pytest.mark.parametrize(("format_", "lines"), SPECIMENS.items())
def test_specimens_of_the_standard_hold(format_: MrzFormat, lines: tuple[str, ...]) -> None:
    mrz = parse(lines)
    assert (mrz.format, mrz.valid, mrz.lines) == (format_, True, lines)
    assert (mrz.primary_identifier, mrz.secondary_identifier) == ("ERIKSSON", "ANNA MARIA")
    assert (mrz.issuing_state, mrz.name_truncated) == ("UTO", False)


def test_every_field_of_a_passport() -> None:
    mrz = parse(TD3)
    assert mrz.document_code == "P"
    assert mrz.document_number == "L898902C3"
    assert (mrz.nationality, mrz.sex) == ("UTO", "F")
    assert (mrz.date_of_birth, mrz.date_of_expiry) == ("740812", "120415")
    assert mrz.optional_data == ("ZE184226B",)
    assert list(verdicts(mrz)) == [
        "document_number",
        "date_of_birth",
        "date_of_expiry",
        "optional_data",
        "composite",
    ]


def test_a_visa_has_no_composite_digit() -> None:
    assert "composite" not in verdicts(parse(MRV_A)) | verdicts(parse(MRV_B))


@pytest.mark.parametrize(("format_", "lines"), SPECIMENS.items())
def test_one_wrong_digit_fails_its_own_field(format_: MrzFormat, lines: tuple[str, ...]) -> None:
    row = 1
    at = lines[row].index("740812" if "740812" in lines[row] else "400907")
    wrong = [*lines]
    wrong[row] = lines[row][:at] + "5" + lines[row][at + 1 :]
    found = verdicts(parse(wrong))
    assert not found["date_of_birth"]
    assert found["document_number"] and found["date_of_expiry"]
    assert found.get("composite", False) is False


# Long document numbers (TD1, TD2).


def test_long_number_goes_on_in_the_optional_field() -> None:
    mrz = parse(("I<UTOD23145890<7349<<<<<<<<<<<", *TD1[1:]))
    assert mrz.document_number == "D23145890734"
    assert verdicts(mrz)["document_number"]
    assert mrz.optional_data == ("", "")


def test_long_number_digit_leaves_the_filler_out() -> None:
    number = "HVC8N3QW7ZE1742"
    assert check_digit(number) == "8"
    assert check_digit("HVC8N3QW7<ZE1742") == "2"
    assert verdicts(parse(("I<UTOHVC8N3QW7<ZE17428<<<<<<<<", *TD1[1:])))["document_number"]
    assert not verdicts(parse(("I<UTOHVC8N3QW7<ZE17422<<<<<<<<", *TD1[1:])))["document_number"]


def test_data_after_a_long_number_stays_optional_data() -> None:
    lines = render(
        MrzFormat.TD2,
        document_code="I",
        issuing_state="UTO",
        document_number="D23145890734",
        nationality="UTO",
        date_of_birth="740812",
        sex="F",
        date_of_expiry="120415",
        primary_identifier="ERIKSSON",
        optional_data=("AB",),
    )
    assert lines[1][28:35] == "7349<AB"
    assert parse(lines).optional_data == ("AB",)
    assert parse(lines).valid


def test_filler_as_digit_without_a_long_number_is_a_failure() -> None:
    assert not verdicts(parse(("I<UTOD23145890<<<<<<<<<<<<<<<<", *TD1[1:])))["document_number"]


# Valid, and refused by some readers.


@pytest.mark.parametrize(
    "line",
    [
        "99003853<1CZE1101018M1207046110101111<<<<<94",
        "W807543<<7TUN5301012M170115302640846<1601<68",
    ],
)
def test_valid_lines_that_some_readers_refuse(line: str) -> None:
    assert parse(with_second_line(line)).valid


def test_fillers_inside_optional_data_are_kept() -> None:
    mrz = parse(with_second_line("W807543<<7TUN5301012M170115302640846<1601<68"))
    assert mrz.optional_data == ("02640846<1601",)
    assert mrz.document_number == "W807543"


def test_a_second_line_without_any_filler() -> None:
    fields = {"document_code": "P", "issuing_state": "CHN", "nationality": "CHN"}
    line = render(
        MrzFormat.TD3,
        **fields,
        document_number="G12345678",
        date_of_birth="900101",
        sex="F",
        date_of_expiry="300101",
        primary_identifier="MADE UP",
        optional_data=("LEMJKLMNOPQRST",),
    )
    assert "<" not in line[1]
    assert parse(line).valid


@pytest.mark.parametrize("digit", ["<", "0"])
def test_digit_of_an_empty_optional_field_may_be_filler_or_zero(digit: str) -> None:
    head = "L898902C36UTO7408122F1204159" + "<" * 14 + digit
    composite = check_digit(head[:10] + head[13:20] + head[21:])
    assert parse(with_second_line(head + composite)).valid


@pytest.mark.parametrize("digit", ["<", "0"])
def test_digit_of_a_filled_optional_field_may_not(digit: str) -> None:
    wrong = TD3[1][:42] + digit + TD3[1][43]
    assert not verdicts(parse(with_second_line(wrong)))["optional_data"]


@pytest.mark.parametrize(("printed", "sex"), [("F", "F"), ("M", "M"), ("<", "X"), ("X", "X")])
def test_sex(printed: str, sex: str) -> None:
    assert parse(with_second_line(TD3[1][:20] + printed + TD3[1][21:])).sex == sex


# Names.


@pytest.mark.parametrize(
    ("printed", "primary", "secondary", "truncated"),
    [
        ("ERIKSSON<<ANNA<MARIA", "ERIKSSON", "ANNA MARIA", False),
        ("ARKFREITH", "ARKFREITH", "", False),
        ("VAN<DER<MUELLEN<<MARIA", "VAN DER MUELLEN", "MARIA", False),
        ("OCONNOR<<ENYA<SIOBHAN", "OCONNOR", "ENYA SIOBHAN", False),
        ("A" * 39, "A" * 39, "", True),
        ("ALFARSI<<" + "B" * 30, "ALFARSI", "B" * 30, True),
    ],
)
def test_names(printed: str, primary: str, secondary: str, truncated: bool) -> None:
    mrz = parse(("P<UTO" + printed.ljust(39, "<"), TD3[1]))
    assert (mrz.primary_identifier, mrz.secondary_identifier) == (primary, secondary)
    assert mrz.name_truncated == truncated


@pytest.mark.parametrize("name", ["MADE UP NAME " * 5, "A" * 37, "A" * 38, "A" * 39, "B" * 50])
def test_render_cuts_a_long_name_and_parse_says_so(name: str) -> None:
    fields = {"document_code": "P", "issuing_state": "IRQ", "nationality": "IRQ", "sex": "M"}
    lines = render(
        MrzFormat.TD3,
        **fields,
        document_number="A1",
        date_of_birth="900101",
        date_of_expiry="300101",
        primary_identifier=name,
        secondary_identifier="SOMEONE",
    )
    assert parse(lines).name_truncated


# Dates.


@pytest.mark.parametrize(
    ("raw", "birth"),
    [
        ("740812", "1974-08-12"),
        ("260301", "2026-03-01"),
        ("260302", "1926-03-02"),
        ("74<<12", "1974-XX-12"),
        ("7408<<", "1974-08-XX"),
        ("74<<<<", "1974-XX-XX"),
        ("<<0812", "XXXX-08-12"),
        ("<<<<<<", "XXXX-XX-XX"),
        ("26<<<<", "2026-XX-XX"),
        ("2604<<", "1926-04-XX"),
        ("000229", "2000-02-29"),
        ("<<0229", "XXXX-02-29"),
    ],
)
def test_a_birth_is_never_in_the_future(raw: str, birth: str) -> None:
    assert expand_date(raw, "birth", TODAY) == birth


@pytest.mark.parametrize(("raw", "expiry"), [("740812", "2074-08-12"), ("99<<<<", "2099-XX-XX")])
def test_an_expiry_is_in_this_century(raw: str, expiry: str) -> None:
    assert expand_date(raw, "expiry", TODAY) == expiry


@pytest.mark.parametrize("raw", ["991301", "990230", "9A0101", "7<0812", "74081", "990100", "٠١٠١٠١"])
def test_what_is_no_date_is_refused(raw: str) -> None:
    with pytest.raises(MrzError):
        expand_date(raw, "birth", TODAY)


def test_a_zone_with_a_partial_birth_date_is_valid() -> None:
    line = "L898902C36UTO74<<<<" + check_digit("74<<<<") + TD3[1][20:43]
    line += check_digit(line[:10] + line[13:20] + line[21:])
    mrz = parse(with_second_line(line))
    assert mrz.valid
    assert mrz.birth(TODAY) == "1974-XX-XX"
    assert mrz.expiry(TODAY) == "2012-04-15"


# Codes.

SPECIAL_CODES = """
D GBD GBN GBO GBP GBS EUE RKS UNO UNA UNK XBA XIM XCC XCE XCO XEC XES XMP XPO XOM XDC
XXA XXB XXC XXX UTO IRQ D<<
"""


@pytest.mark.parametrize("code", SPECIAL_CODES.split())
def test_state_codes_are_those_of_icao(code: str) -> None:
    assert is_state_code(code)


@pytest.mark.parametrize("code", ["DEU", "", "<<<", "XYZ", "irq", "IR"])
def test_other_codes_are_not(code: str) -> None:
    assert not is_state_code(code)


@pytest.mark.parametrize(
    ("coded", "arabic"),
    [
        ("ABW<BKR<MXHMD<BN<ZKRYA<ALRAZY", "ابو بكر محمد بن زكريا الرازي"),
        ("XKHALD", "خالد"),
        ("XSHYMAXE", "شيماء"),
        ("XSSALXH", "صالح"),
        ("FAXTTMXTA", "فاطمة"),
        ("XDZYAXE", "ضياء"),
    ],
)
def test_arabic_escapes(coded: str, arabic: str) -> None:
    assert decode_arabic_escapes(coded) == arabic


@pytest.mark.parametrize("name", ["MUHAMMAD", "XAVIER", "ALEXANDER", ""])
def test_phonetic_names_are_not_decoded(name: str) -> None:
    assert decode_arabic_escapes(name) is None


# What is no zone.


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((TD3[0][:43], TD3[1]), "these have 43 and 44"),
        ((TD3[0],), "this is one line of 44"),
        (TD1[:2], "these have 30 and 30"),
        ((), "no text"),
    ],
)
def test_wrong_sizes_are_told(lines: tuple[str, ...], words: str) -> None:
    with pytest.raises(MrzError, match=words):
        parse(lines)


@pytest.mark.parametrize("character", ["é", " ", "a", "٣", "-"])
def test_wrong_characters_are_told_with_their_place(character: str) -> None:
    with pytest.raises(MrzError, match=r"line 2 has .* at 3"):
        parse(with_second_line(TD3[1][:2] + character + TD3[1][3:]))


@pytest.mark.parametrize("lines", SPECIMENS.values())
@pytest.mark.parametrize("join", ["", "\r", "\n", "\r\n", "\r\n\r\n", " \r "])
def test_text_of_a_swipe_reader(lines: tuple[str, ...], join: str) -> None:
    text = "\x02  " + join.join(lines).lower() + join + "\x03\r"
    assert parse_text(text) == parse(lines)


@pytest.mark.parametrize("text", ["", "  \r\n", "P<UTO", "é" * 88])
def test_text_that_is_no_zone(text: str) -> None:
    with pytest.raises(MrzError):
        parse_text(text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        mrz = parse_text(text)
    except MrzError:
        return
    assert mrz.lines


# The standard's arithmetic and the round trip.


@settings(deadline=None)
@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<", max_size=39), st.data())
def test_a_digit_of_another_value_changes_the_check_digit(field: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(field)))
    first, second = data.draw(st.lists(st.sampled_from("0123456789"), min_size=2, max_size=2, unique=True))
    change = (int(first) - int(second)) * (7, 3, 1)[at % 3]
    changes = change % 10 != 0
    before, after = (check_digit(field[:at] + c + field[at:]) for c in (first, second))
    assert (before != after) == changes


WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6)
NAME = st.lists(WORD, min_size=1, max_size=2).map(" ".join)
NUMBER = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
DATE = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(lambda day: f"{day:%y%m%d}")
UNKNOWN = st.sampled_from(["<<<<<<", "74<<<<", "7408<<", "<<0812"])


@st.composite
def fields(draw: st.DrawFn, format_: MrzFormat) -> dict[str, object]:
    cards = format_ in {MrzFormat.TD1, MrzFormat.TD2}
    long = NUMBER.map(lambda text: text.ljust(12, "7")) if cards else NUMBER
    number = draw(NUMBER | long)
    room = {"TD1": 9, "TD2": 2, "TD3": 14, "MRV-A": 16, "MRV-B": 8}[format_]
    optional = draw(st.text("0123456789ABC", max_size=room))
    second = draw(st.text("0123456789ABC", max_size=11))
    code = {"TD3": "P", "MRV-A": "V", "MRV-B": "V"}.get(format_, "I")
    return {
        "document_code": code + draw(st.sampled_from(["", "A", "D"])),
        "issuing_state": draw(st.sampled_from(["UTO", "D", "IRQ"])),
        "document_number": number,
        "nationality": draw(st.sampled_from(["UTO", "D", "XXB"])),
        "date_of_birth": draw(DATE | UNKNOWN),
        "sex": draw(st.sampled_from("MFX")),
        "date_of_expiry": draw(DATE),
        "primary_identifier": draw(NAME),
        "secondary_identifier": draw(NAME | st.just("")),
        "optional_data": (optional, second) if format_ == MrzFormat.TD1 else (optional,),
    }


@settings(deadline=None)
@given(st.data(), st.sampled_from(MrzFormat))
def test_parse_is_the_inverse_of_render(data: st.DataObject, format_: MrzFormat) -> None:
    written = data.draw(fields(format_))
    lines = render(format_, **written)  # type: ignore[arg-type]
    mrz = parse(lines)
    assert mrz.valid
    assert {name: getattr(mrz, name) for name in written} == written
    assert render(format_, **written) == parse_text("".join(lines)).lines  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.data(), st.sampled_from(MrzFormat))
def test_render_refuses_what_does_not_fit(data: st.DataObject, format_: MrzFormat) -> None:
    written = data.draw(fields(format_)) | {"nationality": "UTOP"}
    with pytest.raises(MrzError, match="nationality 'UTOP' is longer than its 3 places"):
        render(format_, **written)  # type: ignore[arg-type]
