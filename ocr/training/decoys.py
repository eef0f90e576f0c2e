"""Pages that have no zone and look as if they had: dense type, numbers in columns, chevrons, bars, keys.

A kind, a seed and a condition name a picture for ever. Nothing may be accepted on any of them. None of them is a
zone of ICAO's by accident: what is set in lines is not in the lengths and alphabets of a format, or breaks its rules.
"""

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.layout import DIGITS, FILLER, LETTERS
from ocr.training import fonts
from ocr.training.camera import CONDITIONS, photograph
from ocr.training.content import MARKS, Rng, characters, identifier, pick
from ocr.training.degrade import between
from ocr.training.generate import GeneratedDocument
from ocr.training.pages import PITCH, Page

PAGE = (125.0, 88.0)  # millimetres, a passport's
FACES = ("OCRB.otf", "OCRB.otf", "OCRBS.otf", "DejaVuSansMono.ttf", "LiberationMono-Regular.ttf")

Lines = list[str]


def generate_decoy(seed: int, condition: str, kind: str) -> GeneratedDocument:
    """Make picture number `seed` of one of `KINDS` under 'clean', 'moderate' or 'severe' conditions.

    Raises MissingFontError when OCR-B is not installed.
    """
    rng = np.random.default_rng((seed, list(CONDITIONS).index(condition), 1 + KINDS.index(kind)))
    limits = CONDITIONS[condition]
    scale = between(rng, *limits.pitch) / PITCH
    shot = photograph(_page(_DRAWN[kind](rng, scale)), rng, limits)
    return GeneratedDocument(shot.image, None, (), shot.points, 0.0, condition)


def _page(image: Image.Image) -> Page:
    none = np.zeros((0, 2, 2), np.float32)
    return Page(np.asarray(image, np.uint8), none, 8.0, np.zeros((0, 0), np.float32))


def _set(rng: Rng, scale: float, lines: Lines, pitch: float = PITCH, leading: float = 1.9) -> Image.Image:
    """A page of paper with lines of fixed pitch, millimetres, from the top or at the foot."""
    image = _paper(rng, scale)
    draw = ImageDraw.Draw(image)
    face = _face(pick(rng, FACES), pitch * scale)
    step = pitch * leading * scale
    most = int((image.height - 8 * scale) / step)
    x = between(rng, 2, 6) * scale
    y = 4 * scale if rng.random() < 0.5 else image.height - 3 * scale - step * min(len(lines), most)
    ink = tuple(int(v) for v in rng.integers(0, 70, 3))
    for row, line in enumerate(lines[:most]):
        draw.text((x, y + row * step), line, fill=ink, font=face)
    return image


def _paper(rng: Rng, scale: float) -> Image.Image:
    size = (round(PAGE[0] * scale), round(PAGE[1] * scale))
    return Image.new("RGB", size, tuple(int(v) for v in rng.integers(200, 256, 3)))


def _face(name: str, advance: float) -> ImageFont.FreeTypeFont:
    """A typeface of fixed pitch whose characters are `advance` pixels apart."""
    path = fonts.find_font(name) or fonts.find_font(fonts.OCR_B[0])
    if path is None:
        raise fonts.MissingFontError("the OCR-B typeface is not installed; Debian's package is fonts-ocr-b")
    return ImageFont.truetype(path, max(6, round(100 * advance / ImageFont.truetype(path, 100).getlength("H"))))


def _words(rng: Rng, width: int, gap: str = " ") -> str:
    """Words, some of them numbers, up to exactly `width` characters."""
    text = ""
    while len(text) < width:
        word = identifier(rng, 1) if rng.random() < 0.8 else characters(rng, int(rng.integers(2, 9)), DIGITS)
        text += word.replace(" ", gap) + gap
    return text[:width]


def _dense(rng: Rng, scale: float) -> Image.Image:
    """Capitals in OCR-B, justified to the width of a zone, the gaps blank."""
    width = int(rng.choice((30, 36, 44, 44, 47)))
    return _set(rng, scale, [_words(rng, width) for _ in range(30)], leading=between(rng, 1.2, 2.2))


def _numbers(rng: Rng, scale: float) -> Image.Image:
    """A table of numbers without gaps wide enough to tell the columns apart."""
    columns = [int(rng.integers(3, 10)) for _ in range(5)]
    gap = pick(rng, (" ", "|", ".", ""))
    lines = [gap.join(characters(rng, width, DIGITS) for width in columns)[:46] for _ in range(30)]
    return _set(rng, scale, lines, leading=between(rng, 1.2, 2.2))


def _bank_slip(rng: Rng, scale: float) -> Image.Image:
    """A payment slip: words above, and at the foot the code lines that banks print in OCR-B."""
    head = [_words(rng, int(rng.integers(10, 40))) for _ in range(6)]
    code = f"{characters(rng, 13, DIGITS)}>{characters(rng, 27, DIGITS)}+ {characters(rng, 9, DIGITS)}>"
    other = f"{characters(rng, 7, DIGITS)}<  {characters(rng, 16, DIGITS)}+ {characters(rng, 8, DIGITS)}< 42>"
    return _set(rng, scale, [*head, "", code[:46], other[:46]])


def _serials(rng: Rng, scale: float) -> Image.Image:
    """Serial and part numbers, three lines to a label."""
    lines: Lines = []
    for _ in range(8):
        lines += ["".join(characters(rng, 1, MARKS) if c == "x" else c for c in pick(rng, LABELS)) for _ in range(3)]
        lines.append("")
    return _set(rng, scale, lines, leading=between(rng, 1.2, 2.0))


