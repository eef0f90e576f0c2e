"""Rows as files that are given out: CSV, workbooks, Parquet.

They are written to disk with bounded memory, then digested, so that the trail can name what left the house before its
first byte does.
"""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, Protocol

from fastapi.responses import StreamingResponse

from service.errors import BadFilter

Row = Sequence[str | int | float | None]
BATCH = 2000  # rows held in memory
WORKBOOK_MOST = 1_048_575  # rows below the header, as the format has it
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count as those they look like


class SheetFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


MEDIA_TYPES = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    SheetFormat.PARQUET: "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as written: it goes when it is closed, and was never under a name."""

    file: IO[bytes]
    rows: int
    digest: str
    format: SheetFormat

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file from its beginning; closed at the end."""
        with self.file:
            self.file.seek(0)
            while chunk := await asyncio.to_thread(self.file.read, 1 << 16):
                yield chunk


def given_out(sheet: Sheet, name: str) -> StreamingResponse:
    """A sheet as an answer, with its digest (RFC 9530)."""
    digest = base64.b64encode(bytes.fromhex(sheet.digest)).decode()
    disposition = f'attachment; filename="{name}.{sheet.format}"'
    headers = {"Content-Disposition": disposition, "Repr-Digest": f"sha-256=:{digest}:"}
    return StreamingResponse(sheet.chunks(), media_type=MEDIA_TYPES[sheet.format], headers=headers)


def defused(value: object) -> str:
    """A quote before what a spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in _FORMULA else text


class _Writer(Protocol):
    """What takes rows."""

    def write(self, rows: list[Row]) -> None: ...


async def written(
    rows: AsyncIterator[Row], columns: Sequence[str], format_: SheetFormat, *, numbers: Iterable[str] = ()
) -> Sheet:
    """Write rows under the names of their columns; those in `numbers` hold numbers or nothing, all others texts.

    Raises:
        BadFilter: a workbook cannot hold so many.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever reads it to the end
    count = 0
    with ExitStack() as stack:
        writer = await asyncio.to_thread(
            stack.enter_context, _WRITERS[format_](file, list(columns), frozenset(numbers))
        )
        batch: list[Row] = []
        async for row in rows:
            batch.append(row)
            count += 1
            if format_ is SheetFormat.XLSX and count > WORKBOOK_MOST:
                file.close()
                raise BadFilter(f"a workbook holds at most {WORKBOOK_MOST:,} rows; ask for CSV or Parquet, or for less")
            if len(batch) == BATCH:
                await asyncio.to_thread(writer.write, batch)
                batch = []
        await asyncio.to_thread(writer.write, batch)
        await asyncio.to_thread(stack.close)
    return Sheet(file, count, await asyncio.to_thread(_digest, file), format_)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    made = hashlib.sha256()
    while chunk := file.read(1 << 20):
        made.update(chunk)
    return made.hexdigest()


class _Csv:
    """A header and a row a line, for a spreadsheet: what it would run is defused."""

    def __init__(self, file: IO[bytes], columns: list[str], numbers: frozenset[str]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self._csv = csv.writer(self._text)
        self._numbers = [column in numbers for column in columns]
        self._csv.writerow(columns)

    def __enter__(self) -> _Csv:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.flush()
        self._text.detach()

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            cells = zip(row, self._numbers, strict=True)
            self._csv.writerow([value if number else defused(value) for value, number in cells])


class _Workbook:
    """One sheet, row by row: texts stay texts, whatever they begin with."""

    def __init__(self, file: IO[bytes], columns: list[str], numbers: frozenset[str]) -> None:
        from xlsxwriter import Workbook  # noqa: PLC0415  # not for a service that writes none

        self._folder = tempfile.TemporaryDirectory(prefix="mabar-sheet-")
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": self._folder.name, **plain})
        self._sheet = self._book.add_worksheet("Mabar")
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, columns, self._book.add_format({"bold": True}))
        self._next = 1

    def __enter__(self) -> _Workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self._folder.cleanup()

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            for column, value in enumerate(row):
                if isinstance(value, str):
                    self._sheet.write_string(self._next, column, value)
                elif value is not None:
                    self._sheet.write_number(self._next, column, value)
            self._next += 1


class _Parquet:
    """Typed columns, a group of rows a batch."""

    def __init__(self, file: IO[bytes], columns: list[str], numbers: frozenset[str]) -> None:
        import pyarrow as pa  # noqa: PLC0415  # 90 MB: not for a service that writes none
        import pyarrow.parquet as pq  # noqa: PLC0415

        self._arrow = pa
        self._schema = pa.schema([(name, pa.float64() if name in numbers else pa.string()) for name in columns])
        self._file = pq.ParquetWriter(file, self._schema, compression="zstd")

    def __enter__(self) -> _Parquet:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, rows: list[Row]) -> None:
        if rows:
            columns = [
                self._arrow.array(list(of), type=field.type)
                for of, field in zip(zip(*rows, strict=True), self._schema, strict=True)
            ]
            self._file.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))


_Made = Callable[[IO[bytes], list[str], frozenset[str]], AbstractContextManager[Any]]
_WRITERS: dict[SheetFormat, _Made] = {
    SheetFormat.CSV: _Csv,
    SheetFormat.XLSX: _Workbook,
    SheetFormat.PARQUET: _Parquet,
}
