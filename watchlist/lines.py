"""Screening as a stream of JSON lines: one traveller a line in, that line's hits out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from watchlist.index import Index
from watchlist.matching import Hit, Subject

_FIELDS = frozenset(field.name for field in fields(Subject))
_TEXTS = _FIELDS - {"name_truncated"}


def screen_lines(index: Index, lines: Iterable[str], first: int = 1, at: datetime | None = None) -> Iterator[str]:
    """For each line ``{"id", "name" | "primary_identifier" + "secondary_identifier", …}`` a line ``{"id", "hits"}``.

    Every field of ``Subject`` may be given; others are ignored. A line that is no such object gives
    ``{"id": null, "error", "line"}``, with the number of the line, and the stream goes on. Blank lines give nothing.
    ``first`` is the number of the first line; ``at`` leaves out entries that are not in force then.
    """
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        try:
            asked = _asked(line)
        except ValueError as error:
            yield json.dumps({"id": None, "error": str(error), "line": number}, ensure_ascii=False)
            continue
        hits = index.screen(_subject(asked), at)
        answer = {"id": asked.get("id"), "hits": [_as_json(hit) for hit in hits]}
        yield json.dumps(answer, ensure_ascii=False)


def _asked(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("the line is not JSON") from None
    if not isinstance(asked, dict):
        raise ValueError("the line is not a JSON object")
    wrong = sorted(name for name in _TEXTS & asked.keys() if not isinstance(asked[name], str | None))
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: not text")
    if not any(asked.get(name) for name in ("name", "primary_identifier", "native_name", "document_number")):
        raise ValueError("the line gives neither a name nor a document number")
    return asked


def _subject(asked: Mapping[str, Any]) -> Subject:
    return Subject(**{name: asked[name] for name in _FIELDS & asked.keys() if asked[name] is not None})


def _as_json(hit: Hit) -> dict[str, Any]:
    return asdict(hit)
