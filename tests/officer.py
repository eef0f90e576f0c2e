"""An officer at the console: Chromium, driven as a person at a desk would, and made-up documents to show."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ocr.layout import check_digit

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Root may not sandbox Chromium, and a build machine has no graphics; the rest keeps it from calling home.
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --process-per-site"
).split()
CAMERA = "--use-fake-ui-for-media-stream --use-fake-device-for-media-stream --use-file-for-fake-video-capture="


def passport(primary: str, secondary: str, state: str, number: str, born: str, sex: str, expiry: str) -> str:
    """A TD3 zone with right check digits; dates are YYMMDD."""
    name = f"{primary}<<{secondary}".replace(" ", "<").ljust(39, "<")[:39]
    number = number.ljust(9, "<")
    dates = f"{born}{check_digit(born)}{sex}{expiry}{check_digit(expiry)}"
    second = f"{number}{check_digit(number)}{state}{dates}{'<' * 15}"
    composite = check_digit(second[:10] + second[13:20] + second[21:43])
    return f"P<{state}{name}\n{second}{composite}"


# Of the demonstration: on its list; inside for longer than is allowed.
LISTED = passport("AL TARIFI", "SARMAD JAWHAR", "IRQ", "A19927730", "790314", "M", "310831")
OVERSTAYER = passport("SARVESTANIFAR", "NIMA", "IRN", "K52210487", "870419", "M", "310831")


@contextmanager
def chromium(film: Path | None = None) -> Iterator[Browser]:
    """The installed browser; its camera shows `film` (MJPEG), which is looked at when the camera is switched on."""
    camera = f"{CAMERA}{film}".split(" ", 2) if film else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *camera])
        yield browser
        browser.close()


class Officer:
    """An officer of the demonstration in a browser window of its own, or in a new tab of a window that is open.

    `complaints` are the errors that the browser wrote to its console, breaches of the content security
    policy among them.
    """

    def __init__(self, browser: Browser | BrowserContext, base: str, data_dir: Path, **window: Any) -> None:
        window = {"viewport": {"width": 1366, "height": 768}} | window
        self.context = browser.new_context(**window) if isinstance(browser, Browser) else browser
        self.page: Page = self.context.new_page()
        self.base = base
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._password = (data_dir / "demo-password").read_text().strip()
        self.page.goto(base)

    def enter_password(self) -> None:
        self.page.locator("#username").fill("demo")
        self.page.locator("#password").fill(self._password)
        self.page.locator("#password").press("Enter")

    def plug_in_a_key(self) -> None:
        """A security key of the browser's own making, which a finger touches at once."""
        key = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
        tools = self.context.new_cdp_session(self.page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}})

    def sign_in(self) -> None:
        self.enter_password()
        expect(self.page.locator("header.shell")).to_be_visible()

    def sign_in_again(self) -> None:
        self.page.locator(".dialog #password").fill(self._password)
        self.page.keyboard.press("Enter")

    def stand(self, post: str, direction: str) -> None:
        """Choose the station."""
        self.page.locator("#post").select_option(post)
        self.page.locator(f".way:has(input[value={direction}])").click()

    def swipe(self, zone: str) -> None:
        """What a keyboard wedge does: each line at once, then Enter, wherever the focus is."""
        for line in zone.split("\n"):
            self.page.keyboard.type(line)
            self.page.keyboard.press("Enter")

    def confirm(self) -> None:
        """Press Enter once the lines were looked at: in the first tenth of a second it would be the reader's."""
        self.page.wait_for_timeout(150)
        self.page.keyboard.press("Enter")

    def decide(self, key: str, outcome: str) -> None:
        """Hold the key until the decision stands."""
        self.page.keyboard.down(key)
        self.expect_decision(outcome)
        self.page.keyboard.up(key)

    def speak(self, language: str) -> None:
        self.page.locator("#language").select_option(language)
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    def expect_verdict(self, verdict: str) -> None:
        expect(self.page.locator(f".lamp-{verdict}.lit")).to_be_visible()

    def expect_decision(self, outcome: str) -> None:
        expect(self.page.locator(f".stamp-{outcome}")).to_be_visible()

    def expect_ready(self) -> None:
        expect(self.page.locator(".intake-lead")).to_be_visible()
