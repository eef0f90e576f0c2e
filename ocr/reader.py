"""An image, or a swipe reader's text, to a reading of its machine-readable zone."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module

from ocr.image import DEFAULT_LIMITS, Limits, Pixels, decode_image  # first: bounds the libraries' threads as they load

# isort: split

import numpy as np

from ocr.calibration import load_calibration
from ocr.crop import crop
from ocr.cut import MARGIN, PITCH, cut_line, normalise_line, unroll
from ocr.decode import Decoded, decode
from ocr.evidence import Aligned, align_lines
from ocr.glyphs import clarity, load_weights, look, seen_again
from ocr.locate import Band, Search
from ocr.mrz import MrzFormat, parse_text, verify
from ocr.reading import MrzReading, Step, judge, obstacles_of
from ocr.tesseract import Engine, load_engine

_AT_FIRST_USE = ("numpy.fft", "numpy.ma")  # NumPy loads these when something asks for them
_MOST_BANDS = 8
_CLEAR = -0.12  # mean log probability per character of a reading that is surely a zone's
_PLAIN = -0.02  # that of one in which not even one place is in doubt: moved by one, its last place would be
_FAIR = -0.2  # mean log probability per character of what is text of a zone, perhaps not in its places
_MOVES = (-1, 1, -2, 2)  # places
_HOPELESS = -0.3  # merit of what is no zone at all
_HOLDING = 0.3  # what it is worth that every check digit holds, in the same measure
_NO_TEXT = -0.6  # clarity of lines that are not worth reading; of zones that were read, none was below -0.4
_OTHER_WAY = 0.3  # by which lines that are to be read are less clear than upside down at most
_PLAIN_TEXT = -0.5  # clarity of lines that are worth reading at once
_TEXT_BEYOND = 0.9  # how clear the place beyond the end is where a line goes on; bare paper: never in 69 cards
_QUIET = 1.2  # places of paper beyond the end, to be sure that it is the end
_SURELY_ASTRAY = 8  # misplaced characters, as many as a large visa has more than a small one


def read_mrz(
    data: bytes, limits: Limits = DEFAULT_LIMITS, engine: Engine | None = None, clock: "Clock | None" = None
) -> MrzReading:
    """Read the machine-readable zone in a JPEG or PNG.

    Nothing is corrected silently: every character that differs from the plain reading is among
    `repairs`, and `accepted` is true only where nothing is among `obstacles`. An image without a
    zone gives a reading without lines. Raises ImageRefused for what is not read at all and
    EngineMissing where Tesseract or the model is not installed. Not for use by two threads at once.
    ``clock`` remembers what was tried, for whoever wants to see it.
    """
    clock = clock or Clock(limits.patience_ms)
    with clock.step("decode"):
        pixels = decode_image(data, limits)
    zone = find_zone(pixels, engine or default_engine(), clock)
    if zone is None:
        return MrzReading.nothing(clock.steps, clock.elapsed_ms)
    return judged(pixels, zone.band, zone.decoded, clock)


def read_text(text: str) -> MrzReading:
    """What a swipe reader or a keyboard sent. Raises MrzError where it is no zone."""
    clock = Clock()
    with clock.step("parse"):
        mrz = parse_text(text)
    certain = tuple(tuple(1.0 for _ in line) for line in mrz.lines)
    found = obstacles_of(mrz)
    return MrzReading(
        format=mrz.format,
        lines=mrz.lines,
        mrz=mrz,
        confidences=certain,
        repairs=(),
        valid=mrz.valid,
        accepted=not found,
        obstacles=found,
        crop_png=None,
        boxes=(),
        steps=clock.steps,
        elapsed_ms=clock.elapsed_ms,
    )


@dataclass(frozen=True, slots=True)
class Zone:
    """Where in a picture a zone was found, what was seen in its places, and what that says.

    ``glimpse`` is how clear it was to the engine by itself, as mean log probability per character.
    """

    band: Band
    aligned: tuple[Aligned, ...]
    decoded: Decoded
    glimpse: float


class Clock:
    """Times the steps of a reading, and remembers what was tried.

    ``glanced`` are the bands that were cut and how clear each was at a glance, ``tried`` the zones
    that were read in full, both in their order.
    """

    def __init__(self, patience_ms: float = DEFAULT_LIMITS.patience_ms) -> None:
        self.patience_ms = patience_ms
        self.glanced: list[tuple[Band, float]] = []
        self.tried: list[Zone] = []
        self._start = time.perf_counter()
        self._spent: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self._spent[name] = self._spent.get(name, 0.0) + 1000 * (time.perf_counter() - start)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(name, ms) for name, ms in self._spent.items())

    @property
    def elapsed_ms(self) -> float:
        return 1000 * (time.perf_counter() - self._start)


@cache
def default_engine() -> Engine:
    """The engine with the model that is shipped, loaded once."""
    return load_engine()


def preload() -> Engine:
    """Read every file now that readings take, once and for all; the engine. Raises EngineMissing."""
    for module in _AT_FIRST_USE:
        import_module(module)
    load_weights()
    load_calibration()
    return default_engine()


def find_zone(pixels: Pixels, engine: Engine, clock: Clock) -> Zone | None:
    """The candidate that reads most like a zone; the search ends at the first clear one.

    No further candidate is looked at once ``clock`` has run for a second and a half.
    """
    best: Zone | None = None
    search = Search(pixels)
    for way, images in _candidates(pixels, search, clock):
        least = _merit(best.decoded) if best else _HOPELESS
        for zone in _readings(pixels, way, images, engine, clock, least):
            if _merit(zone.decoded) > least:
                best, least = zone, _merit(zone.decoded)
            if _is_sure(zone.decoded):
                return zone
        if best is not None and best.decoded.sight > _FAIR:
            search.settle()
    return best


def _readings(
    pixels: Pixels, band: Band, images: Sequence[Pixels], engine: Engine, clock: Clock, least: float = _HOPELESS
) -> Iterator[Zone]:
    """What a band says; and where it is clear, but the check digits do not hold, what it says some places on.

    A speck in the margin that was taken for a character, or a faint character that was not, moves all others.
    What cannot be of more merit than ``least`` is left out, and places on, what is less clear to the engine.
    """
    zone = read_lines(band, images, engine, clock, least)
    if zone is None:
        return
    glimpse = zone.glimpse
    clock.tried.append(zone)
    yield zone
    least = max(least, _merit(zone.decoded))
    for places in _MOVES if zone.decoded.sight > _FAIR and not _is_sure(zone.decoded) else ():
        if clock.elapsed_ms > clock.patience_ms:
            return
        moved = band.moved(places)
        with clock.step("cut"):
            again = [cut_line(pixels, line) for line in moved.lines]
        zone = read_lines(moved, again, engine, clock, least, glimpse)
        if zone is not None:
            least = max(least, _merit(zone.decoded))
            clock.tried.append(zone)
            yield zone


def _candidates(pixels: Pixels, search: Search, clock: Clock) -> Iterator[tuple[Band, list[Pixels]]]:
    """Bands with their cut lines, as one reads and upside down; those that are unclear at a glance last.

    A band that is offered here and not taken frees its place: another along another seed may lie better.
    """
    unclear: list[tuple[Band, list[Pixels]]] = []
    bands = search.bands()
    for _ in range(_MOST_BANDS):
        with clock.step("locate"):
            band = next(bands, None)
        if band is None or clock.elapsed_ms > clock.patience_ms:
            break
        clear, ways = _ways(pixels, band, clock)
        if clear > _PLAIN_TEXT:
            yield from ways
        elif clear > _NO_TEXT:
            unclear += ways
        search.free(band)
    for way in unclear:
        if clock.elapsed_ms < clock.patience_ms:
            yield way


def _is_sure(decoded: Decoded) -> bool:
    """Whether no other place can read better; a document may well be printed with wrong check digits."""
    printed = decoded.format is None or (decoded.sight > _PLAIN and not decoded.misplaced)
    return decoded.sight > _CLEAR and (printed or _holding(decoded) > 0.5)


def _merit(decoded: Decoded) -> float:
    """Which of two readings is more likely of a zone: the clearer one, or whose check digits hold."""
    return decoded.sight + _HOLDING * _holding(decoded)


def _holding(decoded: Decoded) -> float:
    """The share of check digits that hold."""
    checks = verify(decoded.lines, decoded.format) if decoded.format else ()
    return sum(check.valid for check in checks) / max(len(checks), 1)


def _ways(pixels: Pixels, band: Band, clock: Clock) -> tuple[float, list[tuple[Band, list[Pixels]]]]:
    """How clear a band is at a glance, and the band as one reads and upside down, the clearer first."""
    with clock.step("cut"):
        images = [cut_line(pixels, line) for line in band.lines]
        turned = [np.ascontiguousarray(image[::-1, ::-1]) for image in reversed(images)]
        ways = [(band, images), (band.turned(), turned)]
    with clock.step("glance"):
        clear = [sum(map(clarity, images)) / len(images) for _, images in ways]
    clock.glanced.append((band, max(clear)))
    likely = [i for i in range(2) if clear[i] > max(clear) - _OTHER_WAY]
    return max(clear), [ways[i] for i in sorted(likely, key=lambda i: -clear[i])]


def read_lines(
    band: Band,
    images: Sequence[Pixels],
    engine: Engine,
    clock: Clock,
    least: float = -math.inf,
    least_glimpse: float = -math.inf,
) -> Zone | None:
    """What lines say, None where they are of no format's length, too unclear or of no more merit than ``least``."""
    with clock.step("recognise"):
        seen = engine.read(images)
        places = sum(image.shape[1] - 2 * MARGIN for image in images) / len(images) / PITCH
        aligned = align_lines(seen, places, MARGIN, PITCH)
    if aligned is None or (glimpse := _best_sight(aligned)) < least_glimpse:
        return None
    with clock.step("look"):
        aligned = tuple(map(seen_again, aligned, seen, images))
    if _best_sight(aligned) + _HOLDING <= least:
        return None
    with clock.step("solve"):
        return Zone(band, aligned, decode(aligned), glimpse)


