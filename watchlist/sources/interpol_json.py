"""INTERPOL's public notices as JSON: ``forename, name, date_of_birth YYYY/MM/DD, entity_id, nationalities``.

Written from the public interface's description: either a list of notices, or a page with them under
``_embedded.notices``. The public site shows a part of the notices only; the restricted services use other formats.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from watchlist.records import Entry, NameKind, Skipped
from watchlist.sources.reading import ListFileError, date_of, names_of, sex_of, states_of, text_lines


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The notices of the file."""
    for place, notice in enumerate(_notices(path), 1):
        if not isinstance(notice, dict):
            raise ListFileError(path, "a notice is not a JSON object", f"notice {place}")
        yield _entry(notice, f"notice {place}")


def _notices(path: Path) -> list[Any]:
    try:
        read = json.loads("".join(line for _, line in text_lines(path)))
        notices = read if isinstance(read, list) else read["_embedded"]["notices"]
    except (ValueError, RecursionError) as error:
        raise ListFileError(path, "the file is not JSON; it may be cut off") from error
    except (KeyError, TypeError) as error:
        raise ListFileError(path, "the file holds no notices") from error
    if not isinstance(notices, list):
        raise ListFileError(path, "the notices are not a list")
    return notices


def _entry(notice: Mapping[str, Any], reference: str) -> Entry | Skipped:
    number = _text(notice, "entity_id")
    names = names_of([(NameKind.PRIMARY, [f"{_text(notice, 'forename')} {_text(notice, 'name')}"])])
    if not number or not names:
        return Skipped(number or reference, "the notice lacks its identifier or a name")
    states = notice.get("nationalities")
    date = date_of(_text(notice, "date_of_birth"))
    return Entry(
        id=f"interpol-{number}",
        list="INTERPOL notices",
        names=names,
        dates_of_birth=(date,) if date else (),
        nationalities=states_of(map(str, states)) if isinstance(states, list) else (),
        sex=sex_of(_text(notice, "sex_id")),
        reference=number,
    )


def _text(notice: Mapping[str, Any], field: str) -> str:
    value = notice.get(field)
    return value if isinstance(value, str) else ""
