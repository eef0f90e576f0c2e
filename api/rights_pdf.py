"""What is held on one person as a PDF that can be read and handed over.

Names in their own script need a font that has them; where the machine has none, the page says so, and the JSON has
them.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table

from api.schemas.rights import ExportOut, SectionOut

_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
)
_WIDEST = 170 * mm
_LATIN_1 = 0x100


@cache
def _font() -> str:
    """A font with Arabic letters, where this machine has one."""
    for path in _FONTS:
        if Path(path).exists():
            try:
                pdfmetrics.registerFont(TTFont("held", path, shapable=True))
            except TTFError:
                continue
            return "held"
    return "Helvetica"


def pdf(shown: ExportOut) -> bytes:
    """The export, section by section."""
    written = BytesIO()
    document = SimpleDocTemplate(
        written, pagesize=A4, title=f"Held data, request {shown.request}", author="", leftMargin=20 * mm
    )
    document.build(list(_page(shown)))
    return written.getvalue()


def _page(shown: ExportOut) -> Iterator[Flowable]:
    yield _text("What is held on you", size=15)
    yield _text(f"Request {shown.request}, for the {shown.recipient}, made {shown.made_at:%Y-%m-%d %H:%M} UTC")
    yield _text(f"Documents: {', '.join(shown.documents)}")
    for section in shown.sections:
        yield Spacer(0, 4 * mm)
        yield _text(section.title, size=11)
        yield from _records(section)


def _records(section: SectionOut) -> Iterator[Flowable]:
    if section.text:
        yield _text(section.text)
    elif not section.records:
        yield _text("—")
    for record in section.records:
        picture = record.get("picture")
        rows = [(name, value) for name, value in _flat(record) if value and name != "picture"]
        yield Table(
            [[_text(_label(name)), _text(value)] for name, value in rows],
            colWidths=[45 * mm, _WIDEST - 45 * mm],
            style=[("LINEBELOW", (0, -1), (-1, -1), 0.25, "grey"), ("TOPPADDING", (0, 0), (-1, -1), 1)],
            hAlign="LEFT",
        )
        if isinstance(picture, str):
            yield Image(BytesIO(base64.b64decode(picture)), width=_WIDEST, height=60 * mm, kind="proportional")


def _flat(record: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """A record as names and texts; what is in a record within has its name after a dot."""
    for name, value in record.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        elif isinstance(value, list | tuple):
            yield path, ", ".join(map(str, value))
        elif value not in (None, "", False):
            yield path, str(value)


def _label(path: str) -> str:
    """A field's name in words; what it stands in is told where it stands in something else than what was recorded."""
    *above, name = path.split(".")
    return f"{'counts as: ' if 'counts' in above else ''}{name.replace('_', ' ')}"


def _text(text: str, size: float = 8) -> Paragraph:
    font = _font()
    if font == "Helvetica":
        text = "".join(sign if ord(sign) < _LATIN_1 or sign in "—" else "?" for sign in text)
    style = ParagraphStyle("held", fontName=font, fontSize=size, leading=size * 1.35, shaping=font != "Helvetica")
    return Paragraph(escape(text), style)
