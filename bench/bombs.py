"""Decompression bombs: what each is answered, and how much CPU that takes.

    python -m bench.bombs [--http]

The goal is a refusal within 50 ms. What is within the limits of an image is no bomb: it is decoded, and told apart.
With `--http` the bombs go to a service of its own: what it answered, and how long that took on the clock, the upload
of megabytes and a reading where there is one among it.
"""

from __future__ import annotations

import argparse
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from bench.flow import serving
from ocr.image import ImageRefused, decode_image

GOAL_MS = 50.0
_PACKED = zlib.compress(bytes(100_000_000), 6)  # a hundred megabytes in a hundred kilobytes


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, pixels: bytes | None = None, more: bytes = b"") -> bytes:
    """A grey PNG that claims a size, with what is packed as its pixels and `more` chunks before them."""
    packed = zlib.compress(bytes((width + 1) * height), 1) if pixels is None else pixels
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    end = chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", packed) + end


def jpeg(width: int, height: int, more: bytes = b"", *, progressive: bool = False, scans: int = 1) -> bytes:
    """A JPEG of 100 x 100 pixels that claims another size, with `more` segments, its first scan repeated."""
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)]
    plain = cv2.imencode(".jpg", np.full((100, 100, 3), 200, np.uint8), flags)[1].tobytes()
    frame = max(plain.find(b"\xff\xc0"), plain.find(b"\xff\xc2"))
    plain = plain[: frame + 5] + struct.pack(">HH", height, width) + plain[frame + 9 :]
    first = plain.find(b"\xff\xda")
    scan = plain[first : plain.find(b"\xff\xda", first + 2)] if progressive else b""
    return plain[:2] + more + plain[2:first] + scan * (scans - 1) + plain[first:]


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _animation() -> bytes:
    frame = struct.pack(">IIIIHHBB", 5000, 5000, 0, 0, 1, 1, 0, 0)
    return chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + chunk(b"fcTL", struct.pack(">I", 0) + frame)


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "PNG of 30,000 x 30,000": lambda: png(30_000, 30_000, b""),
    "PNG of 2^31 x 2^31": lambda: png(2**31 - 1, 2**31 - 1, b""),
    "PNG of 100 x 100 that unpacks to 100 MB": lambda: png(100, 100, _PACKED),
    "PNG of 5,000 x 5,000 that unpacks to 1 GB": lambda: png(5000, 5000, zlib.compress(bytes(1_000_000_000), 1)),
    "PNG whose pixels are missing": lambda: png(5000, 5000, b"x"),
    "PNG, 30 zTXt of 100 MB": lambda: png(100, 100, more=chunk(b"zTXt", b"k\0\0" + _PACKED) * 30),
    "PNG, 30 iTXt of 100 MB": lambda: png(100, 100, more=chunk(b"iTXt", b"k\0\1\0\0\0" + _PACKED) * 30),
    "PNG, iCCP of 100 MB": lambda: png(100, 100, more=chunk(b"iCCP", b"k\0\0" + _PACKED)),
    "PNG, 7 MB of EXIF": lambda: png(100, 100, more=chunk(b"eXIf", b"II*\0" + bytes(7_000_000))),
    "PNG of 600,000 chunks": lambda: png(100, 100, more=chunk(b"tEXt", b"") * 600_000),
    "PNG of 9,000 texts": lambda: png(100, 100, more=chunk(b"tEXt", b"k\0" + b"a" * 800) * 9000),
    "animated PNG that promises 2^31 frames": lambda: png(100, 100, more=_animation()),
    "JPEG of 65,535 x 65,535": lambda: jpeg(65_535, 65_535),
    "JPEG of 100 x 100 that claims 5,000 x 5,000": lambda: jpeg(5000, 5000),
    "the same, progressive": lambda: jpeg(5000, 5000, progressive=True),
    "the same, 24 scans": lambda: jpeg(5000, 5000, progressive=True, scans=24),
    "the same, 1,000 scans": lambda: jpeg(5000, 5000, progressive=True, scans=1000),
    "JPEG, 8 MB of filler bytes": lambda: jpeg(100, 100, b"\xff" * 7_900_000),
    "JPEG, 4 million restart markers": lambda: jpeg(100, 100, b"\xff\xd0" * 3_900_000),
    "JPEG, 1.9 million empty comments": lambda: jpeg(100, 100, segment(0xFE, b"") * 1_900_000),
    "JPEG, 9,000 comments": lambda: jpeg(100, 100, segment(0xFE, b"a" * 800) * 9000),
    "JPEG, 120 parts of a profile": lambda: jpeg(100, 100, segment(0xE2, b"ICC_PROFILE\0" + bytes(65_000)) * 120),
    "JPEG, 9,000 tables": lambda: jpeg(100, 100, segment(0xDB, bytes(65)) * 9000),
    "JPEG, EXIF of endless entries": lambda: jpeg(
        100, 100, segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * 65_000)
    ),
}


def answer(data: bytes) -> tuple[str, float]:
    """What is said of an image, and the milliseconds of CPU that it took."""
    began = time.process_time()
    try:
        height, width = decode_image(data).shape
        said = f"decoded: {width:,} x {height:,}"
    except ImageRefused as refusal:
        said = f"refused: {refusal}"
    return said, 1000 * (time.process_time() - began)


def in_process() -> bool:
    """Print the table of the decoder; whether a refusal took longer than the goal."""
    slow = False
    print("| bomb | bytes | CPU | answer |\n| --- | --- | --- | --- |")
    for name, make in BOMBS.items():
        data = make()
        said, spent = min((answer(data) for _ in range(3)), key=lambda result: result[1])
        slow = slow or spent > GOAL_MS
        print(f"| {name} | {len(data):,} | {spent:.1f} ms | {said} |")
    return slow


def over_http() -> bool:
    """Print the table of a service; whether one was answered as a fault, or it died."""
    print("| bomb | bytes | clock | answer |\n| --- | --- | --- | --- |")
    faults = False
    with tempfile.TemporaryDirectory(prefix="mabar-bombs-") as folder, serving(folder) as (client, _):
        client.post("/v1/mrz", files={"image": ("plain", png(100, 100))})  # readers are warm then
        for name, make in BOMBS.items():
            data = make()
            began = time.perf_counter()
            response = client.post("/v1/mrz", files={"image": ("bomb", data)})
            spent = 1000 * (time.perf_counter() - began)
            said = response.json().get("detail", "read: nothing that could be accepted")
            faults = faults or response.status_code >= 500
            print(f"| {name} | {len(data):,} | {spent:.0f} ms | {response.status_code} {said} |", flush=True)
        return faults or client.get("/health/ready").status_code != 200


def main() -> None:
    """Print a table; ends with 1 where a refusal took longer than the goal, or a service failed."""
    options = argparse.ArgumentParser(prog="python -m bench.bombs", description=__doc__)
    options.add_argument("--http", action="store_true", help="at a service of its own")
    sys.exit(over_http() if options.parse_args().http else in_process())


if __name__ == "__main__":
    main()
