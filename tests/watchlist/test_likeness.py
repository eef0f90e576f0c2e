"""How alike tokens and names are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchlist.alignment import ALIKE, align
from watchlist.likeness import CUT, likeness

TOKENS = st.text(alphabet="ABDEFGHIKLMNORSTUWYZ", min_size=1, max_size=10)
NAMES = st.lists(TOKENS, min_size=1, max_size=4, unique=True)


def rarity(token: str) -> tuple[float, float]:
    return 4.0, 5.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MOHAMMED", "MUHAMAD"),
        ("HUSSEIN", "HUSAYN"),
        ("ALHUSSEIN", "HUSSEIN"),
        ("ABDRAHMAN", "RAHMAN"),
        ("SHARAFI", "SHRAFI"),
        ("MELLADO", "NELLADO"),
        ("TAREK", "IAREK"),
        ("mhmd", "MOHAMMED"),
        ("QADHAFI", "GADDAFI"),
    ],
)
def test_spellings_of_one_name_are_alike(one: str, other: str) -> None:
    assert likeness(one, other) > 0.6


@pytest.mark.parametrize(("one", "other"), [("ALI", "OMAR"), ("HASSAN", "HAMID"), ("IBRAHIM", "ISMAIL"), ("AB", "CD")])
def test_different_names_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < ALIKE


def test_a_vowel_that_is_written_long_tells_arabic_names_apart() -> None:
    assert likeness("jmal", "JAMAL") > likeness("jmil", "JAMAL")


@given(TOKENS, TOKENS)
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1


@given(TOKENS, st.integers(1, 9))
def test_a_cut_token_is_like_the_whole(token: str, kept: int) -> None:
    assert likeness(token[:kept] + CUT, token) >= 0.95


@given(NAMES)
def test_a_name_agrees_with_itself_in_any_order(name: list[str]) -> None:
    itself = align(name, name, rarity)
    turned = align(name, name[::-1], rarity)
    assert turned.weight == pytest.approx(itself.weight)
    assert not itself.subject_left
    assert not itself.entry_left


@given(NAMES, TOKENS)
def test_a_token_more_on_one_side_never_helps(name: list[str], more: str) -> None:
    assert align([*name, more], name, rarity).weight <= align(name, name, rarity).weight
    assert align(name, [*name, more], rarity).weight <= align(name, name, rarity).weight


def test_neighbours_are_read_as_one_word() -> None:
    assert align(["HAR", "MOHAN", "SINGH"], ["HARMOHAN", "SINGH"], rarity).subject_left == ()
    assert align(["ABUZAR", "EBADZADEH"], ["ABUZAR", "EBAD", "ZADEH"], rarity).entry_left == ()


def test_a_first_name_that_differs_weighs_more_than_a_middle_name() -> None:
    listed = ["ALI", "KARIM", "BARZANI"]
    first = align(["OMAR", "KARIM", "BARZANI"], listed, rarity)
    middle = align(["ALI", "OMAR", "BARZANI"], listed, rarity)
    assert first.weight < middle.weight


def test_a_rare_token_that_agrees_says_more_than_a_common_one() -> None:
    def known(token: str) -> tuple[float, float]:
        return (1.5, 2.0) if token == "MOHAMMED" else (7.0, 8.0)

    assert align(["BARZINJI"], ["BARZINJI"], known).weight > align(["MOHAMMED"], ["MOHAMMED"], known).weight
