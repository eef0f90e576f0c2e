"""Tesseract's training file: line images and their texts, written without running Tesseract.

Layout (little-endian, Tesseract 5 `ImageData::Serialize`): a count, then for each page a byte 1,
the image's name, page number, PNG bytes, language, text, boxes, texts of boxes, a vertical flag.
"""

import struct
from collections.abc import Iterable
from pathlib import Path

import cv2

from ocr.training.lines import Line


def _counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _page(line: Line) -> bytes:
    height, width = line.image.shape
    png = cv2.imencode(".png", line.image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
    text = _counted(line.text.encode("ascii"))
    box = struct.pack("<Ihhhh", 1, 0, 0, width, height)
    name, number, language, vertical = _counted(b""), struct.pack("<i", 0), _counted(b""), b"\0"
    box_texts = struct.pack("<I", 1) + text
    return b"\1" + name + number + _counted(png) + language + text + box + box_texts + vertical


def write_lstmf(path: Path, lines: Iterable[Line]) -> None:
    """Write `lines` as one training document; an interrupted write leaves none."""
    pages = [_page(line) for line in lines]
    part = path.with_suffix(".part")
    part.write_bytes(struct.pack("<I", len(pages)) + b"".join(pages))
    part.replace(path)
