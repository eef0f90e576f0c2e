"""What the long campaigns count, without running them."""

import pytest

from bench import bombs, contract
from bench.fuzz_http import State

REPORT = """
Failures:
  ❌ ST205 Allow header mismatch: 14
  ❌ ST101 Server error: 2

Errors:
  🚫 Runtime Error: 1

Test cases:
  7,139 generated, 16 found 16 unique failures, 168 skipped
"""


def test_what_schemathesis_found_is_counted() -> None:
    found = contract.told(REPORT)
    assert found == {
        "cases": 7139,
        "broken": {"ST205 Allow header mismatch": 14, contract.FAULT: 2, "Runtime Error": 1},
    }
    assert contract.row("auditor", found["cases"], found["broken"], 2).startswith(
        "| auditor | 7,139 | 2 | Runtime Error: 1, ST101"
    )
    assert contract.told("nothing was run") == {"cases": 0, "broken": {}}


def test_every_role_device_and_nobody_is_asked_as_the_administrator_last() -> None:
    assert len(set(contract.CALLERS)) == 13
    assert contract.CALLERS[-1] == "administrator"


CHEAP = [name for name in bombs.BOMBS if "1 GB" not in name]


@pytest.mark.parametrize("name", [name for name in CHEAP if " of " in name or "missing" in name or "the same" in name])
def test_a_bomb_is_refused_or_its_load_is_left_unread(name: str) -> None:
    said, _ = bombs.answer(bombs.BOMBS[name]())
    assert said.startswith("refused") or said == "decoded: 100 x 100"


def test_a_campaign_says_what_it_came_to() -> None:
    state = State(500, {"201": 20, "422": 480}, 1.25, [180.0, 184.0], [(7, "500: …")])
    assert str(state) == "500 images: 20 x 201, 480 x 422; slowest 1.25 s; the service held 180 to 184 MB; 1 findings"
