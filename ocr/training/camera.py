"""A page under a camera or on a scanner: background, perspective, curl, light, focus, sensor."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.training import degrade
from ocr.training.content import Rng
from ocr.training.degrade import Pixels, between
from ocr.training.pages import Page


@dataclass(frozen=True, slots=True)
class Condition:
    """How hard it gets. Each figure is the most that is drawn, unless it says otherwise.

    `pitch` is the range of pixels from character to character; `tilt` degrees; `perspective` and
    `curl` shares of the page; `severity` drives print, light and sensor.
    """

    pitch: tuple[float, float]
    tilt: float
    perspective: float
    curl: float
    severity: float


_FAINTEST = 8.0  # grey levels of contrast that an eye still makes out
_BURIED = 1.5  # contrast in terms of the grain's deviation, below which strokes drown in it

CONDITIONS = {
    "clean": Condition((16, 30), 2, 0.003, 0.0, 0.12),
    "moderate": Condition((13, 28), 15, 0.04, 0.006, 0.45),
    "severe": Condition((9, 25), 180, 0.09, 0.025, 0.85),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture, uint8 [height, width, 3], and the zone's points in it.

    `contrast` is what is left of that of each character, [lines, characters], in terms of what
    grain and coding hide: below 1 nobody can read it. Outside the picture it is 0.
    """

    image: NDArray[np.uint8]
    points: NDArray[np.float32]
    contrast: NDArray[np.float32]


def photograph(page: Page, rng: Rng, condition: Condition) -> Shot:
    """Photograph a page."""
    bent, points = _curl(page, rng, condition.curl)
    turn, size = _pose(bent.shape[:2], rng, condition)
    frame = _background(rng, size)
    flags = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_TRANSPARENT}
    cv2.warpPerspective(bent, turn, size, frame, **flags)
    if len(points):
        points = degrade.real(cv2.perspectiveTransform(points.reshape(1, -1, 2), turn)).reshape(points.shape)
    image, clear = _expose(frame, rng, condition, page.capital)
    return Shot(image, points, page.contrast * _seen(clear, points, page.contrast.shape))


def _curl(page: Page, rng: Rng, most: float) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Bend the page so that its middle sags or rises by up to `most` of its width."""
    height, width = page.image.shape[:2]
    sag = between(rng, -most, most) * width
    if abs(sag) < 0.5:
        return page.image, page.zone
    peak = between(rng, 0.3, 0.7)
    across = np.arange(width, dtype=np.float32) / width

    def drop(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(sag * (1 - np.square((x - peak) / max(peak, 1 - peak))), np.float32)

    columns = np.broadcast_to(across * width, (height, width)).astype(np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None] - drop(across)[None, :]
    points = page.zone.copy()
    points[:, :, 1] += drop(points[:, :, 0] / width)
    bent = cv2.remap(page.image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.uint8), points


def _pose(shape: tuple[int, ...], rng: Rng, condition: Condition) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Where the page comes to lie: a homography, and the picture's width and height."""
    height, width = shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    angle = np.deg2rad(between(rng, -condition.tilt, condition.tilt))
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    placed = corners @ turn.T + rng.uniform(-1, 1, (4, 2)) * condition.perspective * np.array([width, height])
    margin = between(rng, -0.01, 0.03 + 0.25 * condition.severity) * width
    placed += margin - placed.min(axis=0)
    size = np.ceil(placed.max(axis=0) + margin * between(rng, 0.3, 1.0)).astype(int)
    matrix = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    return np.asarray(matrix, np.float64), (int(size[0]), int(size[1]))


