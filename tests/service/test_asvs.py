"""docs/asvs.md: no requirement is left out, and every test that it names exists."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "asvs.md").read_text("utf-8")
# How many of levels 1 and 2 each chapter of ASVS 5.0.0 has, and those of level 3 that are named.
CHAPTERS = {
    1: (8, 19), 2: (4, 7), 3: (8, 11), 4: (2, 8), 5: (4, 5), 6: (13, 22), 7: (6, 12), 8: (4, 3), 9: (4, 3),
    10: (5, 24), 11: (3, 11), 12: (3, 6), 13: (1, 12), 14: (2, 7), 15: (3, 10), 16: (0, 16), 17: (0, 7),
}  # fmt: skip
OF_LEVEL_3 = "4.1.5 5.2.6 8.3.2 10.3.5 12.3.5 13.3.3 14.2.7 15.2.5".split()  # 6.3.3 and 16.3.2 begin at level 2

Row = tuple[str, int, str, str, str, list[str]]


def rows() -> list[Row]:
    """Number, level, what is asked, what is here, how it stands, the tests."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"]
    kept = [cells for cells in lines if cells[0][:1].isdigit() and cells[0].count(".") == 2]
    return [(no, int(level), asks, here, stands, tests.split()) for no, level, asks, here, stands, tests in kept]


def test_none_is_left_out() -> None:
    counted = Counter((int(no.split(".")[0]), level) for no, level, *_ in rows())
    assert {chapter: (counted[chapter, 1], counted[chapter, 2]) for chapter in CHAPTERS} == CHAPTERS
    assert [no for no, level, *_ in rows() if level == 3] == OF_LEVEL_3
    numbers = [tuple(map(int, no.split("."))) for no, *_ in rows()]
    assert numbers == sorted(set(numbers))


def test_the_named_tests_exist() -> None:
    named = {test for *_, tests in rows() for test in tests}
    missing = [test for test in named if test.partition("::")[2] not in functions(test.partition("::")[0])]
    assert sorted(missing) == []


@cache
def functions(module: str) -> frozenset[str]:
    path = TESTS / f"{module}.py"
    if not path.exists():
        return frozenset()
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(each.name for each in found if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("no", "level", "asks", "here", "stands", "tests"), rows())
def test_each_says_how_it_stands(no: str, level: int, asks: str, here: str, stands: str, tests: list[str]) -> None:
    assert asks
    assert here
    assert stands in {"met", "part", "not", "n/a"}
