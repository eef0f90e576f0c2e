"""The list formats that can be imported, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from watchlist.records import Record
from watchlist.sources import (
    csv_mapping,
    eu_csv,
    ftm,
    ftm_delta,
    interpol_json,
    ofac_advanced,
    ofac_csv,
    targets_simple,
    un_xml,
)

Reader = Callable[[Path], Iterator[Record]]

DELTA = "ftm_delta"  # the format of files that say what changed, not what there is

FORMATS: Mapping[str, Reader] = MappingProxyType(
    {
        "un_xml": un_xml.read,
        "ftm": ftm.read,
        DELTA: ftm_delta.read,
        "csv_mapping": csv_mapping.read,
        "targets_simple": targets_simple.read,
        "ofac_csv": ofac_csv.read,
        "ofac_advanced": ofac_advanced.read,
        "eu_csv": eu_csv.read,
        "interpol_json": interpol_json.read,
    }
)


def open_list(format: str, path: Path) -> Iterator[Record]:
    """The entries of a list file, what a delta strikes, and the records left out, as they are read.

    All or nothing: take no entry into force before the iterator has ended. It raises ``ListFileError`` where the file
    is cut off, in another encoding or of another schema, and ``KeyError`` for a format that is not in ``FORMATS``.
    """
    return FORMATS[format](path)
