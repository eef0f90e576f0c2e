"""What is held on one person as a PDF that can be read and handed over, in the language that was asked for.

In Arabic and Sorani it is laid out from the right; what documents and machines say stays as it was written.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table

from api.right_to_left import LANGUAGES as RIGHT_TO_LEFT
from api.right_to_left import FromRight, is_from_right, typeface
from api.schemas.rights import ExportOut, SectionOut
from service.wording import texts, word

_WIDEST = 170 * mm
_NAMES = 45 * mm


def pdf(shown: ExportOut, language: str) -> bytes:
    """The export, section by section."""
    written = BytesIO()
    title = word("held.page.title", {}, language)
    document = SimpleDocTemplate(
        written, pagesize=A4, title=f"{title} {shown.request}", author="", leftMargin=20 * mm, rightMargin=20 * mm
    )
    document.build(list(_page(shown, language)))
    return written.getvalue()


def _page(shown: ExportOut, language: str) -> Iterator[Flowable]:
    facts = {"request": str(shown.request), "made": f"{shown.made_at:%Y-%m-%d %H:%M} UTC"}
    yield _text(word("held.page.title", {}, language), language, size=15)
    yield _text(word("held.page.request", facts, language), language)
    yield _text(word("held.page.documents", {"documents": " ".join(shown.documents)}, language), language)
    for section in shown.sections:
        yield Spacer(0, 4 * mm)
        yield _text(section.title, language, size=11)
        yield from _records(section, language)


def _records(section: SectionOut, language: str) -> Iterator[Flowable]:
    if section.text:
        yield _text(section.text, language)
    elif not section.records:
        yield _text("—", language)
    for record in section.records:
        yield _table([(name, value) for name, value in _flat(record) if value and name != "picture"], language)
        picture = record.get("picture")
        if isinstance(picture, str):
            yield Image(BytesIO(base64.b64decode(picture)), width=_WIDEST, height=60 * mm, kind="proportional")


def _table(rows: list[tuple[str, str]], language: str) -> Table:
    """Names beside values, in the order in which the language is read."""
    step = -1 if language in RIGHT_TO_LEFT else 1
    return Table(
        [[_text(_label(name, language), language), _text(value, language)][::step] for name, value in rows],
        colWidths=[_NAMES, _WIDEST - _NAMES][::step],
        style=[("LINEBELOW", (0, -1), (-1, -1), 0.25, "grey"), ("TOPPADDING", (0, 0), (-1, -1), 1)],
        hAlign="LEFT",
    )


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


def _label(path: str, language: str) -> str:
    """A field's name in words; what it stands in is told where it stands in something else than what was recorded."""
    *above, name = path.split(".")
    told = texts(language)
    said = told.get(f"held.field.{name}") or told.get(f"field.{name}") or name.replace("_", " ")
    return word("held.counts_as", {"field": said}, language) if "counts" in above else said


def _text(text: str, language: str, size: float = 8) -> Flowable:
    if is_from_right(text):
        return FromRight(text, size)
    style = ParagraphStyle("held", fontName=typeface(), fontSize=size, leading=size * 1.5, shaping=True)
    if language in RIGHT_TO_LEFT:
        style.alignment = TA_RIGHT
    return Paragraph(escape(text), style)
