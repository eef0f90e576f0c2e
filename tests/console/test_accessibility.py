"""Nothing that axe-core finds on any page: in the suite each once, the looks by turns; `make accessibility` in all.

What only people can judge (whether a name says what it should, whether an order makes sense) is not shown by this.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from accessibility import AXE, LOOKS, STATES, addresses, violations, visit
from officer import Officer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.exists(), reason="the console's development packages are not installed: make lint"),
]
expect.set_options(timeout=15_000)  # a test machine may be busy
WHOLE = os.environ.get("MABAR_ACCESSIBILITY") == "whole"
TURNS = itertools.cycle((LOOKS[0], LOOKS[4], LOOKS[8], LOOKS[5], LOOKS[7]))  # every language, every theme


def looked_at(officer: Officer, what: str) -> Iterator[str]:
    """What is found on the page as it stands, in the looks that it is looked at in."""
    for look in LOOKS if WHOLE else [next(TURNS)]:
        look.take(officer.page)
        yield from (f"{what} ({look.language}, {look.theme}): {found}" for found in violations(officer.page))
    LOOKS[0].take(officer.page)


def test_what_axe_should_find_it_finds(officer: Officer) -> None:
    """The check itself: a page with faults is not taken for one without."""
    assert not violations(officer.page)
    officer.page.evaluate("""() => {
        const main = document.querySelector("main");
        main.append(document.createElement("input"), document.createElement("p"));
        main.lastChild.textContent = "words too pale";
        Object.assign(main.lastChild.style, { color: "#999", background: "#fff" });
    }""")
    assert {found.split(" ")[0] for found in violations(officer.page)} == {"label", "color-contrast"}


def test_no_page_shuts_anybody_out(officer: Officer) -> None:
    found = []
    for address in addresses(officer):
        visit(officer, address)
        found += looked_at(officer, address)
    assert not found, "\n".join(found)


def test_no_state_of_a_desk_shuts_anybody_out(officer: Officer) -> None:
    found = []
    for state in STATES:
        state(officer)
        found += looked_at(officer, state.__name__)
    officer.page.goto(f"{officer.base}/icon.svg")  # the console would go on asking in a session that has ended
    officer.complaints.clear()
    assert not found, "\n".join(found)


def test_signing_in_shuts_nobody_out(open_window: Callable[..., Officer]) -> None:
    officer = open_window()
    expect(officer.page.locator("#password")).to_be_visible()
    found = list(looked_at(officer, "signing in"))
    assert not found, "\n".join(found)
