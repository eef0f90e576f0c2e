"""How long an officer waits from a scan to the verdict on the screen, by reader and by image (`make bench-console`).

A service of its own, the installed Chromium, both on this machine, which should do nothing else meanwhile. Of each
crossing the browser itself says when the last key came and when the frame with the verdict was drawn; what of that was
spent waiting for answers stands beside it, so that the rest is the console's own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2

from interruptions import traveller
from ocr.layout import MrzFormat
from ocr.training.generate import generate_document
from officer import Officer, chromium
from service_process import running

GOALS = {"wedge": 250, "image": 1000}  # ms, p95
PATIENCE = 60_000  # ms for one verdict

# `began` is the last key or the file chosen; `painted` is the first task after the frame in which a lamp is lit.
WATCH = """() => {
    const seen = (window.crossing = { began: 0, painted: 0 });
    const begin = () => { seen.began = performance.now(); seen.painted = 0; };
    document.addEventListener("keydown", begin, true);
    document.addEventListener("change", begin, true);
    new MutationObserver(() => {
        if (seen.painted || !seen.began || !document.querySelector(".lamp.lit")) return;
        seen.painted = -1;
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => { seen.painted = performance.now(); };
            port2.postMessage(null);
        });
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
    performance.setResourceTimingBufferSize(100000);
}"""
TIMES = """() => {
    const { began, painted } = window.crossing;
    const asked = performance.getEntriesByType("resource").filter(({ name, startTime }) =>
        startTime >= began && startTime <= painted && /\\/v1\\/(mrz|inspections)$/.test(name));
    return { waited: painted - began, asked: asked.reduce((sum, { duration }) => sum + duration, 0) };
}"""


def cross(officer: Officer, way: str, number: int, images: list[bytes]) -> dict[str, float] | None:
    """One traveller; None where the reading was not accepted, so that an officer had to look."""
    page = officer.page
    if way == "wedge":
        officer.swipe(traveller(99, number))
    else:
        image = {"name": "page.jpg", "mimeType": "image/jpeg", "buffer": images[number % len(images)]}
        page.locator("#image").set_input_files(image)
    page.wait_for_function(
        "() => window.crossing.painted > 0 || document.querySelector('.obstacles')", timeout=PATIENCE
    )
    times: dict[str, float] | None = page.evaluate(TIMES) if page.evaluate("window.crossing.painted > 0") else None
    for _ in range(3):
        if page.locator(".intake-lead").count():
            break
        page.keyboard.press("Escape")  # the record stands; what is decided is of no matter here
    page.locator(".intake-lead").wait_for()
    return times


def documents(count: int) -> list[bytes]:
    """Made-up passports as a camera takes them."""
    pages = (generate_document(seed=seed, condition="clean", doc_type=MrzFormat.TD3).image for seed in range(count))
    return [cv2.imencode(".jpg", page)[1].tobytes() for page in pages]


def measured(count: int) -> Iterator[tuple[str, list[dict[str, float]], int]]:
    """For each way in: the times in ms of the crossings, and how many needed an officer's eye."""
    images = documents(10)
    with tempfile.TemporaryDirectory(prefix="mabar-") as folder:
        (data_dir := Path(folder) / "data").mkdir()
        with running(data_dir) as service, chromium() as browser:
            officer = Officer(browser, service.base, service.data_dir)
            officer.sign_in()
            officer.stand("IQ-ZUR", "entry")
            officer.page.evaluate(WATCH)
            for way in GOALS:
                cross(officer, way, count, images)  # the first of all pays for what later ones find at hand
                times = [cross(officer, way, number, images) for number in range(count)]
                yield way, [each for each in times if each], times.count(None)


def figures(values: list[float]) -> str:
    values = sorted(values)
    return f"p50 {values[len(values) // 2]:4.0f}  p95 {values[int(len(values) * 0.95)]:4.0f} ms"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="crossings of each kind")
    asked: Any = parser.parse_args(arguments)
    for way, times, seen in measured(asked.count):
        waited = [each["waited"] for each in times]
        console = [each["waited"] - each["asked"] for each in times]
        answers = figures([each["asked"] for each in times])
        print(f"{way}: {len(times)} crossings, {seen} left to the officer; goal p95 {GOALS[way]} ms")
        print(f"  to the verdict painted  {figures(waited)}\n  answers of the service  {answers}")
        print(f"  the console itself      {figures(console)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
