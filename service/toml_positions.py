"""Where each key of a TOML text stands, so that an error can point at it. Pure.

`tomllib` gives values without positions. This finds the positions of a text that `tomllib` has
already accepted, so it need not judge it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_CHUNK = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\#[^\n]*|[\[{]|[\]}]|\n|[^"\'\#\[\]{}\n]+',
    re.DOTALL,
)
_KEY = re.compile(r'"((?:\\.|[^"\\\n])*)"|\'([^\'\n]*)\'|([A-Za-z0-9_-]+)')


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; line and column count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class _Tables:
    """Which table the keys belong to, while the text is read from top to bottom."""

    current: Path = ()
    lengths: dict[Path, int] = field(default_factory=dict)

    def enter(self, keys: tuple[str, ...], *, of_array: bool) -> Path:
        parent = self._resolved(keys[:-1])
        self.current = (*parent, keys[-1]) if of_array else self._resolved(keys)
        if of_array:
            at = self.lengths.get(self.current, 0)
            self.lengths[self.current] = at + 1
            self.current = (*self.current, at)
        return self.current

    def _resolved(self, keys: tuple[str, ...]) -> Path:
        """The path of a header, which stands for the last element of every array that it passes."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return path


def positions(text: str) -> Mapping[Path, Position]:
    """The path of every table and key, array indices included, and where it stands.

    Keys inside an inline table and elements of an array are not listed: look up the key that holds them.
    """
    found: dict[Path, Position] = {}
    tables = _Tables()
    for start, statement in _statements(text):
        place = _position(text, start)
        if statement.startswith("["):
            path = tables.enter(_keys(statement.strip("[] \t\r")), of_array=statement.startswith("[["))
        else:
            path = (*tables.current, *_keys(statement))
        found[path] = place
        for length in range(1, len(path)):
            found.setdefault(path[:length], place)  # a table that nothing but what is below it makes
    return found


def position_of(path: Path, found: Mapping[Path, Position]) -> Position:
    """Where `path` stands, or the nearest thing around it that has a place; the text's start at last."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return Position(1, 1)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header and each `key = value`, comments left out, with the offset where it begins."""
    start, depth, parts = 0, 0, list[str]()
    for chunk in _CHUNK.finditer(text + "\n"):
        piece = chunk.group()
        if not parts and (piece.isspace() or piece.startswith("#")):
            continue
        if piece == "\n" and depth == 0:
            yield start, "".join(parts)
            parts = []
            continue
        if not parts:
            start = chunk.start() + len(piece) - len(piece.lstrip())
            piece = piece.lstrip()
        depth += (piece in "[{") - (piece in "]}")
        if not piece.startswith("#"):
            parts.append(piece)


def _keys(statement: str) -> tuple[str, ...]:
    """The dotted key at the beginning of a statement."""
    keys: list[str] = []
    at = 0
    while match := _KEY.match(statement, at):
        keys.append(next(group for group in match.groups() if group is not None))
        rest = statement[match.end() :]
        dot = re.match(r"\s*\.\s*", rest)
        if not dot:
            break
        at = match.end() + dot.end()
    return tuple(keys)


def _position(text: str, offset: int) -> Position:
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
