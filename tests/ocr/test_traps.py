"""Where readers of machine-readable zones go wrong, one trap after the other, by name.

What a swipe reader sends is in the first table, what a camera sees in the second. ICAO Doc 9303 parts 3 to 7.
"""

from datetime import date

import pytest

from ocr.decode import Reason, decode
from ocr.evidence import Symbol, align_lines
from ocr.layout import check_digit
from ocr.mrz import MrzError, parse, parse_text
from ocr.reading import MrzReading, judge

TODAY = date(2026, 11, 21)
PITCH = 29
P1, P2 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
CARD = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")


def name(text: str) -> tuple[str, str]:
    """A passport with this name."""
    return ("P<UTO" + text).ljust(44, "<"), P2


def second(text: str) -> tuple[str, str]:
    """A passport's or a card's second line below a made-up first one."""
    return P1[: len(text)], text


def fields(line: str, **of: str) -> tuple[str, str]:
    """A passport's second line with another birth, sex or nationality and its digits right."""
    birth, sex, state = of.get("birth", "740812"), of.get("sex", "F"), of.get("state", "UTO")
    text = line[:10] + state.ljust(3, "<") + birth + check_digit(birth) + sex + line[21:43]
    return second(text + check_digit(text[:10] + text[13:20] + text[21:43]))


def card(first: str) -> tuple[str, str, str]:
    """A card with this first line and the composite digit that belongs to it."""
    first = first.ljust(30, "<")
    middle = CARD[1][:29]
    return first, middle + check_digit(first[5:] + middle[:7] + middle[8:15] + middle[18:]), CARD[2]


TEXT_TRAPS = {
    "letters are worth 10 to 35 in a check digit": (card("I<UTOAZ0123456" + check_digit("AZ0123456")), {"valid": True}),
    "a filler is worth 0 in a check digit": (second("99003853<1CZE1101018M1207046110101111<<<<<94"), {"valid": True}),
    "a short number with data that hold a filler": (
        second("W807543<<7TUN5301012M170115302640846<1601<68"),
        {"valid": True, "document_number": "W807543", "optional_data": ("02640846<1601",)},
    ),
    "a long number of a card goes on in the optional field": (
        card("I<UTOHVC8N3QW7<ZE17428"),
        {"valid": True, "document_number": "HVC8N3QW7ZE1742", "optional_data": ("", "")},
    ),
    "a long number's digit leaves its filler out": (card("I<UTOHVC8N3QW7<ZE17422"), {"valid": False}),
    "a long number of a card of two lines": (
        ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D23145890<UTO7408122F12041597349<<<2"),
        {"valid": True, "document_number": "D23145890734"},
    ),
    "a passport has no long numbers": (
        second(P2[:9] + "<" + P2[10:]),
        {"valid": False, "document_number": "L898902C3"},
    ),
    "a second line without a filler": (
        second("G123456788CHN9001010F3001019LEMJKLMNOPQRST" + check_digit("LEMJKLMNOPQRST") + "8"),
        {"document_number": "G12345678", "optional_data": ("LEMJKLMNOPQRST",)},
    ),
    "the digit of no optional data may be a filler": (
        second("L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8"),
        {"valid": True, "optional_data": ("",)},
    ),
    "the digit of no optional data may be a zero": (
        second("L898902C36UTO7408122F1204159<<<<<<<<<<<<<<08"),
        {"valid": True, "optional_data": ("",)},
    ),
    "a visa has no composite digit": (
        ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"),
        {"valid": True, "optional_data": ("6ZE184226B",)},
    ),
    "sex may be unspecified": (fields(P2, sex="<"), {"valid": True, "sex": "X"}),
    "Germany has one letter": (fields(P2, state="D"), {"valid": True, "nationality": "D"}),
    "a holder of one name": (name("ARKFREITH"), {"primary_identifier": "ARKFREITH", "secondary_identifier": ""}),
    "a hyphen is a filler": (name("SMITH<JONES<<ANN"), {"primary_identifier": "SMITH JONES"}),
    "an apostrophe is dropped": (name("DARTAGNAN<<C"), {"primary_identifier": "DARTAGNAN"}),
    "a letter in the last place means a cut name": (
        name("PAPANDROPOULOUS<<JONATHON<ALEXANDER<TRE"),
        {"name_truncated": True},
    ),
    "a filler in the last place means a whole name": (name("PAPANDROPOULOUS<<JONATHON"), {"name_truncated": False}),
    "a name that ends with its primary identifier": (
        name("N" * 39),
        {"name_truncated": True, "secondary_identifier": ""},
    ),
}


@pytest.mark.parametrize("trap", TEXT_TRAPS)
def test_trap_in_the_text(trap: str) -> None:
    lines, expected = TEXT_TRAPS[trap]
    mrz = parse(lines)
    assert {what: getattr(mrz, what) for what in expected} == expected
    assert parse_text("".join(lines)) == mrz


DATE_TRAPS = {
    "a birth date of which nothing is known": ("<<<<<<", "XXXX-XX-XX"),
    "a birth date without a day": ("7408<<", "1974-08-XX"),
    "a birth date without month and day": ("74<<<<", "1974-XX-XX"),
    "a birth date is never in the future": ("261122", "1926-11-22"),
    "a birth today": ("261121", "2026-11-21"),
    "a holder of a hundred years": ("261201", "1926-12-01"),
}


