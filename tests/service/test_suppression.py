"""Small cells withheld so that no sum gives them away."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from service.figures import FIGURES, Figure
from service.suppression import Sums, one_sum, withheld
from service.tabulation import ALL, counts

K = 5


def test_a_small_cell_takes_another_with_it() -> None:
    assert withheld([2, 9, 30, 41], one_sum([0, 1, 2], 3), K) == {0, 1}


def test_small_cells_that_are_few_together_take_another_with_them() -> None:
    assert withheld([1, 1, 30, 32], one_sum([0, 1, 2], 3), K) == {0, 1, 2}


def test_a_cell_that_is_its_whole_sum_takes_the_sum() -> None:
    assert withheld([3, 3], one_sum([0], 1), K) == {0, 1}


def test_a_sum_that_is_hidden_takes_a_part_with_it_even_where_all_parts_are_many() -> None:
    sums = Sums.together([one_sum([0, 1], 2), one_sum([2, 3], 4)])
    assert withheld([40, 60, 100, 2, 102], sums, K) == {0, 2, 3}


def test_a_sum_that_is_told_elsewhere_hides_no_more_than_its_parts() -> None:
    assert withheld([2, 9, 30], one_sum([0, 1, 2]), K) == {0, 1}
    assert withheld([2], one_sum([0]), K) == {0}


def test_none_is_no_small_cell_and_without_a_limit_all_is_told() -> None:
    assert withheld([0, 8, 8], one_sum([0, 1], 2), K) == set()
    assert withheld([1, 1], one_sum([0], 1), 1) == set()


KEYS = [tuple(key) for key in product("AB", "xyz")]


@given(
    st.dictionaries(
        st.sampled_from(KEYS), st.fixed_dictionaries({"CLEAR": st.integers(0, 12), "REFER": st.integers(0, 6)})
    )
)
def test_no_single_unknown_is_left_in_any_sum_of_a_table(rows: dict[tuple[str, ...], dict[str, int]]) -> None:
    told = counts(rows, FIGURES[Figure.MOVEMENTS], K)
    values = {key: of for key, (of, _) in told.items()}
    for of in values.values():
        unknown = [name for name, value in of.items() if value is None]
        assert len(unknown) != 1 or _none_else(of)
        assert all(value is None or value == 0 or value >= K for value in of.values())
    for name in ("movements", "cleared", "referred"):
        column = [of[name] for key, of in values.items() if key != ALL]
        assert column.count(None) != 1 or values[ALL][name] is None


def _none_else(of: dict[str, float | int | None]) -> bool:
    """One unknown is no secret where nothing else could be told of it: the whole row is of one category."""
    return of["movements"] is None


def test_who_may_see_all_is_told_all() -> None:
    told = counts({("A",): {"CLEAR": 1, "REFER": 1}}, FIGURES[Figure.MOVEMENTS], 1)
    assert told[("A",)] == ({"movements": 2, "cleared": 1, "referred": 1}, frozenset())
