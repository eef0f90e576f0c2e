"""A typed zone looked through: faults of shape, and what may be mistyped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.checking import Change, Fault, FaultCode, check, digit_place
from ocr.layout import ALPHABET, LAYOUTS, check_digit
from ocr.mrz import MrzFormat, render
from ocr.reading import ObstacleCode

PERSON = {
    "document_code": "P",
    "issuing_state": "UTO",
    "document_number": "L898902C3",
    "nationality": "UTO",
    "date_of_birth": "740812",
    "sex": "F",
    "date_of_expiry": "300415",
    "primary_identifier": "ERIKSSON",
    "secondary_identifier": "ANNA MARIA",
    "optional_data": ("ZE184226B",),
}
VISAS = (MrzFormat.MRV_A, MrzFormat.MRV_B)


def zone(format_: MrzFormat = MrzFormat.TD3, **changes: object) -> tuple[str, ...]:
    code = {"document_code": "V" if format_ in VISAS else "P", "optional_data": ("ZE1842",)}
    return render(format_, **{**PERSON, **code, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("format_", MrzFormat)
def test_a_sound_zone_has_nothing_against_it(format_: MrzFormat) -> None:
    found = check("\n".join(zone(format_)).lower())
    assert (found.format, found.lines, found.faults, found.obstacles) == (format_, zone(format_), (), ())
    assert found.suggestions == ()


@pytest.mark.parametrize("format_", MrzFormat)
@given(data=st.data())
def test_a_look_alike_or_a_swap_is_suggested_back(format_: MrzFormat, data: st.DataObject) -> None:
    """Wherever a slip breaks a check digit, undoing it mends it, and every suggestion mends at least one."""
    lines = zone(format_)
    checks = LAYOUTS[format_].checks.values()
    spans = [span for each in checks for span in (*each.over, each.place)]
    span = data.draw(st.sampled_from(spans))
    at = data.draw(st.integers(span.start, max(span.start, span.stop - 2)))
    line = lines[span.line]
    slipped = line[:at] + line[at : at + 2][::-1] + line[at + 2 :]
    found = check("\n".join((*lines[: span.line], slipped, *lines[span.line + 1 :])))
    assert found.zone is not None
    failing = {each.field for each in found.zone.check_digits if not each.valid}
    for each in found.suggestions:
        row = found.lines[each.line - 1]
        place = each.position - 1
        assert row[place:].startswith(each.printed)
        mended = row[:place] + each.proposed + row[place + len(each.printed) :]
        again = check("\n".join((*found.lines[: each.line - 1], mended, *found.lines[each.line :])))
        assert again.zone is not None
        left = {each.field for each in again.zone.check_digits if not each.valid}
        assert left <= failing
        assert failing - left == set(each.holds)


def test_a_slip_of_typing_is_found_where_it_was_made() -> None:
    first, second = zone(optional_data=())
    swapped = check(f"{first}\n{second[:3]}{second[4]}{second[3]}{second[5:]}")
    (slip,) = [each for each in swapped.suggestions if each.change is Change.SWAP]
    assert (slip.line, slip.position, slip.proposed, slip.holds) == (2, 4, "89", ("document_number", "composite"))
    unlike = check(f"{first.replace('ANNA', '4NNA')}\n{second}")
    assert [(s.line, s.position, s.proposed, s.holds) for s in unlike.suggestions] == [(1, 16, "A", ())]
    digit = check(f"{first}\n{second[:9]}7{second[10:]}")
    assert [(s.position, s.proposed) for s in digit.suggestions] == [(10, second[9])]


def test_fillers_miscounted_and_letters_doubled() -> None:
    first, second = zone()
    short = check(f"{first[:-2]}\n{second}")
    assert short.faults == (Fault(FaultCode.LENGTH, 1, found=42, wanted=44),)
    assert [(s.change, s.position, s.proposed) for s in short.suggestions] == [(Change.INSERT, 43, "<<")]
    doubled = check(f"{first}\n{second[:11]}{second[10]}{second[11:]}")
    assert [(s.change, s.line, s.printed) for s in doubled.suggestions] == [(Change.REMOVE, 2, "U")]
    cut = check(f"{first}\n{second[:38]}{second[40:]}")
    assert {(s.change, s.proposed) for s in cut.suggestions} == {(Change.INSERT, "<<")}


def test_what_is_no_zone_says_why() -> None:
    assert check("   \n").faults == (Fault(FaultCode.LINES),)
    strange = check("\n".join(zone()).replace("ANNA", "ÄNNA"))
    assert strange.zone is None
    assert strange.faults == (Fault(FaultCode.CHARACTER, 1, 16, character="Ä"),)
    states = check("\n".join(zone(nationality="QQQ")))
    assert [(each.code, each.field) for each in states.obstacles] == [(ObstacleCode.STATE_UNKNOWN, "nationality")]


def test_the_digit_of_a_long_number_stands_in_the_optional_field() -> None:
    number = "D23145890734"
    found = check("\n".join(zone(MrzFormat.TD1, document_code="I", document_number=number)))
    assert found.zone is not None
    assert found.zone.valid
    place, over = digit_place(found.zone, "document_number")
    assert place.of(found.lines) == check_digit(number)
    assert "".join(span.of(found.lines) for span in over).replace("<", "") == number


@given(st.text(alphabet=f"{ALPHABET}\n é", max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    found = check(text)
    assert (found.zone is None) == bool(found.faults)