@pytest.mark.parametrize("trap", DATE_TRAPS)
def test_trap_in_a_date(trap: str) -> None:
    printed, birth = DATE_TRAPS[trap]
    mrz = parse(fields(P2, birth=printed))
    assert mrz.valid
    assert mrz.birth(TODAY) == birth


def test_trap_an_expiry_is_in_this_century() -> None:
    assert parse((P1, P2)).expiry(TODAY) == "2012-04-15"


@pytest.mark.parametrize("lines", [(P1[:43], P2), CARD[:2], (P1, P2, P2)])
def test_trap_what_has_no_size_of_a_zone_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(MrzError):
        parse(lines)


# What a camera sees: the line, the place, what is seen there with its probability, most likely first.

Seen = tuple[tuple[str, float], ...]


def look(lines: tuple[str, ...], row: int, place: int, seen: Seen) -> MrzReading:
    """The reading where all but one place is seen clearly."""
    rows = [
        [
            Symbol(14 + at * PITCH, 36 + at * PITCH, seen if (number, at) == (row, place) else ((character, 0.999),))
            for at, character in enumerate(line)
        ]
        for number, line in enumerate(lines)
    ]
    aligned = align_lines(rows, len(lines[0]), 25, PITCH)
    assert aligned is not None
    return judge(decode(aligned), b"", (), (), 0.0)


REPAIRED = {
    "O for 0 in a number's digit": (fields(P2, birth="700812"), 1, 14, "O", "0", Reason.ALPHABET),
    "I for 1 in a date": ((P1, P2), 1, 17, "I", "1", Reason.ALPHABET),
    "Z for 2 in a date": ((P1, P2), 1, 18, "Z", "2", Reason.ALPHABET),
    "S for 5 in a date": ((P1, P2), 1, 26, "S", "5", Reason.ALPHABET),
    "B for 8 in a date": ((P1, P2), 1, 16, "B", "8", Reason.ALPHABET),
    "G for 6 in a check digit": ((P1, P2), 1, 9, "G", "6", Reason.ALPHABET),
    "0 for O in a name": (name("OERIKSSON<<ANNA"), 0, 5, "0", "O", Reason.ALPHABET),
    "1 for I in a name": ((P1, P2), 0, 7, "1", "I", Reason.ALPHABET),
    "5 for S in a name": ((P1, P2), 0, 9, "5", "S", Reason.ALPHABET),
    "8 for B in a state": (("P<GBRERIKSSON<<ANNA".ljust(44, "<"), P2), 0, 3, "8", "B", Reason.ALPHABET),
    "K for a filler after the name": ((P1, P2), 0, 35, "K", "<", Reason.NAME_END),
    "O for 0 in a number, by its digit": ((P1, P2), 1, 5, "O", "0", Reason.CHECK_DIGIT),
}


@pytest.mark.parametrize("trap", REPAIRED)
def test_trap_a_look_alike_is_repaired_and_told(trap: str) -> None:
    lines, row, place, raw, true, reason = REPAIRED[trap]
    assert lines[row][place] == true
    found = look(lines, row, place, ((raw, 0.7), (true, 0.25)))
    assert found.lines == lines
    (repair,) = found.repairs
    assert (repair.line, repair.position, repair.raw, repair.repaired) == (row + 1, place + 1, raw, true)
    assert repair.reason == reason
    assert 0 < repair.confidence < 1


AS_PRINTED = {
    "a letter O in a number whose digit agrees": (card("I<UTOO23145890" + check_digit("O23145890")), 0, 5, "O", "0"),
    "a plausible number is not made more plausible": ((P1, P2), 1, 0, "L", "1"),
    "a K within a name": (name("KOWALSKA<<KINGA"), 0, 5, "K", "<"),
    "a document that breaks a check digit": (second(P2[:19] + "3" + P2[20:]), 1, 19, "3", "2"),
    "digits for a nationality that a specimen prints": (fields(P2, state="132"), 1, 11, "3", "B"),
}


@pytest.mark.parametrize("trap", AS_PRINTED)
def test_trap_what_is_clearly_printed_is_not_repaired(trap: str) -> None:
    lines, row, place, printed, other = AS_PRINTED[trap]
    found = look(lines, row, place, ((printed, 0.99999), (other, 0.00001)))
    assert found.lines == lines
    assert found.repairs == ()
    assert found.accepted == (found.valid and not found.obstacles)
    assert found.valid == parse(lines).valid


UNGUARDED = {
    "a letter of the name": ((P1, P2), 0, 15, "A", "H"),
    "the state that issued": (("P<AUTERIKSSON<<ANNA".ljust(44, "<"), P2), 0, 4, "T", "S"),
    "the nationality": (fields(P2, state="AUT"), 1, 12, "T", "S"),
    "the sex": ((P1, P2), 1, 20, "F", "M"),
    "the kind of document": (("PD" + P1[2:], P2), 0, 1, "D", "O"),
    "optional data of a visa": (("V" + P1[1:], P2[:43] + "<"), 1, 30, "1", "7"),
}


@pytest.mark.parametrize("trap", UNGUARDED)
@pytest.mark.parametrize("true_first", [True, False])
def test_trap_faultless_digits_do_not_excuse_a_doubt_elsewhere(trap: str, true_first: bool) -> None:
    lines, row, place, true, other = UNGUARDED[trap]
    seen = ((true, 0.6), (other, 0.4)) if true_first else ((other, 0.6), (true, 0.4))
    found = look(lines, row, place, seen)
    assert found.valid
    assert not found.accepted
