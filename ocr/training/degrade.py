"""What printing, wear, light and cameras do to a zone. Pixels are float32, 0 black to 255 white.

Each function takes an image [height, width] or [height, width, 3], a seeded generator and how
strong the effect may get (0 to 1), and returns a new image of the same shape.
"""

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocr.training.content import Rng

Pixels = NDArray[np.float32]


def real(values: ArrayLike) -> Pixels:
    """The same values as float32; a copy only when they are not."""
    return np.asarray(values, np.float32)


def between(rng: Rng, low: float, high: float) -> float:
    """Draw a number of [low, high)."""
    return float(rng.uniform(low, high))


def _over(field: Pixels, image: Pixels) -> Pixels:
    """Shape a [height, width] field so that it multiplies `image`, grey or colour."""
    return field if image.ndim == 2 else real(field[:, :, None])


def clouds(rng: Rng, shape: tuple[int, ...], cells: int) -> Pixels:
    """Smooth noise of [0, 1] over shape[:2], about `cells` bumps along the longer side."""
    height, width = shape[:2]
    scale = cells / max(height, width)
    seed = rng.random((max(2, round(height * scale)), max(2, round(width * scale))), np.float32)
    return real(np.clip(cv2.resize(seed, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1))


def stroke_weight(ink: Pixels, rng: Rng, strength: float) -> Pixels:
    """Thicken or thin strokes, as ribbons, presses and etching do; `ink` is coverage, 0 to 255."""
    size = 1 + between(rng, 0, 2.4) * strength
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    changed = cv2.erode(ink, kernel) if rng.random() < 0.4 else cv2.dilate(ink, kernel)
    share = min(1.0, size / 2)
    return real(cv2.addWeighted(ink, 1 - share, changed, share, 0))


def wear(ink: Pixels, rng: Rng, strength: float) -> Pixels:
    """Rub ink away in patches and scratches; `ink` is coverage, 0 to 255."""
    patches = clouds(rng, ink.shape, int(rng.integers(20, 200)))
    limit = between(rng, 0.0, 0.35) * strength
    worn = real(ink * np.clip((patches - limit) * 12 + 0.5, 1 - strength, 1))
    for _ in range(int(rng.integers(0, 1 + round(4 * strength)))):
        _scratch(worn, rng)
    return worn


def _scratch(ink: Pixels, rng: Rng) -> None:
    height, width = ink.shape[:2]
    ends = rng.integers((0, 0), (width, height), size=(2, 2))
    start, end = (int(ends[0, 0]), int(ends[0, 1])), (int(ends[1, 0]), int(ends[1, 1]))
    cv2.line(ink, start, end, between(rng, 0, 90), 1, cv2.LINE_AA)


def thermal(ink: Pixels, rng: Rng, strength: float) -> Pixels:
    """Drop heads of a thermal or dot printer: faint rows and columns through the text."""
    height, width = ink.shape[:2]
    rows = 1 - strength * (rng.random((height, 1), np.float32) < 0.10)
    columns = 1 - strength * (rng.random((1, width), np.float32) < 0.04)
    grain = 1 - 0.7 * strength * (rng.random((height, width), np.float32) < 0.15)
    return real(ink * rows * columns * grain)


def bleed(ink: Pixels, rng: Rng, strength: float) -> Pixels:
    """Let ink soak into the paper: soft, swollen edges; `ink` is coverage, 0 to 255."""
    soaked = cv2.GaussianBlur(ink, (0, 0), 0.6 + 1.6 * strength)
    return real(np.clip(soaked * between(rng, 1.0, 1.0 + 1.3 * strength), 0, 255))


def guilloche(rng: Rng, shape: tuple[int, ...], depth: float) -> Pixels:
    """Draw fine wavy security lines over shape[:2]: values from 1 - depth to 1."""
    height, width = shape[:2]
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    pattern = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        wave = between(rng, 2, 12) * np.sin(columns / between(rng, 12, 90) + between(rng, 0, 6))
        slope = between(rng, -0.6, 0.6)
        pattern += np.sin((rows + wave + slope * columns) * between(rng, 0.25, 1.2))
    return real(1 - depth * np.clip(pattern * 0.5 + 0.5, 0, 1))


def uneven_light(image: Pixels, rng: Rng, strength: float) -> Pixels:
    """Multiply by a slow change of light across the image."""
    light = 1 - 0.7 * strength * clouds(rng, image.shape, int(rng.integers(2, 5)))
    return image * _over(light, image)


def shadow(image: Pixels, rng: Rng, strength: float) -> Pixels:
    """Darken one side of a line, as a hand or the camera itself does."""
    height, width = image.shape[:2]
    angle = between(rng, 0, 2 * np.pi)
    across = np.arange(width, dtype=np.float32)[None, :] / width - between(rng, 0.1, 0.9)
    down = np.arange(height, dtype=np.float32)[:, None] / height - between(rng, 0.1, 0.9)
    side = across * np.cos(angle) + down * np.sin(angle)
    soft = between(rng, 0.005, 0.08)
    shade = 1 - between(rng, 0.2, 0.65) * strength / (1 + np.exp(-np.clip(side / soft, -30, 30)))
    return image * _over(shade.astype(np.float32), image)


def glare(image: Pixels, rng: Rng, strength: float) -> Pixels:
    """Add the blurred reflection of a lamp: an ellipse that washes the ink out."""
    height, width = image.shape[:2]
    spot = np.zeros((max(2, height // 4), max(2, width // 4)), np.float32)
    centre = (int(rng.integers(spot.shape[1])), int(rng.integers(spot.shape[0])))
    size = max(spot.shape)
    axes = (int(size * between(rng, 0.01, 0.12)) + 1, int(size * between(rng, 0.01, 0.12)) + 1)
    cv2.ellipse(spot, centre, axes, between(rng, 0, 180), 0, 360, 1.0, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), max(1.0, min(axes) * between(rng, 0.2, 0.8)))
    share = cv2.resize(spot, (width, height)) * between(rng, 0.3, 1.0) * strength
    return image + (255 - image) * _over(share, image)


def blur(image: Pixels, rng: Rng, sigma: float) -> Pixels:
    """Lose focus, or one time in three move, by about `sigma` pixels."""
    if sigma < 0.3:
        return image
    if rng.random() < 0.67:
        return real(cv2.GaussianBlur(image, (0, 0), sigma))
    return _motion(image, between(rng, 0, np.pi), 3 * sigma)


def _motion(image: Pixels, angle: float, length: float) -> Pixels:
    size = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((size, size), np.float32)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    start = tuple(int(v) for v in np.round(size // 2 - reach))
    end = tuple(int(v) for v in np.round(size // 2 + reach))
    cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA)
    soft = real(cv2.GaussianBlur(kernel, (0, 0), 0.5))
    return real(cv2.filter2D(image, -1, soft / max(float(soft.sum()), 1e-3), borderType=cv2.BORDER_REPLICATE))


def noise(image: Pixels, rng: Rng, sigma: float) -> Pixels:
    """Add the grain of a sensor, `sigma` grey levels."""
    return image + rng.standard_normal(image.shape, np.float32) * np.float32(sigma)


def jpeg(image: Pixels, quality: int) -> Pixels:
    """Code and decode as JPEG."""
    coded = cv2.imencode(".jpg", to_bytes(image), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    flag = cv2.IMREAD_GRAYSCALE if image.ndim == 2 else cv2.IMREAD_COLOR
    decoded = cv2.imdecode(coded, flag)
    assert decoded is not None  # coded a line above
    return real(decoded)


def to_bytes(image: Pixels) -> NDArray[np.uint8]:
    """Round and clip to uint8."""
    return np.asarray(np.clip(image + 0.5, 0, 255), np.uint8)
