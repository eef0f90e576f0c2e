"""Zones and images that somebody spoilt, by number: the same number makes the same case for ever.

Nothing here knows what should come of a case; `bench.fuzz` and the tests do.
"""

import random
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from bench.rasters import seed_images
from ocr.layout import ALPHABET, MrzFormat
from ocr.training.content import made_up_zone

ZONES = 500  # made-up zones that the mutated texts start from
STRANGE = "\0\x02\x1b \t\v\x85\u00ab\u00e9\u0130\u0131\u00df\u0663\u2028\u202e\ufe0f\uff10\uff1c\U0001f1ee\ud800"
EDGES = (0, 1, 2, 7, 127, 128, 255, 256, 4999, 5000, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1)


def mutated_text(number: int) -> str:
    """Text number `number`: a made-up zone, changed one to six times."""
    rng = random.Random(f"text {number}")  # noqa: S311 - repeatable, not secret
    lines = list(rng.choice(_zones()))
    for _ in range(rng.randint(1, 6)):
        rng.choice(_TEXT_CHANGES)(rng, lines)
    return rng.choice(("\n", "\r\n", "", "\r", "\n\n", " \n", "\u2028")).join(lines)


def mutated_image(number: int) -> bytes:
    """File number `number`: a small image, changed up to four times."""
    rng = random.Random(f"image {number}")  # noqa: S311 - repeatable, not secret
    seeds = seed_images()
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 2, 3, 4))):
        data = rng.choice(_IMAGE_CHANGES)(rng, data, seeds)
    return bytes(data)


@cache
def _zones() -> tuple[tuple[str, ...], ...]:
    formats = list(MrzFormat)
    return tuple(made_up_zone(np.random.default_rng(seed), formats[seed % len(formats)]) for seed in range(ZONES))


def _spot(rng: random.Random, lines: Sequence[str]) -> tuple[int, int]:
    row = rng.randrange(len(lines))
    return row, rng.randint(0, len(lines[row]))


def _character(rng: random.Random) -> str:
    return rng.choice(ALPHABET if rng.random() < 0.8 else STRANGE)


def _put(rng: random.Random, lines: list[str]) -> None:
    row, at = _spot(rng, lines)
    lines[row] = lines[row][:at] + _character(rng) + lines[row][at + 1 :]


def _insert(rng: random.Random, lines: list[str]) -> None:
    row, at = _spot(rng, lines)
    lines[row] = lines[row][:at] + _character(rng) * rng.choice((1, 1, 1, 2, 3, 40, 5000)) + lines[row][at:]


def _drop(rng: random.Random, lines: list[str]) -> None:
    row, at = _spot(rng, lines)
    lines[row] = lines[row][:at] + lines[row][at + rng.choice((1, 1, 1, 2, 14, 99)) :]


def _swap(rng: random.Random, lines: list[str]) -> None:
    row, at = _spot(rng, lines)
    lines[row] = lines[row][:at] + lines[row][at : at + 2][::-1] + lines[row][at + 2 :]


def _case(rng: random.Random, lines: list[str]) -> None:
    row, _ = _spot(rng, lines)
    lines[row] = lines[row].lower()


def _graft(rng: random.Random, lines: list[str]) -> None:
    """The rest of a line, or a whole line, from another zone."""
    row, at = _spot(rng, lines)
    other = rng.choice(_zones())
    lines[row] = rng.choice((lines[row][:at] + other[-1][at:], other[0], other[-1]))


def _lines(rng: random.Random, lines: list[str]) -> None:
    """Lines in another order, one twice, one gone, two as one."""
    kind = rng.randrange(4)
    if kind == 0:
        rng.shuffle(lines)
    elif kind == 1:
        lines.append(lines[0])
    elif kind == 2 and len(lines) > 1:
        del lines[rng.randrange(len(lines))]
    elif len(lines) > 1:
        lines[:2] = ["".join(lines[:2])]


_TEXT_CHANGES: tuple[Callable[[random.Random, list[str]], None], ...] = (
    (_put,) * 6 + (_insert, _insert, _drop, _drop, _swap, _case, _graft, _lines)
)  # fmt: skip

Seeds = Sequence[bytes]


