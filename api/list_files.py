"""A list file in the body of a request, on its way to whoever reads it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request

from service.errors import ListTooLarge

LIST_MOST_BYTES = 2 * 1024**3
ListFormat = Annotated[str, Query(examples=["un_xml", "ftm"], pattern=r"^[a-z0-9_]{1,40}$")]
Mapping = Annotated[str | None, Query(max_length=20_000, description="of a CSV file: its mapping, as JSON")]


@asynccontextmanager
async def received(request: Request, name: str, mapping: str | None) -> AsyncIterator[Path]:
    """The file in the body, beside its mapping, for as long as it is needed. Raises ListTooLarge."""
    with tempfile.TemporaryDirectory(prefix="mabar-list-") as folder:
        path = Path(folder) / f"{name}.list"
        if mapping is not None:
            path.with_suffix(".json").write_text(mapping, "utf-8")
        await _spool(request, path)
        yield path


async def _spool(request: Request, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > LIST_MOST_BYTES:
                raise ListTooLarge(LIST_MOST_BYTES)
            file.write(chunk)
