"""XML lists, streamed: nothing is kept that has been read, and nothing hostile is expanded."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from watchlist.sources.reading import ListFileError

FIELD_LIMIT = 16 * 1024**2  # bytes without a tag that a list may hold; more is no list


class _Watched:
    """A file that stops being read where one field goes on and on."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self.since_tag = 0

    def read(self, size: int = -1) -> bytes:
        self.since_tag += size
        if self.since_tag > FIELD_LIMIT:
            raise ListFileError(self._path, f"a field is longer than {FIELD_LIMIT:,} bytes")
        return self._file.read(size)


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def records(path: Path, root: str, wanted: Set[str]) -> Iterator[Element]:
    """The wanted elements under a root, each complete when it comes and gone when the next does.

    Raises ``ListFileError`` where the XML breaks off, has another root, or declares a document type or entities.
    """
    try:
        yield from _walk(path, root, wanted)
    except ParseError as error:
        line, column = error.position
        reason = "the XML breaks off or is not well formed"
        raise ListFileError(path, reason, f"line {line}, column {column}") from error
    except DefusedXmlException as error:
        raise ListFileError(path, "the XML declares a document type or entities, which no list needs") from error
    except (OSError, LookupError, UnicodeError, ValueError) as error:
        raise ListFileError(path, f"the file cannot be read: {error}") from error


def _walk(path: Path, root: str, wanted: Set[str]) -> Iterator[Element]:
    with path.open("rb") as file:
        watched = _Watched(path, file)
        yield from _complete(path, watched, root, wanted)


def _complete(path: Path, watched: _Watched, root: str, wanted: Set[str]) -> Iterator[Element]:
    stack: list[Element] = []
    for event, element in iterparse(watched, events=("start", "end"), forbid_dtd=True):
        watched.since_tag = 0
        if event == "start":
            if not stack and local_name(element) != root:
                raise ListFileError(path, f"the root element is {local_name(element)}, not {root}", "line 1")
            stack.append(element)
            continue
        stack.pop()
        if local_name(element) in wanted and stack:
            yield element
            stack[-1].remove(element)
