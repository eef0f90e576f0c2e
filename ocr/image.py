"""Bytes to pixels, safely: nothing is decoded before its header has been read and measured.

Only JPEG and PNG are taken. OpenCV decodes a truncated JPEG without a word and a 48 kB PNG into
gigabytes, so both formats are walked here first, marker by marker and chunk by chunk.
"""

import os
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

# Libraries read these once, when they are loaded. The first is a second lock behind our own header
# check; the second, because threads make small products slower and workers share the cores.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "25000000")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)

Pixels = NDArray[np.uint8]
"""Grey pixels [height, width], 0 is black."""

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_JPEG_MAGIC = b"\xff\xd8\xff"
_ALPHA_TYPES = (4, 6)  # PNG colour types with transparency
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # neither stuffing nor a restart
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_LAST_PARTS = frozenset((b"IEND", b"\xff\xd9"))
# What a decoder is shown of a PNG: texts, profiles and animations may unpack to anything.
_PIXEL_PARTS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
_EXIF, _MOST_EXIF = b"eXIf", 65_536  # it may turn the picture; in a JPEG it has no more room
_SCAN = b"\xff\xda"
_MOST_SCANS, _MOST_PARTS = 24, 10_000  # a scan of nothing still visits every pixel
_TOO_MANY_PARTS = "the image is coded in more parts than are read"
_DEFLATED = 1032  # bytes that one byte unpacks to, at most (zlib, "Maximum Compression Factor")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of PNG's colour types
_BLOCK = 64 * 8  # pixels that a byte of a JPEG stands for, at most: a bit for each block
_MOST_UNPACKED = 120_000_000  # bytes that a decoder may hold, so that a worker stays below 250 MB
_ROWS = 256  # of a picture with transparency that are laid on white at once


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest image that is read: bytes of the file, pixels it unpacks to; and how long it may take.

    Once ``patience_ms`` are up, no further candidate and no further frame is looked at, so that what
    was found until then is answered in time.
    """

    max_bytes: int = 8_000_000
    max_pixels: int = 25_000_000
    patience_ms: float = 1500.0


DEFAULT_LIMITS = Limits()


class ImageRefused(ValueError):  # noqa: N818
    """The image is not read; the message says why, for the operator."""


class NotAnImage(ImageRefused):
    """The data is neither JPEG nor PNG."""


class ImageTooLarge(ImageRefused):
    """The image exceeds the limits."""


class ImageDamaged(ImageRefused):
    """The image breaks off or cannot be decoded."""


def decode_image(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Pixels:
    """The grey pixels of a JPEG or PNG, turned as its EXIF orientation says.

    Raises NotAnImage, ImageTooLarge or ImageDamaged.
    """
    has_alpha = _inspect(data, limits)
    data = _pixel_parts(data) if data.startswith(_PNG_MAGIC) else data
    if has_alpha:
        return _over_white(_decode(data, cv2.IMREAD_UNCHANGED))
    return np.asarray(_decode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels by the header alone. Raises NotAnImage or ImageDamaged."""
    if data.startswith(_PNG_MAGIC):
        return _png_size(data)
    if data.startswith(_JPEG_MAGIC):
        return _jpeg_size(data)
    raise NotAnImage("this is no image: only JPEG and PNG are read")


def percentile(values: NDArray[Any], share: float) -> float:
    """As `np.percentile`, several times as fast for the few values of a line."""
    values = values.ravel()
    place = (values.size - 1) * share / 100
    below = int(place)
    above = min(below + 1, values.size - 1)
    found = np.partition(values, (below, above))
    low, high = float(found[below]), float(found[above])
    return low + (place - below) * (high - low)


def _inspect(data: bytes, limits: Limits) -> bool:
    """Refuse what is no whole image within limits; whether it has transparency."""
    if len(data) > limits.max_bytes:
        raise ImageTooLarge(f"the image has {len(data):,} bytes; at most {limits.max_bytes:,} bytes are read")
    if data.startswith(_JPEG_MAGIC) and _is_mostly_markers(data):
        raise ImageTooLarge(_TOO_MANY_PARTS)
    width, height = image_size(data)
    if not (width and height):
        raise ImageDamaged("the image is damaged: it has no width or no height")
    if width * height > limits.max_pixels:
        raise ImageTooLarge(
            f"the image is {width:,} x {height:,} pixels; at most {limits.max_pixels / 1e6:g} megapixels are read"
        )
    cost, kind = _cost(data)
    if width * height * cost > _MOST_UNPACKED:
        raise ImageTooLarge(
            f"the image is {width:,} x {height:,} pixels; {kind} takes so much memory that at most "
            f"{_MOST_UNPACKED / cost / 1e6:.0f} megapixels are read: send it as a plain JPEG"
        )
    _walk(data)
    return data.startswith(_PNG_MAGIC) and data[25] in _ALPHA_TYPES


def _cost(data: bytes) -> tuple[float, str]:
    """About how many bytes a decoder holds for each pixel, as was measured, and what makes it so many."""
    if data.startswith(_PNG_MAGIC):
        if data[25] not in _ALPHA_TYPES:
            return 2.0, "a PNG"
        return (13.0, "a PNG of 16 bits with transparency") if data[24] > 8 else (6.0, "a PNG with transparency")
    start = _jpeg_start(data)
    if data[start - 1] not in _PROGRESSIVE:
        return 2.0, "a JPEG"
    return (8.0, "a progressive JPEG in CMYK") if data[start + 7 : start + 8] > b"\3" else (4.8, "a progressive JPEG")


