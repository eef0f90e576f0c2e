"""Images are hostile: what is refused, what is read, and in which words."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.image import (
    ImageDamaged,
    ImageRefused,
    ImageTooLarge,
    Limits,
    NotAnImage,
    _pixel_parts,
    decode_image,
    image_size,
)


def picture(width: int = 64, height: int = 48) -> np.ndarray:
    rng = np.random.default_rng(7)
    return cv2.GaussianBlur(rng.integers(0, 256, (height, width, 3), np.uint8), (5, 5), 0)


def encoded(suffix: str, pixels: np.ndarray | None = None) -> bytes:
    return cv2.imencode(suffix, picture() if pixels is None else pixels)[1].tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int, bits: int = 8, colours: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_pictures_are_read_as_grey(suffix: str) -> None:
    data = encoded(suffix)
    assert image_size(data) == (64, 48)
    pixels = decode_image(data)
    assert (pixels.shape, pixels.dtype) == ((48, 64), np.uint8)
    if suffix == ".png":
        expected = cv2.cvtColor(picture(), cv2.COLOR_BGR2GRAY)
        assert np.abs(pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(50), b"%PDF-1.7", b"\x89PNG", b"\xff\xd8", bytes(100)])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(NotAnImage, match="only JPEG and PNG"):
        decode_image(data)


def test_a_bomb_is_refused_by_its_header_alone() -> None:
    with pytest.raises(ImageTooLarge, match=r"50,000 x 50,000 pixels; at most 25 megapixels"):
        decode_image(png_of_size(50_000, 50_000))


def test_a_jpeg_header_may_lie_about_its_size_only_downwards() -> None:
    data = bytearray(encoded(".jpg"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    with pytest.raises(ImageTooLarge, match="65,000 x 65,000"):
        decode_image(bytes(data))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (png_of_size(5000, 5000, 16, 6), "a PNG of 16 bits with transparency .* at most 9 megapixels"),
        (png_of_size(5000, 4100, 8, 4), "a PNG with transparency .* at most 20 megapixels"),
    ],
)
def test_what_takes_too_much_memory_is_refused_with_what_to_send(data: bytes, told: str) -> None:
    with pytest.raises(ImageTooLarge, match=f"{told} are read: send it as a plain JPEG"):
        decode_image(data)


@pytest.mark.parametrize(("components", "refused"), [(3, False), (4, True)])
def test_a_large_progressive_jpeg_is_refused_in_cmyk_only(components: int, refused: bool) -> None:
    data = bytearray(cv2.imencode(".jpg", picture(), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes())
    at = data.index(b"\xff\xc2")
    data[at + 5 : at + 10] = struct.pack(">HHB", 5000, 5000, components)
    told = "progressive JPEG in CMYK" if refused else "breaks off"
    with pytest.raises(ImageRefused, match=told):
        decode_image(bytes(data[:-2]))


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(ImageTooLarge, match="at most 100 bytes are read"):
        decode_image(encoded(".png"), Limits(max_bytes=100))


def test_limits_are_inclusive() -> None:
    data = encoded(".png")
    assert decode_image(data, Limits(max_bytes=len(data), max_pixels=64 * 48)).shape == (48, 64)
    with pytest.raises(ImageTooLarge):
        decode_image(data, Limits(max_pixels=64 * 48 - 1))


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_image_is_refused_not_half_read(suffix: str, share: float) -> None:
    data = encoded(suffix, picture(200, 200))
    with pytest.raises(ImageDamaged):
        decode_image(data[: int(len(data) * share)])


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_bytes_after_the_end_do_no_harm(suffix: str) -> None:
    data = encoded(suffix)
    assert np.array_equal(decode_image(data + b"\xff\xd8garbage" * 9), decode_image(data))


def test_an_end_marker_inside_a_thumbnail_is_no_end() -> None:
    data = encoded(".jpg", picture(200, 200))
    thumbnail = encoded(".jpg", picture(8, 8))
    segment = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    assert decode_image(data[:2] + segment + data[2:]).shape == (200, 200)
    with pytest.raises(ImageDamaged):
        decode_image((data[:2] + segment + data[2:])[:-20])


def test_progressive_jpegs_are_whole_at_their_last_scan() -> None:
    data = cv2.imencode(".jpg", picture(200, 200), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    assert decode_image(data).shape == (200, 200)
    with pytest.raises(ImageDamaged):
        decode_image(data[: len(data) // 2])


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    data = cv2.imencode(".jpg", picture(200, 200), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    assert decode_image(data[:-2] + last_scan * 10 + data[-2:]).shape == (200, 200)
    with pytest.raises(ImageTooLarge, match="more parts than are read"):
        decode_image(data[:-2] + last_scan * 100 + data[-2:])


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP", b"acTL", b"fdAT", b"sPLT"])
def test_a_decoder_is_shown_nothing_of_a_png_but_its_pixels(kind: bytes) -> None:
    data = encoded(".png")
    packed = chunk(kind, b"k\0\0" + zlib.compress(bytes(5_000_000)))
    assert _pixel_parts(data[:33] + packed * 30 + data[33:]) == data
    assert decode_image(data[:33] + packed * 30 + data[33:]).shape == (48, 64)


def png_unpacking_to(size: int, *, interlaced: bool = False) -> bytes:
    """A PNG of 100 x 100 grey pixels, in many chunks, that holds so many bytes."""
    header = struct.pack(">IIBBBBB", 100, 100, 8, 0, 0, 0, interlaced)
    packed = zlib.compress(bytes(size))
    chunks = [chunk(b"IDAT", packed[at : at + 1000]) for at in range(0, len(packed), 1000)]
    return b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")])


def test_a_png_that_unpacks_to_more_than_its_size_is_refused() -> None:
    assert decode_image(png_unpacking_to(101 * 100)).shape == (100, 100)
    for size in (200_000, 50_000_000):
        with pytest.raises(ImageTooLarge, match="unpacks to more than its size tells"):
            decode_image(png_unpacking_to(size))


def test_a_jpeg_too_small_for_its_size_is_refused() -> None:
    data = bytearray(encoded(".jpg"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 5000, 5000)
    with pytest.raises(ImageDamaged, match="breaks off before its end"):
        decode_image(bytes(data))
    plain = cv2.imencode(".jpg", np.full((4000, 4000), 255, np.uint8))[1].tobytes()  # nothing packs smaller
    assert decode_image(plain).shape == (4000, 4000)


@pytest.mark.parametrize("part", [b"\xff", b"\xff\xd0"], ids=["fillers", "restarts"])
def test_a_jpeg_of_endless_markers_is_refused(part: bytes) -> None:
    data = encoded(".jpg")
    with pytest.raises(ImageTooLarge, match="more parts than are read"):
        decode_image(data[:-2] + part * 300_000 + data[-2:])


@pytest.mark.parametrize("part", [b"\xff\xe0\x00\x02", b"\xff\x01"])
def test_a_jpeg_of_endless_segments_is_refused(part: bytes) -> None:
    data = encoded(".jpg")
    with pytest.raises(ImageRefused):
        decode_image(data[:2] + part * 100_000 + data[2:])


@pytest.mark.parametrize("size", [(0, 10), (10, 0)])
def test_an_image_without_extent_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageDamaged, match="no width or no height"):
        decode_image(png_of_size(*size))


def test_a_png_whose_pixels_are_missing_is_refused() -> None:
    with pytest.raises(ImageDamaged):
        decode_image(png_of_size(4000, 4000)[:60] + b"\0" * 40)


def test_a_png_whose_last_chunk_claims_more_than_there_is_is_refused() -> None:
    data = encoded(".png")
    animated = data[:33] + chunk(b"acTL", struct.pack(">II", 2, 0)) + data[33:-12]
    with pytest.raises(ImageDamaged, match="breaks off"):
        decode_image(animated + b"\x7f\xff\xff\xffIEND" + data[-4:])


def test_transparency_is_laid_on_white() -> None:
    pixels = np.zeros((10, 10, 4), np.uint8)
    pixels[:5, :, 3] = 255
    grey = decode_image(encoded(".png", pixels))
    assert grey[:5].max() == 0
    assert grey[5:].min() == 255
    deep = decode_image(encoded(".png", pixels.astype(np.uint16) * 257))
    assert np.array_equal(deep, grey)


@pytest.mark.parametrize(("orientation", "turned"), [(1, False), (6, True), (8, True), (3, False)])
def test_exif_orientation_is_honoured(orientation: int, turned: bool) -> None:
    tag = struct.pack("<HHII", 0x0112, 3, 1, orientation)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + tag + bytes(4)
    data = encoded(".jpg")
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]
    assert decode_image(data).shape == ((64, 48) if turned else (48, 64))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([".png", ".jpg"]), st.data())
def test_mutations_are_read_or_refused(suffix: str, data: st.DataObject) -> None:
    good = bytearray(encoded(suffix))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        pixels = decode_image(bytes(good), Limits(max_pixels=200_000))
    except ImageRefused as refusal:
        assert str(refusal)
    else:
        assert pixels.size <= 200_000


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_tall_picture_with_transparency_is_laid_on_white_to_its_last_row(depth: type) -> None:
    pixels = np.zeros((700, 8, 4), depth)
    pixels[::2, :, 3] = np.iinfo(depth).max
    grey = decode_image(cv2.imencode(".png", pixels)[1].tobytes())
    assert grey.shape == (700, 8)
    assert (grey[::2] == 0).all()
    assert (grey[1::2] == 255).all()
