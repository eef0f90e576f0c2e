"""Pictures of the console for the documentation, made from the demonstration.

python tests/pictures.py docs/pictures
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
from PIL import Image
from playwright.sync_api import Browser, expect

from ocr.layout import MrzFormat
from ocr.training.generate import generate_document
from officer import LISTED, OVERSTAYER, Officer, chromium, passport
from service_process import ServiceProcess, running

CLEAN = passport("KOHANSAL", "BITA", "IRN", "B45201877", "890921", "F", "330901")
SMALL, LARGE = {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}


def sign_in(officer: Officer) -> None:
    expect(officer.page.locator(".sign-in-card")).to_be_visible()


def ready(officer: Officer) -> None:
    officer.sign_in()
    officer.stand("IQ-ZUR", "entry")


def photograph(officer: Officer) -> None:
    ready(officer)
    made = generate_document(seed=19, condition="moderate", doc_type=MrzFormat.TD3)
    image = cv2.imencode(".jpg", made.image)[1].tobytes()
    officer.page.locator("#image").set_input_files({"name": "page.jpg", "mimeType": "image/jpeg", "buffer": image})
    expect(officer.page.locator(".strip img")).to_be_visible()


def clear(officer: Officer) -> None:
    ready(officer)
    officer.swipe(CLEAN)
    officer.expect_verdict("CLEAR")


def refer(officer: Officer) -> None:
    officer.sign_in()
    officer.stand("IQ-SHL", "exit")
    officer.swipe(LISTED)
    officer.expect_verdict("REFER")


def overstay(officer: Officer) -> None:
    officer.sign_in()
    officer.stand("IQ-SHL", "exit")
    officer.swipe(OVERSTAYER)
    officer.expect_verdict("REFER")


def refusal(officer: Officer) -> None:
    refer(officer)
    officer.page.keyboard.press("F10")
    officer.page.keyboard.press("h")


def log(officer: Officer) -> None:
    officer.sign_in()
    officer.page.goto(f"{officer.base}/#/movements")
    expect(officer.page.locator("tbody tr").first).to_be_visible()


PICTURES: Mapping[str, tuple[Callable[[Officer], None], str, str, dict[str, int]]] = {
    "sign-in-ar": (sign_in, "ar", "light", SMALL),
    "ready-en": (ready, "en", "light", SMALL),
    "photograph-en": (photograph, "en", "light", SMALL),
    "clear-en": (clear, "en", "light", SMALL),
    "overstay-ar": (overstay, "ar", "light", SMALL),
    "refer-en-dark": (refer, "en", "dark", LARGE),
    "refusal-ckb-dark": (refusal, "ckb", "dark", SMALL),
    "log-en": (log, "en", "light", LARGE),
    "log-ar-dark": (log, "ar", "dark", SMALL),
}


def picture(browser: Browser, service: ServiceProcess, name: str) -> bytes:
    """One of the pictures as PNG, in few colours: the pages have few."""
    scene, language, scheme, size = PICTURES[name]
    officer = Officer(browser, service.base, service.data_dir, locale=language, color_scheme=scheme, viewport=size)
    scene(officer)
    officer.page.mouse.move(0, 0)
    shot = Image.open(io.BytesIO(officer.page.screenshot(animations="disabled")))
    officer.context.close()
    made = io.BytesIO()
    shot.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mabar-") as scratch:
        data_dir = Path(scratch) / "data"
        data_dir.mkdir()
        with running(data_dir) as service, chromium() as browser:
            for name in PICTURES:
                path = folder / f"{name}.png"
                path.write_bytes(picture(browser, service, name))
                print(f"{path}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
