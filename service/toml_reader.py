"""Read a TOML text with every refusal pointing at its line, column and key. Pure.

A `Table` hands out typed values; what is not asked for by `only` is refused, so that a misspelt key
cannot pass for a setting.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from service.toml_positions import Path, Position, position_of, positions

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlError(ValueError):
    """The text cannot be used. `line` and `column` count from 1; `key` is dotted, empty for the text itself."""

    def __init__(self, reason: str, position: Position, key: str = "") -> None:
        self.reason, self.line, self.column, self.key = reason, position.line, position.column, key
        super().__init__(f"line {position.line}, column {position.column}: {key + ': ' if key else ''}{reason}")


@dataclass(frozen=True, slots=True)
class _Source:
    places: Mapping[Path, Position]
    error: type[TomlError]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the text and where it stands."""

    values: Mapping[str, object]
    path: Path
    source: _Source

    def refuse(self, reason: str, *names: str | int) -> NoReturn:
        """Raise the error that points at `names` below this table."""
        path = (*self.path, *names)
        raise self.source.error(reason, position_of(path, self.source.places), ".".join(map(str, path)))

    def only(self, known: Iterable[str]) -> None:
        """Refuse any key that is not among `known`."""
        for name in self.values:
            if name not in known:
                self.refuse(f"is not known here; known are {', '.join(known) or 'none'}", name)

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._given(name, default)
        return value if isinstance(value, str) and value else self.refuse("must be a text that is not empty", name)

    def optional_text(self, name: str) -> str | None:
        """The same, or None where it is left out."""
        return self.text(name) if name in self.values else None

    def flag(self, name: str, default: bool | None = None) -> bool:
        """true or false."""
        value = self._given(name, default)
        return value if isinstance(value, bool) else self.refuse("must be true or false", name)

    def whole(self, name: str, default: int | None = None, least: int = 0) -> int:
        """A whole number of at least `least`."""
        value = self._given(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.refuse(f"must be a whole number of at least {least}", name)

    def number(self, name: str, default: float | None = None) -> float:
        """A number above 0."""
        value = self._given(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
            return float(value)
        self.refuse("must be a number above 0", name)

    def day(self, name: str, default: date | None = None) -> date:
        """A date without a time."""
        value = self._given(name, default)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.refuse("must be a date such as 2026-01-01, without quotation marks", name)

    def words(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts that are not empty."""
        value = self._given(name, default)
        if isinstance(value, list | tuple) and all(isinstance(word, str) and word for word in value):
            return tuple(value)
        self.refuse('must be a list of texts such as ["IRQ"]', name)

    def table(self, name: str) -> Table:
        """The table under `name`; an empty one where it is left out."""
        value = self.values.get(name, {})
        return self._below(value, name)

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Every value of this table, which must all be tables."""
        for name, value in self.values.items():
            yield name, self._below(value, name)

    def rows(self, name: str) -> Iterator[Table]:
        """The elements of an array of tables; none where it is left out."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            self.refuse(f"must be written as [[{name}]]", name)
        for at, row in enumerate(value):
            yield self._below(row, name, at)

    def _below(self, value: object, *names: str | int) -> Table:
        if isinstance(value, dict):
            return Table(value, (*self.path, *names), self.source)
        self.refuse("must be a table", *names)

    def _given(self, name: str, default: object) -> object:
        value = self.values.get(name, default)
        return self.refuse(f"lacks {name}") if value is None else value


def read_toml(text: str, error: type[TomlError] = TomlError) -> Table:
    """The whole text as a table; every refusal is raised as `error`."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        at = _AT.search(str(broken))
        end = Position(text.count("\n") + 1, len(text) - text.rfind("\n"))
        place = Position(int(at[1]), int(at[2])) if at and at[1] else end
        raise error(f"is not TOML: {_AT.sub('', str(broken))}", place) from None
    return Table(values, (), _Source(positions(text), error))
