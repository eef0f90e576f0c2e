"""A first-line officer who is interrupted: by a reload, a kill, a lost link, keys pressed twice, an ended session.

Each traveller is made up, is shown once, and something happens at a moment drawn by chance. Whatever it is, the officer
goes on as one would: looks at the screen, signs in where asked, shows the document again only where nothing is open.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import expect

from officer import Officer, passport
from service_process import ServiceProcess

PATIENCE = 180.0  # seconds until an interrupted officer gives up: a loaded machine starts slowly
MOMENTS = ("typing", "sent", "judged", "holding", "decided")


def traveller(seed: int, number: int) -> str:
    """A passport that nobody else shows: no other of this shift is to be taken for its holder."""
    chance = random.Random(f"{seed}/{number}")  # made-up people
    primary, secondary = ("".join(chance.choices("BDFGKLMPQVXZ", k=4) + chance.choices("AEIOU", k=4)) for _ in "12")
    chance.shuffle(letters := list(primary))
    born = f"{chance.randint(60, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    number_ = f"{chance.choice('BCDFGHJK')}{seed % 100:02}{number:04}{chance.randint(10, 99)}"[:9]
    return passport("".join(letters), secondary, "GEO", number_, born, chance.choice("MF"), "340101")


@dataclass
class Crossing:
    """One traveller and what was to happen: which interruption, at which moment."""

    zone: str
    kind: str
    moment: str
    seen: bool = False  # the verdict stood on the screen: the officer takes it that the movement is recorded
    faults: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        return self.zone.split("\n")[1][:9].rstrip("<")


class Shift:
    """An officer's shift at a desk, against a service that may be killed."""

    def __init__(self, officer: Officer, service: ServiceProcess, client: httpx.Client, seed: int) -> None:
        self.officer, self.page, self.service, self.client = officer, officer.page, service, client
        self.seed = seed
        self.kinds: dict[str, Callable[[Crossing], None]] = {
            "reload": self._reload,
            "kill": self._kill,
            "offline": self._offline,
            "double": self._double,
            "session": self._end_session,
            "colleague": self._colleague,
        }

    def crossing(self, number: int, rarely: int = 12) -> Crossing:
        """The traveller of that number; one in `rarely` is interrupted by a kill, which takes long."""
        chance = random.Random(f"{self.seed}:{number}")
        kind = (
            "kill" if number % rarely == rarely - 1 else chance.choice([kind for kind in self.kinds if kind != "kill"])
        )
        moments = MOMENTS[2:4] if kind == "colleague" else MOMENTS
        return Crossing(traveller(self.seed, number), kind, chance.choice(moments))

    def cross(self, crossing: Crossing) -> Crossing:
        """Let the traveller cross, interrupted; afterwards look up what is recorded."""
        self._until(crossing)
        self.kinds[crossing.kind](crossing)
        self._finish(crossing)
        self._look_up(crossing)
        return crossing

    # Up to the moment of the interruption

    def _until(self, crossing: Crossing) -> None:
        if crossing.moment == "typing":
            return self.page.keyboard.type(crossing.zone.split("\n")[0])
        self.officer.swipe(crossing.zone)
        if crossing.moment == "sent":
            return None
        self._judged(crossing)
        if crossing.moment == "holding":
            self.page.keyboard.down("F8")
        if crossing.moment == "decided":
            self.page.keyboard.down("F8")
            expect(self.page.locator(".stamp-admitted")).to_be_visible()
            self.page.keyboard.up("F8")
        return None

    def _judged(self, crossing: Crossing) -> None:
        while self._either(".lamp.lit", ".dialog #password") != ".lamp.lit":  # the session had ended before
            self._sign_in_again()
        crossing.seen = True

    def _sign_in_again(self) -> None:
        """Asked once more where that did not count: keys of the document had got between the password's."""
        self.page.wait_for_timeout(200)  # nobody is as quick as this: Enter would count as the reader's
        self.officer.sign_in_again()
        with suppress(AssertionError):
            expect(self.page.locator(".dialog")).to_have_count(0, timeout=5000)

    # What may happen

    def _reload(self, crossing: Crossing) -> None:
        self.page.reload()

    def _kill(self, crossing: Crossing) -> None:
        self.service.kill()
        self._without_service(crossing)
        self.service.start()

    def _offline(self, crossing: Crossing) -> None:
        self.officer.context.set_offline(True)
        self._without_service(crossing)
        self.officer.context.set_offline(False)

    def _without_service(self, crossing: Crossing) -> None:
        """Goes on working until the screen says that the service is not there; after a decision there is nothing to."""
        if crossing.moment == "typing":
            self.officer.swipe(crossing.zone)
        elif crossing.moment == "judged":
            self.page.keyboard.down("F8")
        if crossing.moment == "sent":  # the answer may have come before, or the session ended
            crossing.seen = self._either(".lamp.lit", ".trouble", ".dialog #password") == ".lamp.lit"
        elif crossing.moment == "holding" and self._either(".stamp", ".trouble") == ".stamp":
            pass  # and so had that to the decision
        elif crossing.moment != "decided":
            expect(self.page.locator(".trouble")).to_be_visible()
            expect(self.page.locator(".freshness .troubled").first).to_be_visible()
        self.page.keyboard.up("F8")

    def _either(self, *places: str) -> str:
        expect(self.page.locator(", ".join(places)).first).to_be_visible()
        return next(place for place in places if self.page.locator(place).first.is_visible())

    def _double(self, crossing: Crossing) -> None:
        """The document twice, the decision by key and by mouse at once, Enter twice."""
        if crossing.moment in ("typing", "sent", "judged"):
            self.officer.swipe(crossing.zone)
        elif crossing.moment == "holding":
            self.page.locator(".decide-admitted").dblclick(force=True, no_wait_after=True, delay=30)
        else:
            return
        self.page.keyboard.press("Enter")

    def _end_session(self, crossing: Crossing) -> None:
        self.officer.context.clear_cookies()
        if crossing.moment == "typing":
            self.officer.swipe(crossing.zone)
        elif crossing.moment == "judged":
            self.page.keyboard.down("F8")
        if crossing.moment in ("typing", "judged"):
            expect(self.page.locator(".dialog #password")).to_be_visible()
        self.page.keyboard.up("F8")

    def _colleague(self, crossing: Crossing) -> None:
        """Another officer decides on the case at the same time, and ours is told, unless ours came first."""
        (movement,) = self._movements(crossing)
        other = {"id": str(uuid4()), "outcome": "referred", "reason_code": None, "supersedes": None}
        answer = self.client.post(f"/v1/inspections/{movement['id']}/decision", json=other)
        self.page.keyboard.down("F8")
        if answer.status_code == 201:
            expect(self.page.locator(".stamp-referred")).to_be_visible()
            expect(self.page.locator(".trouble")).to_contain_text("Another decision stands")
        self.page.keyboard.up("F8")

    # Afterwards

    def _finish(self, crossing: Crossing) -> None:
        """Go on until the decision stands, then on to the next."""
        self.page.keyboard.up("F8")  # held through a reload
        give_up = time.monotonic() + PATIENCE
        while not self._is_done(crossing):
            if time.monotonic() > give_up:
                crossing.faults.append("the desk does not come to an end: " + self.page.locator("main").inner_text())
                break
            self._go_on(crossing)
        self.officer.complaints.clear()  # the browser notes answers that were lost or refused of itself
        self._leave()

    def _is_done(self, crossing: Crossing) -> bool:
        shown = self.page.locator(".who-crosses")
        return bool(self.page.locator(".stamp").count() and crossing.number in (shown.text_content() or ""))

    def _go_on(self, crossing: Crossing) -> None:
        page = self.page
        if page.locator(".sign-in-card #username").count():
            self.officer.sign_in()  # a reload after the session had ended
        elif page.locator(".dialog #password").count():
            self._sign_in_again()
        elif page.locator(".lamp.lit").count() and page.locator(".decide-admitted:not([disabled])").count():
            crossing.seen = True
            page.keyboard.down("F8")
            page.wait_for_timeout(500)
            page.keyboard.up("F8")
        elif page.locator(".reading-actions").count():
            page.keyboard.press("Escape")  # a line was typed halfway: discarded, and shown again
        elif page.locator(".intake-lead").count():
            page.wait_for_timeout(300)  # what a reload interrupted may just be coming back
            if page.locator(".intake-lead").count():
                self._show_again(crossing)
        else:
            page.wait_for_timeout(100)

    def _show_again(self, crossing: Crossing) -> None:
        if crossing.seen:
            crossing.faults.append("a case that stood on the screen is gone from it")
        self.officer.swipe(crossing.zone)

    def _leave(self) -> None:
        """To the next traveller, with an empty desk."""
        for _ in range(4):
            if self.page.locator(".intake-lead").count():
                return
            self.page.keyboard.press("Enter" if self.page.locator(".stamp").count() else "Escape")
            self.page.wait_for_timeout(50)
        self.officer.expect_ready()

    def _movements(self, crossing: Crossing) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(
            "/v1/movements", params={"document_number": crossing.number}
        ).json()["items"]
        return found

    def _look_up(self, crossing: Crossing) -> None:
        movements = self._movements(crossing)
        if len(movements) != 1:
            crossing.faults.append(f"recorded {len(movements)} times")
        for movement in movements:
            decisions = self.client.get(f"/v1/inspections/{movement['id']}").json()["decisions"]
            if len(decisions) != 1:
                crossing.faults.append(f"decided {len(decisions)} times")