def _background(rng: Rng, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A table top or a scanner's lid: a colour, stains, perhaps a grain."""
    width, height = size
    small = (height // 4 + 1, width // 4 + 1)
    colour = rng.random(3) * 90 + rng.choice([15.0, 90.0, 165.0])
    stains = 1 - 0.5 * rng.random() * degrade.clouds(rng, small, int(rng.integers(3, 60)))
    if rng.random() < 0.3:
        stains = stains * degrade.guilloche(rng, small, between(rng, 0.05, 0.4))
    table = (colour * stains[:, :, None]).astype(np.uint8)
    return np.asarray(cv2.resize(table, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _seen(clear: Pixels, points: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """What is left of the contrast at each character between the first and last point of its line."""
    if not len(points):
        return np.zeros(shape, np.float32)
    share = (np.arange(shape[1], dtype=np.float32)[:, None] + 0.5) / shape[1]
    places = points[:, :1] + (points[:, -1:] - points[:, :1]) * share
    columns, rows = (degrade.real(places[:, :, axis]) for axis in (0, 1))
    return degrade.real(cv2.remap(clear, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))


def _expose(
    frame: NDArray[np.uint8], rng: Rng, condition: Condition, capital: float
) -> tuple[NDArray[np.uint8], Pixels]:
    """Light the frame, lose some focus, add the sensor's grain, code as JPEG.

    Also how much of the frame's contrast is left everywhere, in units of what still shows.
    """
    severity = condition.severity
    image, clear = _lit(frame.astype(np.float32), rng, severity)
    most = 0.02 + 0.045 * severity  # of a capital's height; beyond it nobody reads the zone
    image = degrade.blur(image, rng, between(rng, 0, most) * max(capital, 8.0))
    grain = rng.standard_normal(frame.shape[:2], np.float32)
    sigma = between(rng, 0, 1 + 9 * severity)
    image += grain[:, :, None] * np.float32(sigma)
    if rng.random() < 0.12:
        image = _infra_red(image)
    quality = int(between(rng, 90 - 55 * severity, 96))
    coded = degrade.to_bytes(degrade.jpeg(image, quality))
    hidden = max(_FAINTEST, _BURIED * sigma, _coarseness(quality, max(capital, 8.0)))
    return coded, clear / np.float32(hidden)


def _coarseness(quality: int, capital: float) -> float:
    """Contrast of strokes that JPEG rounds away, grey levels: more of small letters, whose waves are short.

    A third of the quantisation step (ITU-T T.81, table K.1) about where the waves of strokes lie.
    """
    scale = 50 / quality if quality < 50 else 2 - quality / 50
    return 0.3 * scale * 14 * math.pow(25 / capital, 1.4)


def _lit(image: Pixels, rng: Rng, severity: float) -> tuple[Pixels, Pixels]:
    """Light of one colour that falls off, shadows and reflections, worked out at an eighth the size.

    Also what share of the contrast they leave, [height, width].
    """
    height, width = image.shape[:2]
    small = (height // 8 + 1, width // 8 + 1)
    light = degrade.uneven_light(np.ones(small, np.float32), rng, 0.2 + 0.6 * severity)
    if rng.random() < 0.6 * severity:
        light = degrade.shadow(light, rng, severity)
    wash = np.zeros(small, np.float32)
    if rng.random() < 0.7 * severity:
        wash = degrade.glare(wash, rng, severity) / 255
    cast = (1 - rng.random(3) * 0.3 * severity) * between(rng, 0.75, 1.05)
    light = degrade.real(cv2.resize(light, (width, height)))
    wash = degrade.real(cv2.resize(wash, (width, height)))
    tinted = image * cast.astype(np.float32)
    tinted *= (light * (1 - wash))[:, :, None]
    tinted += (255 * wash)[:, :, None]
    return degrade.real(tinted), degrade.real(light * (1 - wash) * cast.mean())


def _infra_red(image: Pixels) -> Pixels:
    """What an infra-red camera sees: no colour, the tints of the paper nearly gone."""
    blue, green, red = cv2.split(image)
    grey = np.clip(np.maximum(np.maximum(blue, green), red) * 1.25, 0, 255)
    return np.asarray(np.repeat(grey[:, :, None], 3, axis=2), np.float32)
