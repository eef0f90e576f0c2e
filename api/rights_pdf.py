"""What is held on one person as a PDF that can be read and handed over, in the language that was asked for."""

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
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table

import service
from api.schemas.rights import ExportOut, SectionOut

_WIDEST = 170 * mm


@cache
def _font() -> str:
    """The typeface that comes along, which has Latin and Arabic letters."""
    pdfmetrics.registerFont(
        TTFont("held", Path(service.__path__[0]) / "fonts" / "Vazirmatn-Regular.ttf", shapable=True)
    )
    return "held"


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
    style = ParagraphStyle("held", fontName=_font(), fontSize=size, leading=size * 1.5, shaping=True)
    return Paragraph(escape(text), style)
