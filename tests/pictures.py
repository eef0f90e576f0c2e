"""Pictures of every page of the console for the documentation, made from the demonstration.

python tests/pictures.py docs/pictures [NAME…]

Every page in each language, in the light theme on a small screen; some scenes in the others, on a large one.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import cv2
from PIL import Image
from playwright.sync_api import Browser, expect

from ocr.layout import MrzFormat
from ocr.training.generate import generate_document
from officer import LISTED, OVERSTAYER, Officer, chromium, passport
from service_process import ServiceProcess, running

LANGUAGES = ("en", "ar", "ckb")
# One for each language: who enters twice without having left is to be referred.
CLEAN = {
    "en": passport("KOHANSAL", "BITA", "IRN", "B45201877", "890921", "F", "330901"),
    "ar": passport("ROSTAMPUR", "KAVEH", "IRN", "C61830442", "740203", "M", "320511"),
    "ckb": passport("DARYABANDI", "SHIDEH", "IRN", "D27719350", "951130", "F", "310228"),
}
SEEDS = {"en": 19, "ar": 22, "ckb": 26}
SMALL, LARGE = {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}
Scene = Callable[[Officer], None]


def language_of(officer: Officer) -> str:
    return str(officer.page.evaluate("document.documentElement.lang"))


def sign_in(officer: Officer) -> None:
    expect(officer.page.locator(".sign-in-card")).to_be_visible()


def ready(officer: Officer) -> None:
    officer.sign_in()
    officer.stand("IQ-ZUR", "entry")


def photograph(officer: Officer) -> None:
    ready(officer)
    made = generate_document(seed=SEEDS[language_of(officer)], condition="moderate", doc_type=MrzFormat.TD3)
    image = cv2.imencode(".jpg", made.image)[1].tobytes()
    chosen = {"name": "page.jpg", "mimeType": "image/jpeg", "buffer": image}
    officer.page.locator("input[type=file]").first.set_input_files(chosen)
    expect(officer.page.locator(".strip img").first).to_be_visible()
    expect(officer.page.locator("[class*=lamp-].lit")).to_be_visible()


def clear(officer: Officer) -> None:
    ready(officer)
    officer.swipe(CLEAN[language_of(officer)])
    officer.expect_verdict("CLEAR")


def listed(officer: Officer) -> None:
    officer.sign_in()
    officer.stand("IQ-SHL", "exit")
    officer.swipe(LISTED)
    officer.expect_verdict("REFER")


def overstay(officer: Officer) -> None:
    officer.sign_in()
    officer.stand("IQ-SHL", "exit")
    officer.swipe(OVERSTAYER)
    officer.expect_verdict("REFER")


def at(path: str, shown: str = "main .content") -> Scene:
    """The page of an address, once `shown` is there and nothing is on its way."""

    def scene(officer: Officer) -> None:
        if officer.page.locator("#username, header.shell").first.get_attribute("id") == "username":
            officer.sign_in()
        officer.page.goto(officer.base + path)
        expect(officer.page.locator(shown).first).to_be_visible()
        expect(officer.page.locator("[aria-busy=true]")).to_have_count(0)

    return scene


def case(officer: Officer) -> None:
    at("/second-line", "tbody tr")(officer)
    officer.page.locator("tbody a.button").first.click()
    expect(officer.page.locator(".timeline li").first).to_be_visible()


PAGES: Mapping[str, Scene] = {
    "sign-in": sign_in,
    "first-line": ready,
    "photograph": photograph,
    "clear": clear,
    "overstay": overstay,
    "second-line": at("/second-line", "tbody tr"),
    "case": case,
    "protection": at("/protection", "tbody tr"),
    "movements": at("/movements", "tbody tr"),
    "today": at("/dashboards/today", ".chart canvas"),
    "flows": at("/dashboards/flows", ".map-land"),
    "people": at("/dashboards/people", ".chart canvas"),
    "findings": at("/dashboards/findings", ".chart canvas"),
    "inside": at("/dashboards/inside", ".chart canvas"),
    "watchlists": at("/watchlists"),
    "stays": at("/stays"),
    "checker": at("/checker"),
    "supervision": at("/supervision/policies"),
    "rights": at("/rights"),
    "retention": at("/retention"),
    "audit": at("/audit/accesses", "tbody tr"),
    "administration": at("/administration/accounts", "tbody tr"),
    "account": at("/account"),
}


@dataclass(frozen=True)
class Picture:
    """One picture: its scene, and how the workstation is set."""

    name: str
    scene: Scene
    language: str
    theme: str = "light"
    screen: Mapping[str, int] | None = None


def pictures() -> Iterator[Picture]:
    """All of them, by name."""
    for language in LANGUAGES:
        for name, scene in PAGES.items():
            yield Picture(f"{name}-{language}", scene, language)
    yield Picture("listed-en-dark", listed, "en", "dark", LARGE)
    yield Picture("case-ar-dark", case, "ar", "dark", LARGE)
    yield Picture("overstay-ckb-contrast", overstay, "ckb", "contrast", LARGE)
    yield Picture("movements-en-contrast", PAGES["movements"], "en", "contrast", LARGE)
    yield Picture("wall-en", at("/dashboards/today?screen=1", ".chart canvas"), "en", "light", LARGE)


def taken(browser: Browser, service: ServiceProcess, picture: Picture, signed_in: dict[str, Any]) -> bytes:
    """A picture as PNG, in few colours: the pages have few. `signed_in` keeps a session for pages by their address."""
    window: dict[str, Any] = {"locale": picture.language, "viewport": picture.screen or SMALL}
    by_address = picture.scene.__name__ == "scene"
    if by_address and signed_in:
        window["storage_state"] = signed_in
    officer = Officer(browser, service.base, service.data_dir, **window)
    officer.page.evaluate(f"localStorage.setItem('mabar.theme', JSON.stringify('{picture.theme}'))")
    officer.page.reload()
    picture.scene(officer)
    officer.page.mouse.move(0, 0)
    shot = Image.open(io.BytesIO(officer.page.screenshot(animations="disabled")))
    if by_address and not signed_in:
        signed_in.update(officer.context.storage_state())
    officer.context.close()
    if officer.complaints:
        print(f"{picture.name}: {officer.complaints}", flush=True)
    made = io.BytesIO()
    shot.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def main(folder: Path, names: Collection[str]) -> None:
    """Take those with such names (`*-ar`), all without any."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory(prefix="mabar-") as scratch:
        data_dir = Path(scratch) / "data"
        data_dir.mkdir()
        signed_in: dict[str, dict[str, Any]] = {}  # by language, which it remembers
        with running(data_dir) as service, chromium() as browser:
            for picture in pictures():
                if names and not any(fnmatch(picture.name, name) for name in names):
                    continue
                path = folder / f"{picture.name}.png"
                path.write_bytes(taken(browser, service, picture, signed_in.setdefault(picture.language, {})))
                print(f"{path}: {path.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
