"""The zone that a careful user picks from a page reader's lines."""

import pytest

from bench.peers.zone import pick

P1, P2 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
CARD = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
PAGE = ["UTOPIA PASSPORT", "THIS PASSPORT IS THE PROPERTY OF THE GOVERNMENT", "Eriksson"]


@pytest.mark.parametrize(
    "lines",
    [
        (P1, P2),
        (P1.replace("<", " < "), P2),
        (P1.replace("UTO", "UT0").replace("MARIA", "MAR1A"), P2.replace("7408122", "74O8I22")),
        (P1[:-3], P2),
        (P1 + "<<", P2.replace("<<<<<", "<<<<")),
        (P1.replace("<<", "«"), P2.lower()),
        (P2, P1),
    ],
)
def test_a_zone_is_found_and_put_right(lines: tuple[str, str]) -> None:
    found = pick([*PAGE, *lines, "42"])
    assert found is not None
    assert (found.lines, found.holds) == ((P1, P2), True)


def test_a_card_is_not_taken_for_its_last_two_lines() -> None:
    found = pick([*PAGE, *CARD])
    assert found is not None
    assert found.lines == CARD


def test_what_cannot_be_put_right_does_not_hold() -> None:
    found = pick([P1, P2.replace("740812", "741812")])
    assert found is not None
    assert not found.holds


@pytest.mark.parametrize("page", [[], PAGE, ["THE QUICK BROWN DOG JUMPED OVER THE LAZY FOX"] * 4])
def test_text_is_no_zone(page: list[str]) -> None:
    assert pick(page) is None
