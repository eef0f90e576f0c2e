"""Views of one zone, as evidence made up for the purpose: what agrees, what is left out, and how sure the whole is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.decode import Decoded, decode
from ocr.evidence import Aligned, Cell
from ocr.fusion import View, agree, fuse, likeness
from ocr.layout import ALPHABET, MrzFormat
from ocr.training.content import made_up_zone

Place = tuple[int, int]
PASSPORT = made_up_zone(np.random.default_rng(1), MrzFormat.TD3)
OTHER = made_up_zone(np.random.default_rng(2), MrzFormat.TD3)
VISA = made_up_zone(np.random.default_rng(3), MrzFormat.MRV_A)


def cell(character: str, sure: float, place: int, rest: str) -> Cell:
    rest = rest if character != rest else "U"
    shares = {character: sure, rest: 1 - sure} if character else dict.fromkeys(ALPHABET, 1 / len(ALPHABET))
    return Cell(character, shares, 10.0 * place, (shares, shares))


def view(lines: Sequence[str], sure: float = 0.99, seen: Mapping[Place, str] | None = None, rest: str = "X") -> View:
    """A frame that shows ``lines``, but for places in which something else was ``seen``; else it may be ``rest``."""
    aligned = tuple(
        Aligned(tuple(cell((seen or {}).get((row, i), c), sure, i, rest) for i, c in enumerate(line)), 0, 0)
        for row, line in enumerate(lines)
    )
    return View(aligned, decode(aligned))


def together(*views: View) -> Decoded:
    return decode(fuse([views[place] for place in agree(views).places]))


def least(decoded: Decoded) -> float:
    return min(min(line) for line in decoded.confidences)


@pytest.mark.parametrize("doc_type", list(MrzFormat))
def test_one_view_is_taken_as_it_is(doc_type: MrzFormat) -> None:
    one = view(made_up_zone(np.random.default_rng(7), doc_type), 0.8)
    assert fuse([one]) is one.aligned


@settings(max_examples=10)
@given(st.lists(st.floats(0.75, 0.999), min_size=2, max_size=3, unique=True), st.integers(0, 43))
def test_the_order_of_the_frames_changes_nothing(sure: list[float], column: int) -> None:
    views = [view(PASSPORT, share, {(0, column): "Q"} if place == 1 else None) for place, share in enumerate(sure)]
    results = {repr(fuse([order[place] for place in agree(order).places])) for order in permutations(views)}
    assert len(results) == 1


@settings(max_examples=10)
@given(st.floats(0.55, 0.999), st.integers(2, 10))
def test_frames_that_agree_are_no_surer_than_one_of_them(sure: float, count: int) -> None:
    alone = view(PASSPORT, sure)
    fused = together(*[view(PASSPORT, sure) for _ in range(count)])
    assert fused.lines == PASSPORT
    assert least(fused) <= least(alone.decoded) + 1e-3
    assert fused.probability <= alone.decoded.probability + 1e-2


@settings(max_examples=10)
@given(st.integers(5, 43), st.sampled_from([0.8, 0.9, 0.99]))
def test_an_error_of_one_frame_is_outvoted(column: int, sure: float) -> None:
    wrong = view(PASSPORT, sure, {(0, column): "W"})
    fused = together(wrong, view(PASSPORT, sure, rest="Y"), view(PASSPORT, sure, rest="Z"))
    assert fused.lines == PASSPORT


def test_two_frames_that_contradict_each_other_leave_doubt() -> None:
    column = PASSPORT[0].index("<<") - 1
    fused = together(view(PASSPORT), view(PASSPORT, seen={(0, column): "W"}))
    assert fused.confidences[0][column] < 0.95
    assert fused.confidences[0][column - 1] > 0.95


def test_a_place_that_one_frame_did_not_see_is_taken_from_the_other() -> None:
    column = PASSPORT[0].index("<<") - 1
    blind = view(PASSPORT, seen={(0, column): ""})
    fused = together(blind, view(PASSPORT, 0.98))
    assert fused.lines == PASSPORT
    assert fused.confidences[0][column] > 0.9


def test_a_line_that_stands_a_place_astray_is_put_right() -> None:
    astray = (PASSPORT[0], "<" + PASSPORT[1][:-1])
    fused = together(view(astray, 0.9), view(PASSPORT, 0.98))
    assert fused.lines == PASSPORT


def test_another_document_among_the_frames_is_left_out() -> None:
    views = [view(PASSPORT, 0.9), view(OTHER), view(PASSPORT, 0.9)]
    agreed = agree(views)
    assert (sorted(agreed.places), agreed.disputed) == ([0, 2], False)
    assert decode(fuse([views[place] for place in agreed.places])).lines == PASSPORT


def test_one_document_against_another_is_disputed() -> None:
    assert agree([view(PASSPORT), view(OTHER)]).disputed


def test_documents_of_one_family_are_two_documents() -> None:
    number = "1" if PASSPORT[1][8] != "1" else "2"
    sister = next(
        zone
        for digit in "0123456789"
        for composite in "0123456789"
        if view(zone := (PASSPORT[0], PASSPORT[1][:8] + number + digit + PASSPORT[1][10:43] + composite)).holds
    )
    assert likeness(PASSPORT, sister) > 0.9
    agreed = agree([view(PASSPORT), view(sister), view(PASSPORT)])
    assert (sorted(agreed.places), agreed.disputed) == ([0, 2], False)
    assert agree([view(PASSPORT), view(sister)]).disputed


def test_an_unclear_frame_of_something_else_is_no_second_document() -> None:
    agreed = agree([view(PASSPORT), view(OTHER, 0.6)])
    assert (agreed.places, agreed.disputed) == ((0,), False)


def test_a_part_of_the_zone_speaks_for_the_whole() -> None:
    """A visa whose zone was cut short is a smaller visa with check digits that hold, and must not win."""
    part = view(tuple(line[:36] for line in VISA))
    assert part.decoded.format is MrzFormat.MRV_B
    for views in ([part, view(VISA, 0.95)], [part, part, view(VISA, 0.95)]):
        agreed = agree(views)
        assert ([views[place].lines for place in agreed.places], agreed.disputed) == ([VISA], False)


def test_likeness_is_of_lines_of_one_size() -> None:
    assert likeness(PASSPORT, PASSPORT) == 1
    assert likeness(PASSPORT, tuple(line[:36] for line in PASSPORT)) == 0
    assert likeness(PASSPORT, OTHER) < 0.6