def _bits(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    for _flip in range(rng.choice((1, 1, 2, 4, 16))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _header_bytes(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    """Nonsense near the beginning, where sizes, types and tables stand."""
    for _byte in range(rng.choice((1, 1, 2, 4))):
        if data:
            data[rng.randrange(min(len(data), 120))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return data


def _cut(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    return data[: rng.randint(0, len(data))]


def _gap(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    at = rng.randint(0, len(data))
    return data[:at] + data[at + rng.choice((1, 2, 4, 17, 300)) :]


def _echo(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    """A stretch many times over: scans, chunks, tables."""
    at, long = rng.randint(0, len(data)), rng.choice((1, 4, 12, 64, 700))
    return data[:at] + data[at : at + long] * rng.choice((2, 3, 20, 200)) + data[at:]


def _splice(rng: random.Random, data: bytearray, seeds: Seeds) -> bytearray:
    other = rng.choice(seeds)
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


def _garbage(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    noise = rng.randbytes(rng.choice((1, 8, 400)))
    return bytearray(rng.choice((data + noise, noise + data, data[: rng.randint(0, 12)] + noise)))


def _size(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    """Width and height that are not those of the pixels, with a checksum that fits."""
    width, height = (rng.choice((*EDGES, rng.randrange(1, 6000))) for _ in range(2))
    if data[:4] == b"\x89PNG" and len(data) > 33:
        struct.pack_into(">II", data, 16, width, height)
        return _with_checksum(data)
    frame = _frame(data)
    if frame and frame + 9 <= len(data):
        struct.pack_into(">HH", data, frame + 5, height & 0xFFFF, width & 0xFFFF)
    return data


def _kind(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    """Another depth, colour type, interlace; another coding process, number of components, sampling."""
    value = rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 0x11, 0x22, 0x41, 255))
    if data[:4] == b"\x89PNG" and len(data) > 33:
        data[rng.randrange(24, 29)] = value
        return _with_checksum(data)
    frame = _frame(data)
    if frame and frame + 14 < len(data):
        data[frame + rng.choice((4, 9, 11, 12, 13))] = value
        if rng.random() < 0.3:
            data[frame + 1] = rng.randrange(0xC0, 0xD0)
    return data


def _length(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    """A length of a chunk or segment that lies."""
    if data[:4] == b"\x89PNG":
        at = rng.choice(_places(data, (b"IDAT", b"IEND", b"PLTE", b"tRNS", b"eXIf", b"IHDR")) or [12]) - 4
        if 0 <= at <= len(data) - 4:
            struct.pack_into(">I", data, at, rng.choice(EDGES))
        return data
    marks = (b"\xff\xdb", b"\xff\xc4", b"\xff\xc0", b"\xff\xda", b"\xff\xe1", b"\xff\xdd")
    at = rng.choice(_places(data, marks) or [2]) + 2
    if at <= len(data) - 2:
        struct.pack_into(">H", data, at, rng.choice(EDGES) & 0xFFFF)
    return data


def _exif(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    """EXIF that turns the picture, in either byte order, or that is nonsense."""
    order = rng.choice("<>")
    count, kind = rng.choice((1, 1, 1, 0, 255, 2**31)), rng.choice((3, 3, 3, 4, 2, 0, 99))
    value = rng.choice((*range(10), 255, 65535))
    entry = struct.pack(f"{order}HHIHH", 0x0112, kind, count, value, 0)
    many = rng.choice((1, 1, 1, 0, 200, 65535))
    first = rng.choice((8, 8, 8, 0, 4, 7, 9999, 2**32 - 1))
    body = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", first, many) + entry
    if rng.random() < 0.3:
        body += struct.pack(f"{order}I", 8)  # a directory that follows itself
    if data[:4] == b"\x89PNG":
        return data[:33] + _chunk(b"eXIf", body) + data[33:]
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 8) + b"Exif\0\0" + body + data[2:]


def _foreign_chunk(rng: random.Random, data: bytearray, _: Seeds) -> bytearray:
    """A chunk or segment that decoders may trip over: text that unpacks to much, palettes, animation."""
    bomb = b"k\0\0" + _bomb()
    body = rng.choice((b"", bomb, rng.randbytes(13), struct.pack(">II", 2, 0), struct.pack(">IIIII", 0, 9, 9, 5, 5)))
    if data[:4] == b"\x89PNG":
        kind = rng.choice((b"zTXt", b"iCCP", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"gAMA", b"IDAT", b"cHRM"))
        return data[:33] + _chunk(kind, body) + data[33:]
    marker = rng.choice((0xE0, 0xE2, 0xEE, 0xFE, 0xDB, 0xC4, 0xDD, 0xCC, 0xDC, 0x01))
    return data[:2] + bytes((0xFF, marker)) + struct.pack(">H", min(len(body) + 2, 65535)) + body + data[2:]


@cache
def _bomb() -> bytes:
    return zlib.compress(bytes(16_000_000), 9)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _with_checksum(data: bytearray) -> bytearray:
    struct.pack_into(">I", data, 29, zlib.crc32(data[12:29]))
    return data


def _frame(data: bytearray) -> int:
    """Where the frame of a JPEG begins, or 0."""
    return max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"), 0)


def _places(data: bytearray, marks: Sequence[bytes]) -> list[int]:
    return [at for mark in marks if (at := data.find(mark)) >= 4]


_IMAGE_CHANGES: tuple[Callable[[random.Random, bytearray, Seeds], bytearray], ...] = (
    _bits, _bits, _header_bytes, _cut, _gap, _echo, _splice, _garbage, _size, _size, _kind, _length, _exif,
    _foreign_chunk,
)  # fmt: skip
