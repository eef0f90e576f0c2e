"""Screening a stream of lines."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchlist.crowds import screen_crowd
from watchlist.index import Index
from watchlist.lines import screen_lines
from watchlist.records import Entry, EntryName


def answers(index: Index, *lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in screen_lines(index, lines)]


def test_a_line_in_gives_a_line_of_hits_out(index: Index) -> None:
    asked = {"id": "q1", "name": "Rashid Kamal Duriyan", "date_of_birth": "1974-08-12", "nationality": None, "x": 1}
    (answer,) = answers(index, json.dumps(asked))
    assert answer["id"] == "q1"
    hit = answer["hits"][0]
    assert (hit["entry_id"], hit["list"], hit["strength"]) == ("t-1", "Test list", "strong")
    assert {"field", "message", "weight", "outcome", "params"} <= hit["explanation"][0].keys()


def test_a_malformed_line_is_answered_with_its_number_and_the_stream_goes_on(index: Index) -> None:
    lines = ["{", "[]", '{"id": 1}', '{"id": 2, "name": 5}', "", '{"id": 3, "name": "Ali"}']
    found = answers(index, *lines)
    assert [answer.get("line") for answer in found] == [1, 2, 3, 4, None]
    assert all(answer["id"] is None and answer["error"] for answer in found[:4])
    assert found[4]["id"] == 3


@given(st.text(max_size=40))
def test_any_text_is_answered(index: Index, text: str) -> None:
    assert len(list(screen_lines(index, [text]))) <= 1


def test_many_processes_answer_as_one_does_line_for_line(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchlist.crowds.BLOCK", 3)
    names = ["Rashid Kamal Duriyan", "Shirin Qaradaxi", "Nobody Atall", "Ali Barzinji"]
    lines = [json.dumps({"id": at, "name": names[at % 4]}) for at in range(21)]
    lines[4], lines[9], lines[20] = "{", "", "[]"
    assert list(screen_crowd(index, lines, workers=2)) == list(screen_lines(index, lines))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("day", "told"), [("2026-02-28", 0), ("2026-03-01", 1), ("2026-03-31", 1), ("2026-04-01", 0)])
def test_an_entry_counts_from_its_first_day_to_its_last(
    monkeypatch: pytest.MonkeyPatch, workers: int, day: str, told: int
) -> None:
    monkeypatch.setattr("watchlist.crowds.BLOCK", 1)
    dated = Entry("d-1", "Dated", (EntryName("Rashid Kamal Duriyan"),), ("1974-08-12",))
    index = Index.build([replace(dated, valid_from="2026-03-01", valid_until="2026-03-31")])
    asked = json.dumps({"id": 1, "name": "Rashid Kamal Duriyan", "date_of_birth": "1974-08-12"})
    at = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    answers = [json.loads(line) for line in screen_crowd(index, [asked] * 3, workers, at=at)]
    assert [len(answer["hits"]) for answer in answers] == [told] * 3


def test_no_more_lines_are_read_than_are_under_way(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchlist.crowds.BLOCK", 1)
    endless = (json.dumps({"id": at, "name": "Ali Barzinji"}) for at in count())
    answered = screen_crowd(index, endless, workers=2)
    assert [json.loads(next(answered))["id"] for _ in range(5)] == [0, 1, 2, 3, 4]
    assert json.loads(next(endless))["id"] < 20
    answered.close()


def test_a_run_goes_on_where_an_earlier_one_ended(index: Index) -> None:
    (answer,) = (json.loads(line) for line in screen_crowd(index, ["{"], workers=1, first=1_001))
    assert answer["line"] == 1_001
