"""A reading as pictures that a person can understand: where was looked, what was read, how surely.

For whoever asks why a document was not read, or not accepted. Nothing here changes a reading.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import CAPITAL_HEIGHT, Points, TextLine, cut_line
from ocr.image import DEFAULT_LIMITS, Limits, Pixels, decode_image
from ocr.locate import Band
from ocr.reader import Clock, Zone, read_mrz
from ocr.reading import MrzReading
from ocr.tesseract import Engine

Canvas = NDArray[np.uint8]
Colour = tuple[int, int, int]

_LONGEST = 1400  # pixels of the longer side of the overview
_DOUBTS = 14  # characters whose alternatives are shown
_SURE, _FAIR = 0.95, 0.5
_INK = (40, 40, 40)
_GREEN, _AMBER, _RED, _BLUE = (70, 150, 20), (0, 140, 230), (40, 40, 210), (200, 110, 20)  # blue, green, red
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture of a reading: a name for its file and the picture as PNG."""

    name: str
    png: bytes


def draw_reading(
    data: bytes, limits: Limits = DEFAULT_LIMITS, engine: Engine | None = None
) -> tuple[MrzReading, tuple[Drawing, ...]]:
    """Read an image and draw how: raises what `read_mrz` raises.

    Pictures are named `1-where`, `2-lines`, `3-doubts` and `4-steps`; an image in which nothing was
    read has the first and the last of them.
    """
    clock = Clock()
    reading = read_mrz(data, limits, engine, clock)
    pixels = decode_image(data, limits)
    chosen = _chosen(clock, reading)
    canvases = {"1-where": _where(pixels, clock, chosen)}
    if chosen:
        images = [cut_line(pixels, line) for line in chosen.band.lines]
        canvases |= {"2-lines": _lines(images, chosen, reading), "3-doubts": _doubts(images, chosen, reading)}
    canvases["4-steps"] = _steps(reading)
    return reading, tuple(Drawing(name, _png(canvas)) for name, canvas in canvases.items())


def _chosen(clock: Clock, reading: MrzReading) -> Zone | None:
    return next((zone for zone in clock.tried if zone.decoded.lines == reading.lines), None)


def _where(pixels: Pixels, clock: Clock, chosen: Zone | None) -> Canvas:
    """The picture with every band that was looked at; what was read in full is blue, what was taken green."""
    scale = min(1.0, _LONGEST / max(pixels.shape))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), np.uint8)
    read = [zone.band for zone in clock.tried]
    for place, (band, clear) in enumerate(clock.glanced, 1):
        was_read = any(band.lines in (other.lines, other.turned().lines) for other in read)
        _outline(canvas, band, scale, _BLUE if was_read else _AMBER, 1)
        x, y = np.multiply(band.lines[0].start, scale)
        _write(canvas, f"{place}: {np.exp(clear):.0%} clear", (x, y - 8), _BLUE if was_read else _AMBER)
    if chosen:
        _outline(canvas, chosen.band, scale, _GREEN, 3)
    legend = f"looked at: {len(clock.glanced)} (amber); read in full, either way up: {len(read)} (blue); taken: green"
    return _below(_strip_of_text(legend, canvas.shape[1]), canvas)


def _outline(canvas: Canvas, band: Band, scale: float, colour: Colour, thickness: int) -> None:
    """The upper edge of the first line, the lower edge of the last, bent as they were found."""
    upper = _edge(band.lines[0], -0.8)
    lower = _edge(band.lines[-1], 0.8)
    outline = np.concatenate((upper, lower[::-1])) * scale
    cv2.polylines(canvas, [np.rint(outline).astype(np.int32)], True, colour, thickness, cv2.LINE_AA)


def _edge(line: TextLine, heights: float) -> Points:
    """Points along a line, so many capitals' heights below its middle."""
    done = np.linspace(0, 1, 16, dtype=np.float32)
    return np.stack(line.point(done, np.full_like(done, heights)), axis=1)


def _lines(images: Sequence[Pixels], zone: Zone, reading: MrzReading) -> Canvas:
    """Each line as it was cut, below each character what was taken for it, in the colour of its certainty."""
    rows: list[Canvas] = []
    width = max(image.shape[1] for image in images)
    repaired = {(repair.line - 1, repair.position - 1): repair.raw for repair in reading.repairs}
    for row, (image, line) in enumerate(zip(images, zone.decoded.lines, strict=True)):
        text = np.full((54, width, 3), 255, np.uint8)
        for column, (character, centre) in enumerate(zip(line, zone.decoded.centres[row], strict=True)):
            _write(text, character, (centre - 8, 24), _colour(reading.confidences[row][column]), 0.8, 2)
            if (row, column) in repaired:
                _write(text, f"({repaired[row, column] or ' '})", (centre - 14, 48), _RED, 0.5)
        rows += [_on_canvas(image, width), text]
    caption = "green: sure; amber, red: doubtful; (x): what was seen before the zone's grammar decided"
    return _below(_strip_of_text(caption, width), *rows)


