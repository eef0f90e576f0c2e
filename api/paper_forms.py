"""Numbered paper forms as a PDF: two to an A4 sheet, each with its number as Code 128 and in letters."""

from __future__ import annotations

from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from service.paper import Issued

WIDTH, HEIGHT = A4
HALF = HEIGHT / 2
MARGIN = 15 * mm
LINE = 10.5 * mm
# Each row's boxes, with the share of the width that each takes: what an inspection needs, in its order at the desk.
ROWS = (
    (("Direction:  [  ] entry   [  ] exit", 2), ("Date (YYYY-MM-DD)", 2), ("Time (24 h)", 1)),
    (("Document code", 1), ("Issuing state", 1), ("Document number", 2), ("Date of expiry", 2)),
    (("Primary identifier (surname), as printed", 1), ("Secondary identifier (given names), as printed", 1)),
    (("Name in its own script", 2), ("Father's name", 1), ("Mother's name", 1)),
    (("Nationality", 1), ("Date of birth", 2), ("Sex (M, F, X)", 1), ("Visa number and kind", 3)),
    (("Admitted until", 2), ("Group", 1), ("Travels with (document numbers)", 3)),
    (("Decision:  [  ] admitted   [  ] refused, reason ___   [  ] referred", 3), ("Officer, signature", 2)),
)


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
    y = top - MARGIN - 24 * mm
    for row in ROWS:
        _boxes(canvas, row, y)
        y -= LINE + 1.5 * mm
    canvas.setFont("Helvetica", 7)
    canvas.drawString(
        MARGIN, y - 0.5 * mm, "Use each form once. Key it with its number and the time above as soon as the"
    )
    canvas.drawString(
        MARGIN, y - 3.5 * mm, "system is back; a spoilt form is kept, marked SPOILT, and handed in with the others."
    )
    if top == HEIGHT:
        canvas.setDash(2, 3)
        canvas.line(0, HALF, WIDTH, HALF)  # where the sheet is cut
        canvas.setDash()


def _head(canvas: Canvas, issued: Issued, number: str, top: float) -> None:
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(MARGIN, top - 5 * mm, "Border crossing, recorded on paper")
    canvas.setFont("Helvetica", 9)
    canvas.drawString(MARGIN, top - 11 * mm, f"{issued.post.names['en']} ({issued.post.code})")
    canvas.drawString(MARGIN, top - 16 * mm, f"printed {issued.issued_at:%Y-%m-%d}")
    barcode = Code128(number, barWidth=0.33 * mm, barHeight=11 * mm)
    left = WIDTH - MARGIN - barcode.width + barcode.lquiet
    barcode.drawOn(canvas, left - barcode.lquiet, top - 11 * mm)
    canvas.setFont("Courier-Bold", 12)
    canvas.drawRightString(WIDTH - MARGIN, top - 17 * mm, number)


def _boxes(canvas: Canvas, row: tuple[tuple[str, int], ...], y: float) -> None:
    share = (WIDTH - 2 * MARGIN) / sum(width for _, width in row)
    x = MARGIN
    canvas.setFont("Helvetica", 6.5)
    for label, width in row:
        canvas.rect(x, y - LINE + 3 * mm, share * width, LINE)
        canvas.drawString(x + 1 * mm, y + 0.6 * mm, label)
        x += share * width
