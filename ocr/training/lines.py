"""Line images as the model sees them: grey, dark on light, LINE_HEIGHT pixels high.

A line is set in a typeface, printed, worn, lit, captured at some resolution and rectified, all
from one seed. `severity` runs from 0 (a good scan) to 1 (what a person can barely read).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import normalise_line
from ocr.layout import ALPHABET
from ocr.training import degrade, fonts
from ocr.training.content import Rng, characters, training_text
from ocr.training.degrade import Pixels, between

LINE_HEIGHT = 40
MARGIN = 2 * fonts.PITCH  # pixels of paper kept around a line until it is cut
INDEX = {character: i for i, character in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line image, uint8 [LINE_HEIGHT, width], and its text."""

    image: NDArray[np.uint8]
    text: str


def make_line(seed: int, severity: float, shortest: int = 0) -> Line:
    """Make line number `seed`; with `shortest`, mostly a piece of at least so many characters."""
    rng = np.random.default_rng(seed)
    text = training_text(rng)
    if shortest and rng.random() < 0.7:
        length = int(rng.integers(shortest, min(len(text), 2 * shortest) + 1))
        start = int(rng.integers(len(text) - length + 1))
        text = text[start : start + length]
    ink = print_ink(_set(text, rng, severity), rng, severity)
    return Line(_cut(_capture(_light(ink, rng, severity), rng, severity), rng, severity), text)


def typeface(rng: Rng) -> fonts.Typeface:
    """Draw a typeface: OCR-B mostly with round ends, now and then a look-alike."""
    others = fonts.look_alikes()
    if others and rng.random() < 0.06:
        return others[int(rng.integers(len(others)))]
    round_ends, sharp_ends, slanted = fonts.ocr_b()
    draw = rng.random()
    return round_ends if draw < 0.6 else sharp_ends if draw < 0.94 else slanted


def _set(text: str, rng: Rng, severity: float) -> Pixels:
    """Set the line, now and then with pieces of its neighbours, as ink coverage."""
    face = typeface(rng)
    step = round(fonts.PITCH * between(rng, 0.94, 1.06 + 0.15 * rng.random()))
    width = (len(text) - 1) * step + fonts.PITCH + 2 * MARGIN
    ink = np.zeros((fonts.CELL_HEIGHT + 2 * MARGIN, width), np.float32)
    type_line(ink, text, face, (MARGIN, MARGIN), rng, step)
    leading = int(fonts.PITCH * between(rng, 1.15, 2.0))
    for offset in (-leading, leading):
        if rng.random() < 0.35 * severity:
            type_line(ink, characters(rng, len(text)), face, (MARGIN, MARGIN + offset), rng, step)
    return ink


def type_line(
    ink: Pixels, text: str, face: fonts.Typeface, at: tuple[int, int], rng: Rng, step: int = fonts.PITCH
) -> None:
    """Set `text` into coverage, its first cell's top left corner at x, y, each character a little off.

    `step` is the distance from one character to the next, pixels.
    """
    jitter = rng.normal(0, 0.6, size=(len(text), 2)).round().astype(int)
    width = ink.shape[1]
    for place, character in enumerate(text):
        x = int(np.clip(at[0] + place * step + jitter[place, 0], 0, width - fonts.PITCH))
        y = max(0, at[1] + int(jitter[place, 1]))
        cell = ink[y : y + fonts.CELL_HEIGHT, x : x + fonts.PITCH]
        np.maximum(cell, face.glyphs[INDEX[character]][: len(cell)], out=cell)


def print_ink(ink: Pixels, rng: Rng, severity: float) -> Pixels:
    """Print coverage as machines and years leave it: heavier or lighter, worn, soaked."""
    ink = degrade.stroke_weight(ink, rng, between(rng, 0, 1))
    if rng.random() < 0.5 * severity:
        ink = degrade.wear(ink, rng, severity)
    if rng.random() < 0.15 * severity:
        ink = degrade.thermal(ink, rng, between(rng, 0.3, 0.9))
    if rng.random() < 0.35 * severity:
        ink = degrade.bleed(ink, rng, between(rng, 0, severity))
    return ink