def _doubts(images: Sequence[Pixels], zone: Zone, reading: MrzReading) -> Canvas:
    """The least certain characters, enlarged, with what each of the two readers took them for."""
    places = [(row, column) for row, line in enumerate(zone.decoded.lines) for column in range(len(line))]
    places.sort(key=lambda place: reading.confidences[place[0]][place[1]])
    rows = [_strip_of_text("line, place: character, how sure | engine | second reader", 900)]
    rows += [_doubt(images[row], zone, reading, row, column) for row, column in places[:_DOUBTS]]
    return _below(*rows)


def _doubt(image: Pixels, zone: Zone, reading: MrzReading, row: int, column: int) -> Canvas:
    canvas = np.full((CAPITAL_HEIGHT * 2, 900, 3), 255, np.uint8)
    left = int(np.clip(zone.decoded.centres[row][column] - 20, 0, image.shape[1] - 40))
    cell = cv2.resize(image[:, left : left + 40], (56, 56), interpolation=cv2.INTER_CUBIC)
    canvas[:, :56] = cell[:, :, None]
    confidence = reading.confidences[row][column]
    said = f"{row + 1}, {column + 1}: {zone.decoded.lines[row][column]} {confidence:.1%}"
    _write(canvas, said, (70, 36), _colour(confidence), 0.7, 2)
    for place, shares in enumerate(zone.aligned[row].cells[column].readers):
        likeliest = sorted(shares.items(), key=lambda share: -share[1])[:4]
        text = "  ".join(f"{character} {share:.0%}" for character, share in likeliest)
        _write(canvas, text, (280 + 310 * place, 36), _INK, 0.55)
    return canvas


def _steps(reading: MrzReading) -> Canvas:
    """How long each step took, and what stands against acceptance."""
    rows = [_strip_of_text(f"{reading.elapsed_ms:.0f} ms in all", 900)]
    longest = max((step.ms for step in reading.steps), default=1.0)
    for step in reading.steps:
        canvas = np.full((30, 900, 3), 255, np.uint8)
        cv2.rectangle(canvas, (200, 6), (200 + round(560 * step.ms / longest), 24), _BLUE, -1)
        _write(canvas, step.name, (10, 21), _INK)
        _write(canvas, f"{step.ms:.1f} ms", (770, 21), _INK)
        rows.append(canvas)
    rows += [_strip_of_text(text, 900) for text in _verdict(reading)]
    return _below(*rows)


def _verdict(reading: MrzReading) -> Iterator[str]:
    if reading.accepted:
        yield "accepted: nothing stands against this reading"
    for obstacle in reading.obstacles:
        details = ", ".join(f"{name} {value}" for name, value in obstacle.params.items())
        yield f"not accepted: {obstacle.code} {obstacle.field} {details}"


def _colour(confidence: float) -> Colour:
    return _GREEN if confidence >= _SURE else _AMBER if confidence >= _FAIR else _RED


def _write(
    canvas: Canvas, text: str, at: tuple[float, float], colour: Colour, size: float = 0.5, thickness: int = 1
) -> None:
    cv2.putText(canvas, text, (round(at[0]), round(at[1])), _FONT, size, colour, thickness, cv2.LINE_AA)


def _strip_of_text(text: str, width: int) -> Canvas:
    canvas = np.full((28, width, 3), 255, np.uint8)
    _write(canvas, text, (8, 19), _INK, min(0.5, 0.5 * width / 900))
    return canvas


def _on_canvas(image: Pixels, width: int) -> Canvas:
    canvas = np.full((image.shape[0], width, 3), 255, np.uint8)
    canvas[:, : image.shape[1]] = image[:, :, None]
    return canvas


def _below(*canvases: Canvas) -> Canvas:
    """Canvases one below the other on white."""
    width = max(canvas.shape[1] for canvas in canvases)
    padding = [((0, 0), (0, width - canvas.shape[1]), (0, 0)) for canvas in canvases]
    padded = [np.pad(canvas, pad, constant_values=255) for canvas, pad in zip(canvases, padding, strict=True)]
    return np.concatenate(padded)


def _png(canvas: Canvas) -> bytes:
    return cv2.imencode(".png", canvas)[1].tobytes()