def _best_sight(aligned: Sequence[Aligned]) -> float:
    """How well any zone could agree with what was seen (see Decoded.sight): no rule makes a reading clearer."""
    lines = [[math.log(max(cell.shares.values())) for cell in line.cells] for line in aligned]
    return sum(sum(line) / len(line) for line in lines) / len(lines)


def judged(pixels: Pixels, band: Band, decoded: Decoded, clock: Clock) -> MrzReading:
    """The reading that a decoded zone makes, with its crop."""
    with clock.step("look"):
        decoded = replace(decoded, misplaced=decoded.misplaced + _SURELY_ASTRAY * _running_on(pixels, band, decoded))
    with clock.step("crop"):
        crop_png, boxes = crop(pixels, band.lines, decoded.centres)
    return judge(decoded, crop_png, boxes, clock.steps, clock.elapsed_ms)


def _running_on(pixels: Pixels, band: Band, decoded: Decoded) -> int:
    """At how many ends lines that no check digit holds in place have text beyond their first or last place.

    The first columns of a large visa are a faultless small one, and the names of a card stand in a line of
    their own. Elsewhere a check digit, or the code of a state, tells that a line is some places astray.
    """
    loose = {MrzFormat.MRV_B: (0, 1), MrzFormat.TD1: (2,)}
    rows = loose.get(decoded.format, ()) if decoded.format else ()
    return sum(_goes_on(pixels, band, decoded, rows, side) for side in (-1, 1)) if rows else 0


def _goes_on(pixels: Pixels, band: Band, decoded: Decoded, rows: Sequence[int], side: int) -> bool:
    """Whether these lines have text beyond their first (-1) or last (1) place, or may have outside the picture."""
    clear, inside = [], True
    for row in rows:
        line, centres = band.lines[row], decoded.centres[row]
        beyond = PITCH + (centres[0] if side < 0 else centres[-1]) + side * PITCH
        image = normalise_line(unroll(pixels, line, margin=MARGIN + PITCH))
        clear.append(float(look(image, [beyond]).max()))
        x, y = line.start if side < 0 else line.end
        edge = _QUIET * line.pitch
        inside &= edge < x < pixels.shape[1] - edge and edge < y < pixels.shape[0] - edge
    # A card cut by the picture's edge loses columns that its check digits cover.
    return min(clear) > _TEXT_BEYOND or (decoded.format is MrzFormat.MRV_B and not inside)
