"""Screening a stream of lines."""

import json

from hypothesis import given
from hypothesis import strategies as st

from watchlist.index import Index
from watchlist.lines import screen_lines


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
