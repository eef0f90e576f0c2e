"""The simulator of travellers, small: all that is planted is found, and next to nothing else."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bench.irregular import STORIES
from bench.rules import MOST_FALSE, measure, standing, table, world_of
from service.rules.catalogue import RULES


@pytest.fixture(scope="module")
def world():
    return world_of(1500, seed=11)


@pytest.fixture(scope="module")
def result(world):
    return measure(world)


def test_every_planted_irregularity_is_found(result):
    assert result.missed == ()
    assert result.found == result.planted


def test_every_rule_has_a_story(result):
    assert set(result.planted) == {rule.id for rule in RULES}
    assert len(STORIES) >= len(RULES)


def test_little_is_found_falsely(result):
    assert result.share_false <= MOST_FALSE


def test_one_seed_makes_one_year(world):
    again, other = world_of(1500, seed=11), world_of(1500, seed=12)
    assert list(again.recorded()) == list(world.recorded()) != list(other.recorded())


def test_some_come_late_and_some_from_paper(world):
    lines = [json.loads(line) for line in world.recorded()]
    assert [line["recorded_at"] for line in lines] == sorted(line["recorded_at"] for line in lines)
    occurred = [line["at"] for line in lines]
    assert occurred != sorted(occurred)
    assert {line.get("source") for line in lines} >= {None, "paper"}


def test_the_table_names_every_rule(result):
    written = table(result, 11)
    assert all(f"\n| {rule.id} |" in written for rule in RULES)


def test_what_stands_is_what_was_raised_and_not_withdrawn():
    written = [
        {"id": "a", "verdict": "REFER", "findings": [{"rule": "M2"}, {"rule": "E4"}]},
        {"id": "b", "verdict": "CLEAR", "findings": []},
        {"caused_by": "b", "id": "a", "rule": "M2", "status": "withdrawn"},
        {"caused_by": "b", "id": "b", "rule": "M3", "status": "raised"},
    ]
    stands, withdrawn = standing(written)
    assert {movement: set(+rules) for movement, rules in stands.items()} == {"a": {"E4"}, "b": {"M3"}}
    assert (stands["a"], withdrawn) == (Counter({"E4": 1, "M2": 0}), 1)
