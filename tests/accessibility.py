"""What axe-core finds against the console's pages (WCAG 2.2 AA and its own good practice), and the pages themselves.

Its source goes in through the browser's own tools, as the console's policy lets no foreign script in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from officer import LISTED, Officer, passport

AXE = Path(__file__).parent.parent / "console" / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES = ("en", "ar", "ckb")
THEMES = ("light", "dark", "contrast")
CLEAN = passport("FUZQALEN", "DORVIMA", "GEO", "N55120031", "890921", "F", "330901")
WRONG = CLEAN.replace("890921", "890922")

# Of each thing found: which rule, how bad, where, and what axe saw there.
RUN = """async () => {
    const found = (await axe.run(document, { resultTypes: ["violations"], reporter: "v1" })).violations;
    return found.flatMap(({ id, impact, nodes }) => nodes.map((node) =>
        `${id} (${impact}) ${node.target.join(" ")}: ${node.any.concat(node.all, node.none)[0]?.message ?? ""}`));
}"""


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, moving nothing."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(RUN)
    return found


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    language: str
    theme: str

    def take(self, page: Page) -> None:
        """Make the page look so."""
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", self.theme)
        if page.locator("#language").input_value() == self.language:
            return
        # A dialog lies over the choice: the page would not let it be operated.
        page.locator("#language").evaluate(
            """(choice, language) => {
                choice.value = language;
                choice.dispatchEvent(new Event("change", { bubbles: true }));
            }""",
            self.language,
        )
        expect(page.locator("html")).to_have_attribute("lang", self.language)
        settle(page)


LOOKS = tuple(Look(language, theme) for theme in THEMES for language in LANGUAGES)


def settle(page: Page) -> None:
    """Wait until the page has what it asked for, unless a dialog keeps it from that, and nothing on it moves."""
    if not page.locator(".veil").count():
        expect(page.locator("[aria-busy=true], main > .empty")).to_have_count(0)
    page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => 0)))")


def visit(officer: Officer, address: str) -> None:
    """Go there as a link of the console does, without loading it anew."""
    officer.page.evaluate(
        "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }", address
    )
    expect(officer.page.locator("main h1")).to_be_attached()
    settle(officer.page)


def addresses(officer: Officer) -> Iterator[str]:
    """Every desk and each of its areas, found by following the links; the caller may go elsewhere in between."""
    page = officer.page
    seen = set()
    for desk in [*hrefs(page, "header.shell nav a"), "/account", "/no-such-page"]:
        yield desk
        seen |= {desk, page.url.removeprefix(officer.base)}
        yield from [area for area in hrefs(page, "nav.tabs a") if area not in seen]


def hrefs(page: Page, links: str) -> list[str]:
    found: list[str] = page.locator(links).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return found


# The first line's states, and what else only shows after something was done


def waiting(officer: Officer) -> None:
    visit(officer, "/first-line")
    officer.expect_ready()


def started_over(officer: Officer) -> None:
    """The first line with nothing open, whatever the state before left there."""
    officer.page.goto(f"{officer.base}/icon.svg")
    officer.page.evaluate("sessionStorage.removeItem('mabar.cases')")
    officer.page.goto(f"{officer.base}/first-line")
    officer.expect_ready()


def corrected(officer: Officer) -> None:
    waiting(officer)
    officer.swipe(WRONG)
    expect(officer.page.locator(".obstacles")).to_be_visible()


def cleared(officer: Officer) -> None:
    started_over(officer)
    officer.swipe(CLEAN)
    officer.expect_verdict("CLEAR")


def detailed(officer: Officer) -> None:
    officer.page.keyboard.press("F2")
    expect(officer.page.locator("#native_name")).to_be_visible()


def decided(officer: Officer) -> None:
    officer.page.keyboard.press("F2")
    officer.decide("F8", "admitted")


def referred(officer: Officer) -> None:
    officer.page.keyboard.press("F6")
    officer.expect_ready()
    officer.swipe(LISTED)
    officer.expect_verdict("REFER")


def refusing(officer: Officer) -> None:
    officer.page.keyboard.press("F10")
    officer.page.keyboard.press("h")


def typing_lines(officer: Officer) -> None:
    started_over(officer)
    officer.page.locator(".ways-in button").nth(2).click()
    officer.page.locator("#zone").fill(WRONG)


def typing_document(officer: Officer) -> None:
    started_over(officer)
    officer.page.locator(".ways-in button").nth(3).click()
    expect(officer.page.locator("#typed-primary_identifier")).to_be_visible()


def case(officer: Officer) -> None:
    visit(officer, "/second-line")
    officer.page.locator("tbody a.button").first.click()
    expect(officer.page.locator(".timeline li").first).to_be_visible()


def movement(officer: Officer) -> None:
    visit(officer, "/movements?rule=W2")
    officer.page.locator("tbody button, tbody a").first.click()
    expect(officer.page.locator(".finding").first).to_be_visible()


def exporting(officer: Officer) -> None:
    visit(officer, "/dashboards/findings")
    officer.page.locator(".picture button").last.click()
    expect(officer.page.get_by_role("dialog")).to_be_visible()


def asked_again(officer: Officer) -> None:
    """The session has ended meanwhile. Put last: it takes the officer's session away."""
    visit(officer, "/stays")
    officer.context.clear_cookies()
    officer.page.evaluate(
        "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }", "/audit/accesses"
    )
    expect(officer.page.locator(".dialog #password")).to_be_visible()
    officer.complaints.clear()  # the browser notes the answer 401 of itself


STATES: tuple[Callable[[Officer], None], ...] = (
    waiting,
    corrected,
    cleared,
    detailed,
    decided,
    referred,
    refusing,
    typing_lines,
    typing_document,
    case,
    movement,
    exporting,
    asked_again,
)
