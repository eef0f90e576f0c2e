"""Small images in every form that a camera, a scanner or an enemy may send: what mutated images start from."""

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr.training.generate import generate_document

SEEDS = range(6_900_000, 6_900_003)  # of the made-up documents among them
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Column and row where each pass begins, and its steps: PNG specification, section 8.2."""


@cache
def seed_images() -> tuple[bytes, ...]:
    """About 50 files, each a few kilobytes; a third of them show a zone."""
    noise = _soft_noise(64, 48)
    documents = [_small_document(seed) for seed in SEEDS]
    files = [*_pngs(noise), *_jpegs(noise)]
    for document in documents:
        files += [*_jpegs(document), *list(_pngs(document))[:4]]
    return tuple(files)


@cache
def seed_zones() -> frozenset[tuple[str, ...]]:
    """The zones that they show."""
    return frozenset(generate_document(seed, "clean").mrz_lines for seed in SEEDS)


def _soft_noise(width: int, height: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (5, 5), 0), np.uint8)


def _small_document(seed: int) -> NDArray[np.uint8]:
    """The foot of a made-up document, about 10 pixels a character."""
    made = generate_document(seed, "clean")
    small = cv2.resize(made.image, None, fx=(scale := 10 / made.pitch), fy=scale, interpolation=cv2.INTER_AREA)
    top = int(made.middles[:, :, 1].min() * scale) - 30
    return np.asarray(small[max(top, 0) :], np.uint8)


def _pngs(pixels: NDArray[np.uint8]) -> Iterator[bytes]:
    rgb = Image.fromarray(np.ascontiguousarray(pixels[..., ::-1]))
    grey = rgb.convert("L")
    yield _saved(grey, "PNG")
    yield _saved(rgb, "PNG")
    yield interlaced_png(np.asarray(grey))
    yield _saved(rgb.quantize(32), "PNG")
    yield _saved(rgb.quantize(16), "PNG", transparency=3)
    yield _saved(grey.convert("1"), "PNG")
    yield _saved(grey.convert("LA"), "PNG")
    yield _saved(rgb.convert("RGBA"), "PNG")
    deep = pixels.astype(np.uint16) * 257
    for form in (deep, deep[..., 0], np.dstack([deep, deep[..., :1]])):
        yield cv2.imencode(".png", form)[1].tobytes()


def _jpegs(pixels: NDArray[np.uint8]) -> Iterator[bytes]:
    rgb = Image.fromarray(np.ascontiguousarray(pixels[..., ::-1]))
    yield _saved(rgb, "JPEG", quality=80)
    yield _saved(rgb, "JPEG", quality=60, progressive=True)
    yield _saved(rgb, "JPEG", quality=90, subsampling=0, restart_marker_blocks=3)
    yield _saved(rgb.convert("L"), "JPEG", quality=80)
    yield _saved(rgb.convert("CMYK"), "JPEG", quality=80)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield _saved(rgb, "JPEG", quality=80, exif=exif)


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def interlaced_png(grey: NDArray[np.uint8]) -> bytes:
    """A grey PNG whose rows come in Adam7's seven passes."""
    height, width = grey.shape
    rows = b"".join(
        b"\0" + row.tobytes() for x, y, dx, dy in ADAM7 for row in grey[y::dy, x::dx] if row.size
    )  # fmt: skip
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