def _light(ink: Pixels, rng: Rng, severity: float) -> Pixels:
    """Put the ink on paper and light it."""
    paper = np.full(ink.shape, between(rng, 255 - 110 * severity, 255), np.float32)
    if rng.random() < 0.2 + 0.5 * severity:
        paper *= degrade.guilloche(rng, ink.shape, between(rng, 0, 0.1 + 0.25 * severity))
    if rng.random() < 0.3:
        paper *= 1 - 0.35 * severity * degrade.clouds(rng, ink.shape, int(rng.integers(4, 60)))
    dark = between(rng, 0, 40 + 80 * severity)
    share = ink / 255 * between(rng, 1 - 0.4 * severity, 1)
    image = degrade.real(paper + (np.minimum(dark, paper) - paper) * share)
    _edge(image, rng, severity)
    if rng.random() < 0.6 * severity:
        image = degrade.uneven_light(image, rng, severity)
    if rng.random() < 0.2 * severity:
        image = degrade.shadow(image, rng, severity)
    if rng.random() < 0.25 * severity:
        image = degrade.glare(image, rng, 0.75 * severity)
    return image


def _edge(image: Pixels, rng: Rng, severity: float) -> None:
    """End the card beside or below the line: what lies beyond is another grey."""
    beyond = between(rng, 0, 230)
    gap = int(between(rng, 0.2, 1.2) * fonts.PITCH)
    sides = (np.s_[:, : MARGIN - gap], np.s_[:, image.shape[1] - MARGIN + gap :])
    below = np.s_[MARGIN + fonts.BASELINE + gap :]
    for part in (*sides, below):
        if rng.random() < 0.06 + 0.2 * severity:
            image[part] = beyond


def _capture(image: Pixels, rng: Rng, severity: float) -> Pixels:
    """Photograph: blur, sample at 8 to 32 pixels a character, add grain, code as JPEG."""
    low = 24 - 16 * severity
    scale = between(rng, low, 32) / fonts.PITCH
    image = degrade.blur(image, rng, between(rng, 0, 0.6 + 1.3 * severity) / np.sqrt(scale))
    image = degrade.real(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    image = degrade.noise(image, rng, between(rng, 0, 2 + 12 * severity))
    if rng.random() < 0.6:
        image = degrade.jpeg(image, int(between(rng, 92 - 65 * severity, 97)))
    return degrade.real(cv2.resize(image, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_CUBIC))


def _cut(image: Pixels, rng: Rng, severity: float) -> NDArray[np.uint8]:
    """Cut the line out as a reader would: nearly straight, nearly centred, contrast stretched."""
    columns, rows = _mesh(image.shape[1], rng, severity)
    line = degrade.real(cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    draw = rng.random()
    if draw < 0.65:
        return normalise_line(degrade.to_bytes(line))
    if draw < 0.9:  # paper and ink misjudged: a line cut too high or too low, with a shadow across it
        dark, light = np.percentile(line, (1, between(rng, 82, 97)))
        line = (line - dark) * (255 / max(float(light - dark), 20.0))
    return degrade.to_bytes(line)


def _mesh(width: int, rng: Rng, severity: float) -> tuple[Pixels, Pixels]:
    """Where each pixel of the cut comes from: size, margins, tilt, slant and curl."""
    capital = between(rng, 26 - 4 * severity, 30 + 2 * severity)  # height in the cut, pixels
    step_y = (fonts.PITCH - 1) / capital
    step_x = step_y * between(rng, 0.93 - 0.1 * severity, 1.07 + 0.1 * severity)
    before, after = (MARGIN - fonts.PITCH * between(rng, 0.1, 0.7) for _ in range(2))
    x = np.arange(before, width - after, step_x, dtype=np.float32)
    y = (np.arange(LINE_HEIGHT, dtype=np.float32) - LINE_HEIGHT / 2) * step_y
    across = np.linspace(-1, 1, len(x), dtype=np.float32)
    drift = rng.normal(0, 1, 3) * np.array([1.6, 1.6, 1.2]) * (0.2 + severity)
    centre = MARGIN + fonts.BASELINE - fonts.PITCH / 2 + drift[0]
    rows = y[:, None] + centre + drift[1] * across + drift[2] * np.square(across)
    columns = x[None, :] + y[:, None] * rng.normal(0, 0.03 + 0.04 * severity)
    shape = (LINE_HEIGHT, len(x))
    return (
        np.broadcast_to(columns, shape).astype(np.float32),
        np.broadcast_to(rows, shape).astype(np.float32),
    )
