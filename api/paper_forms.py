"""Numbered paper forms as a PDF: two to an A4 sheet, each with its number as Code 128 and in letters.

Every box is named in English, Arabic and Sorani: the first at its upper left, the second at its upper right, the third
at its lower right. The words are messages (`form.…`), the typeface of the latter two is `service/fonts`.
"""

from __future__ import annotations

from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from api.right_to_left import LANGUAGES as RIGHT_TO_LEFT
from api.right_to_left import draw_from_right, width_of
from service.paper import Issued
from service.wording import word

WIDTH, HEIGHT = A4
HALF = HEIGHT / 2
MARGIN = 15 * mm
LINE = 10.5 * mm
# Each row's boxes, with the share of the width that each takes: what an inspection needs, in its order at the desk.
ROWS = (
    (("direction", 3), ("date", 2), ("time", 1)),
    (("document_code", 1), ("issuing_state", 1), ("document_number", 2), ("date_of_expiry", 2)),
    (("primary_identifier", 1), ("secondary_identifier", 1)),
    (("native_name", 2), ("father_name", 1), ("mother_name", 1)),
    (("nationality", 2), ("date_of_birth", 3), ("sex", 2), ("visa", 4)),
    (("admitted_until", 2), ("group", 1), ("companions", 3)),
    (("decision", 3), ("officer", 1)),
)
CHOICES = {"direction": ("entry", "exit"), "decision": ("admitted", "refused", "referred")}
SQUARE = 2.6 * mm


def pdf(issued: Issued) -> bytes:
    """The forms of one printing, ready for a printer."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=A4, pageCompression=1)
    canvas.setTitle(f"Paper forms {issued.numbers[0]} to {issued.numbers[-1]}")
    for at, number in enumerate(issued.numbers):
        _form(canvas, issued, number, top=HEIGHT - (at % 2) * HALF)
        if at % 2 or number == issued.numbers[-1]:
            canvas.showPage()
    canvas.save()
    return written.getvalue()


def _form(canvas: Canvas, issued: Issued, number: str, *, top: float) -> None:
    _head(canvas, issued, number, top - MARGIN)
    y = top - MARGIN - 21 * mm
    for row in ROWS:
        _boxes(canvas, row, y)
        y -= LINE + 1.5 * mm
    canvas.setFont("Helvetica", 7)
    canvas.drawString(MARGIN, y, word("form.note", {}))
    for language in RIGHT_TO_LEFT:
        y -= 3.8 * mm
        draw_from_right(canvas, WIDTH - MARGIN, y, word("form.note", {}, language), 6)
    if top == HEIGHT:
        canvas.setDash(2, 3)
        canvas.line(0, HALF, WIDTH, HALF)  # where the sheet is cut
        canvas.setDash()


def _head(canvas: Canvas, issued: Issued, number: str, top: float) -> None:
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(MARGIN, top - 1 * mm, word("form.title", {}))
    for line, language in enumerate(RIGHT_TO_LEFT):
        draw_from_right(canvas, MARGIN + 100 * mm, top - (6 + 5 * line) * mm, word("form.title", {}, language), 8)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(MARGIN, top - 6 * mm, f"{issued.post.names['en']} ({issued.post.code})")
    canvas.drawString(MARGIN, top - 11 * mm, f"{word('form.printed', {})} {issued.issued_at:%Y-%m-%d}")
    barcode = Code128(number, barWidth=0.33 * mm, barHeight=11 * mm)
    left = WIDTH - MARGIN - barcode.width + barcode.lquiet
    barcode.drawOn(canvas, left - barcode.lquiet, top - 8 * mm)
    canvas.setFont("Courier-Bold", 12)
    canvas.drawRightString(WIDTH - MARGIN, top - 13 * mm, number)


def _boxes(canvas: Canvas, row: tuple[tuple[str, int], ...], y: float) -> None:
    share = (WIDTH - 2 * MARGIN) / sum(width for _, width in row)
    x = MARGIN
    for name, width in row:
        right = x + share * width
        canvas.rect(x, y - LINE + 3 * mm, share * width, LINE)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(x + 1 * mm, y + 0.8 * mm, word(f"form.{name}", {}))
        for language, line in zip(RIGHT_TO_LEFT, (y + 0.8 * mm, y - LINE + 4 * mm), strict=True):
            draw_from_right(canvas, right - 1 * mm, line, word(f"form.{name}", {}, language), 6)
        if name in CHOICES:
            _choices(canvas, CHOICES[name], x + 2 * mm, y - 3.4 * mm, (right - x - 16 * mm) / len(CHOICES[name]))
        x = right


def _choices(canvas: Canvas, names: tuple[str, ...], x: float, y: float, width: float) -> None:
    """Squares to be ticked, each with its words in the three languages."""
    for name in names:
        beside = x + SQUARE + 1 * mm
        canvas.rect(x, y - 0.4 * mm, SQUARE, SQUARE)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(beside, y, word(f"form.{name}", {}))
        for language in RIGHT_TO_LEFT:
            beside += width_of(text := word(f"form.{name}", {}, language), 6)
            draw_from_right(canvas, beside, y - 3 * mm, text, 6)
            beside += 3 * mm
        x += width