LABELS = (
    "S/N xxxxxxxxxxxx REV xx MODEL xxxx-xxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "IMEI xxxxxxxxxxxxxxx",
    "P/N:xxx-xxxxxxx-xx LOT xxxxxxxx EXP xxxxxx",
    "(01)xxxxxxxxxxxxxx(17)xxxxxx(10)xxxxxxxx",
)


def _receipt(rng: Rng, scale: float) -> Image.Image:
    """A till's receipt, with chevrons for decoration and an amount at the end of each row."""
    rule = pick(rng, ("<", ">", "*", "-", "=")) * 38
    rows = [f"{_words(rng, 26)}  {characters(rng, 4, DIGITS)}.{characters(rng, 2, DIGITS)}" for _ in range(14)]
    thanks = f"<<<<< {identifier(rng, 1)[:12]} <<<< {identifier(rng, 1)[:10]} <<<<<"
    return _set(rng, scale, [rule, thanks, rule, *rows, rule, rule], leading=between(rng, 1.1, 1.8))


def _decoration(rng: Rng, scale: float) -> Image.Image:
    """Two or three rows of fillers, alone or with a few words in them, as wide as a zone."""
    count, width = ((3, 30), (2, 36), (2, 44))[int(rng.integers(3))]
    lines = [FILLER * width for _ in range(count)]
    for row in range(count):
        if rng.random() < 0.6:
            word = pick(rng, ("SPECIMEN", "VOID", "SECURITY", "PRESS", "VISA", "PASSPORT", "EXIT"))
            at = int(rng.integers(0, width - len(word)))
            lines[row] = lines[row][:at] + word + lines[row][at + len(word) :]
    return _set(rng, scale, lines)


def _boarding_pass(rng: Rng, scale: float) -> Image.Image:
    """A boarding pass: name, flight, gate and seat in one line, its sequence number, its ticket number."""
    name = f"{identifier(rng, 1)}/{identifier(rng, 1)} {pick(rng, ('MR', 'MRS', 'MS'))}"[:28]
    flight = f"{characters(rng, 2, LETTERS)}{characters(rng, 4, DIGITS)}"
    route = f"{characters(rng, 3, LETTERS)}>{characters(rng, 3, LETTERS)}"
    coded = f"M1{name.replace(' ', '')[:20]:20} E{characters(rng, 6, MARKS)} {route.replace('>', '')}{flight}"
    seat = f"{characters(rng, 2, DIGITS)}{characters(rng, 1, LETTERS)}"
    lines = [
        name,
        f"{flight}  {route}  GATE {seat}  SEAT {seat}",
        "",
        coded[:46],
        f"ETKT {characters(rng, 13, DIGITS)}",
    ]
    return _set(rng, scale, lines * 3, leading=between(rng, 1.4, 2.2))


def _chevron_form(rng: Rng, scale: float) -> Image.Image:
    """A form whose blanks are chevrons: lines of a zone's length and alphabet, without a zone's fields."""
    width = int(rng.choice((30, 36, 44)))
    return _set(rng, scale, [_words(rng, int(rng.integers(5, width)), FILLER).ljust(width, FILLER) for _ in range(12)])


def _barcode(rng: Rng, scale: float) -> Image.Image:
    """Bars as wide as a zone, with the digits below them."""
    image = _paper(rng, scale)
    draw = ImageDraw.Draw(image)
    face = _face(FACES[0], PITCH * scale)
    for row in range(3):
        x, top = 6 * scale, (8 + 27 * row) * scale
        while x < image.width - 6 * scale:
            bar = int(rng.integers(1, 5)) * 0.33 * scale
            draw.rectangle((x, top, x + bar, top + 14 * scale), fill=(20, 20, 20))
            x += bar + int(rng.integers(1, 5)) * 0.33 * scale
        draw.text((8 * scale, top + 15 * scale), characters(rng, 42, DIGITS), fill=(20, 20, 20), font=face)
    return image


def _keyboard(rng: Rng, scale: float) -> Image.Image:
    """Keys in rows of fixed pitch, each with its letter."""
    image = _paper(rng, scale)
    draw = ImageDraw.Draw(image)
    key = between(rng, 2.6, 9) * scale
    face = _face(FACES[0], 0.5 * key)
    rows = ("1234567890", "QWERTYUIOP", "ASDFGHJKL<", "ZXCVBNM<<<")
    count = int(image.width / key)
    for row in range(int(image.height / key)):
        for column in range(count):
            x, y = column * key, row * key
            draw.rectangle((x + 1, y + 1, x + 0.9 * key, y + 0.9 * key), outline=(90, 90, 90))
            letter = rows[row % 4][column % 10]
            draw.text((x + 0.2 * key, y + 0.1 * key), letter, fill=(30, 30, 30), font=face)
    return image


_DRAWN: Mapping[str, Callable[[Rng, float], Image.Image]] = {
    "dense": _dense,
    "numbers": _numbers,
    "bank slip": _bank_slip,
    "serials": _serials,
    "receipt": _receipt,
    "decoration": _decoration,
    "boarding pass": _boarding_pass,
    "chevron form": _chevron_form,
    "barcode": _barcode,
    "keyboard": _keyboard,
}
KINDS = tuple(_DRAWN)
"""What there is to mistake for a zone."""