def _walk(data: bytes) -> None:
    """Refuse what breaks off, and what would keep a decoder busy for longer than its size tells."""
    is_png = data.startswith(_PNG_MAGIC)
    parts = list(islice((kind for kind, _ in _png_chunks(data)) if is_png else _jpeg_segments(data), _MOST_PARTS + 1))
    if len(parts) > _MOST_PARTS or parts.count(_SCAN) > _MOST_SCANS:
        raise ImageTooLarge(_TOO_MANY_PARTS)
    if not parts or parts[-1] not in _LAST_PARTS or (not is_png and len(data) < _least_jpeg(data)):
        raise ImageDamaged("the image is damaged: it breaks off before its end")


def _is_mostly_markers(data: bytes) -> bool:
    """Whether a decoder would be kept busy with markers, or with what fills the room before them."""
    return data.count(b"\xff") > len(data) // 8 + _MOST_EXIF


def _least_jpeg(data: bytes) -> int:
    width, height = _jpeg_size(data)
    return width * height // _BLOCK


def _png_size(data: bytes) -> tuple[int, int]:
    if len(data) < 33 or data[8:16] != b"\0\0\0\x0dIHDR":
        raise ImageDamaged("the image is damaged: it does not begin with a PNG header")
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _pixel_parts(data: bytes) -> bytes:
    """The same PNG without all that is no pixel. Raises ImageTooLarge where it unpacks to more than it shows."""
    kept = [data[: len(_PNG_MAGIC)]]
    packed: list[bytes] = []
    for kind, place in _png_chunks(data):
        if kind in _PIXEL_PARTS or (kind == _EXIF and place.stop - place.start <= _MOST_EXIF):
            kept.append(data[place])
        if kind == b"IDAT":
            packed.append(data[place][8:-4])
    _unpack(packed, _png_bytes(data))
    return b"".join(kept)


def _png_bytes(data: bytes) -> int:
    """Bytes that the rows of a PNG unpack to; twice as many if it is interlaced, for its many short rows."""
    width, height = _png_size(data)
    row = (width * _CHANNELS.get(data[25], 4) * data[24] + 7) // 8
    return (1 + row) * height * (2 if data[28] else 1)


def _unpack(packed: Sequence[bytes], expected: int) -> None:
    """See that rows unpack to no more than `expected`: a decoder goes on to the end of what is packed."""
    if sum(map(len, packed)) * _DEFLATED <= 2 * expected:
        return
    stream, left = zlib.decompressobj(), expected + _MOST_EXIF
    for part in packed:
        rest = part
        while rest and left >= 0 and not stream.eof:
            try:
                left -= len(stream.decompress(rest, 1 << 20))
            except zlib.error:
                raise ImageDamaged("the image is damaged: it cannot be decoded") from None
            rest = stream.unconsumed_tail
    if left < 0:
        raise ImageTooLarge("the image unpacks to more than its size tells")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, slice]]:
    """Types and places of the chunks; whether they end with the last one tells whether the file is whole."""
    at = len(_PNG_MAGIC)
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if at + 12 + length > len(data):  # a decoder would make room for what is not there
            return
        yield kind, slice(at, at + 12 + length)
        if kind in _LAST_PARTS:
            return
        at += 12 + length


def _jpeg_size(data: bytes) -> tuple[int, int]:
    height, width = struct.unpack_from(">HH", data, _jpeg_start(data) + 3)
    return width, height


def _jpeg_start(data: bytes) -> int:
    """Where the marker of the frame's header ends."""
    at = 2
    for _ in range(_MOST_PARTS):
        if not (found := _JPEG_MARKER.search(data, at)):
            break
        at, marker = found.end(), data[found.end() - 1]
        length = int.from_bytes(data[at : at + 2])
        if marker in _START_OF_FRAME and at + 7 <= len(data):
            return at
        if marker in (_START_OF_SCAN, _END_OF_IMAGE) or length < 2:
            break
        at += length
    raise ImageDamaged("the image is damaged: its JPEG header names no size")


def _jpeg_segments(data: bytes) -> Iterator[bytes]:
    """The markers outside every segment, as far as the end-of-image marker; what follows it is ignored."""
    at = 2
    while found := _JPEG_MARKER.search(data, at):
        yield found.group()
        if found.group() in _LAST_PARTS:
            return
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])


def _over_white(pixels: NDArray[np.generic]) -> Pixels:
    """Lay a picture with transparency, [height, width, 4], on white paper; some rows at a time, to save memory."""
    grey = np.empty(pixels.shape[:2], np.uint8)
    for top in range(0, len(pixels), _ROWS):
        part = pixels[top : top + _ROWS]
        bgra = np.asarray(part if part.dtype == np.uint8 else part.astype(np.uint16) >> 8, np.uint8)
        opacity = np.ascontiguousarray(bgra[..., 3])
        ink = cv2.multiply(cv2.cvtColor(bgra, cv2.COLOR_BGRA2GRAY), opacity, scale=1 / 255)
        grey[top : top + _ROWS] = cv2.add(ink, cv2.bitwise_not(opacity))
    return grey


def _decode(data: bytes, flags: int) -> NDArray[np.generic]:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise ImageDamaged("the image is damaged: it cannot be decoded") from error
    if pixels is None:
        raise ImageDamaged("the image is damaged: it cannot be decoded")
    return pixels
