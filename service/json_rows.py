"""A JSON object read field by field, every refusal naming its line and its field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import TypeVar

from pydantic_core import from_json, to_json

from service.domain import PartialDate

Code = TypeVar("Code", bound=StrEnum)


class LineError(ValueError):
    """A line cannot be read as a movement; the message names the line, counted from 1, and the field."""


@cache
def _words(codes: type[Code]) -> Mapping[str, Code]:
    return {code.value: code for code in codes}


def decoded(text: str) -> object:
    """What a JSON text says.

    Raises:
        ValueError: it is none; NaN, half a surrogate pair, thousands of digits or of nested brackets are none either,
            which Python's own reader takes or trips over.
    """
    try:
        return from_json(text, allow_inf_nan=False, cache_strings="keys")
    except TypeError:  # half a surrogate pair in the text itself
        raise ValueError("cannot be encoded") from None


def encoded(said: Mapping[str, object]) -> str:
    """An object as one line of JSON, without its end, in ASCII."""
    return to_json(said, ensure_ascii=True).decode("ascii")


_partial_date = lru_cache(maxsize=1 << 16)(PartialDate.parse)


@dataclass(slots=True)  # not frozen, which is slower to make, and one is made for each object of each line
class Row:
    """An object of a line, and where it stands."""

    values: Mapping[str, object]
    number: int
    path: str = ""

    @classmethod
    def of(cls, number: int, line: str) -> Row:
        try:
            values = decoded(line)
        except ValueError as broken:
            raise LineError(f"line {number}: is not JSON: {broken}") from None
        if not isinstance(values, dict):
            raise LineError(f"line {number}: is no JSON object")
        return cls(values, number)

    def error(self, name: str, reason: str) -> LineError:
        return LineError(f"line {self.number}: {self.path}{name}: {reason}")

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def row(self, name: str) -> Row:
        value = self.values.get(name)
        if isinstance(value, dict):
            return Row(value, self.number, f"{self.path}{name}.")
        raise self.error(name, "must be an object")

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, str) and value:
            return value
        raise self.error(name, "must be a text that is not empty")

    def optional(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None or value == "" else self.text(name)

    def rows(self, name: str) -> Iterator[Row]:
        """The objects of a list; none where it is left out."""
        for at, value in enumerate(self._list(name)):
            if not isinstance(value, dict):
                raise self.error(f"{name}[{at}]", "must be an object")
            yield Row(value, self.number, f"{self.path}{name}[{at}].")

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._list(name)
        if not found:
            return ()
        if all(isinstance(each, str) and each for each in found):
            return tuple(map(str, found))
        raise self.error(name, "must be a list of texts that are not empty")

    def codes(self, name: str, codes: type[Code]) -> tuple[Code, ...]:
        try:
            return tuple(codes(each) for each in self.texts(name))
        except ValueError:
            raise self.error(name, f"must be a list of {', '.join(codes)}") from None

    def _list(self, name: str) -> Sequence[object]:
        value = self.values.get(name)
        if not value:
            return ()
        if isinstance(value, list | tuple):
            return value
        raise self.error(name, "must be a list")

    def count(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        raise self.error(name, "must be a whole number of at least 0")

    def code(self, name: str, codes: type[Code]) -> Code:
        found: Code | None = _words(codes).get(self.text(name))
        if found is None:
            raise self.error(name, f"must be one of {', '.join(codes)}")
        return found

    def moment(self, name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self.error(name, "must be a moment such as 2026-03-01T09:00:00Z") from None
        if moment.tzinfo is None:
            raise self.error(name, "must say its offset from UTC, such as Z or +03:00")
        return moment

    def day(self, name: str) -> date | None:
        if not self.has(name):
            return None
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise self.error(name, "must be a date such as 2026-03-01") from None

    def partial(self, name: str) -> PartialDate:
        try:
            return _partial_date(self.text(name))
        except ValueError:
            raise self.error(name, "must be a date such as 1974-08-12 or 1974-XX-XX") from None
