"""What a spreadsheet would run, in the sheets that the service gives out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator

import pytest

from api.sheets import Row, SheetFormat, defused, written

FORMULAS = (
    "=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)",
    '=cmd|" /C calc"!A0', "=IMPORTXML(A1)",
)  # fmt: skip
PLAIN = ("ZAYNAB", "IRQ:A19927730", "a=b", "", "'=1", "http://example.org/")


async def rows() -> AsyncIterator[Row]:
    for text in (*FORMULAS, *PLAIN):
        yield (text, 7.0)


async def content(format_: SheetFormat) -> bytes:
    sheet = await written(rows(), ("said", "count"), format_, numbers=("count",))
    return b"".join([chunk async for chunk in sheet.chunks()])


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


async def test_a_workbook_runs_nothing_and_links_nowhere() -> None:
    book = zipfile.ZipFile(io.BytesIO(await content(SheetFormat.XLSX)))
    (sheet,) = (name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    cells = book.read(sheet).decode()
    assert "HYPERLINK(1)" in cells
    assert not [part for part in ("<f>", "<f ", "<hyperlink") if part in cells]
    assert not any("external" in name.lower() or name.endswith(".bin") for name in book.namelist())
    assert cells.count("<v>7</v>") == len((*FORMULAS, *PLAIN))
