"""Message ids put into words, in the languages of the desks. Pure but for reading the bundled texts once.

`messages/<language>.json` holds one text an id, with `{name}` where a parameter goes: the same ids in every language.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("en", "ar", "ckb")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")  # a moment, in local time


@cache
def texts(language: str) -> Mapping[str, str]:
    """Every text in a language of `LANGUAGES`, by message id."""
    found: Mapping[str, str] = json.loads(
        resources.files("service").joinpath("messages", f"{language}.json").read_text("utf-8")
    )
    return found


@cache
def _evidence_texts() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(
        resources.files("watchlist").joinpath("messages.json").read_text("utf-8")
    )
    return found


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """What a finding of each rule means, by rule id and language. English of the rules is in their own descriptions."""
    found: Mapping[str, Mapping[str, str]] = json.loads(
        resources.files("service").joinpath("messages", "meanings.json").read_text("utf-8")
    )
    return found


def word(message: str, params: Mapping[str, object], language: str = "en") -> str:
    """The message in `language`, its fields named in it; the id itself where there is no text.

    A parameter that an older version of a rule did not give stays empty.
    """
    worded = {name: _worded(value, language) for name, value in params.items()}
    return _filled(texts(language).get(message), message, worded)


def evidence_text(message: str, params: Mapping[str, object], language: str) -> str:
    """The same for what screening says of a field; what a name lacks is a dash."""
    known = {name: value or "—" for name, value in params.items()}
    return _filled(_evidence_texts().get(message, {}).get(language), message, known)


def _worded(value: object, language: str) -> str:
    if isinstance(value, list | tuple):
        return texts(language)["list.separator"].join(_worded(each, language) for each in value)
    text = _MOMENT.sub(r"\1 \2", str(value))
    known = texts(language)
    return known.get(f"field.{text}") or known.get(f"reason.{text}", text)


def _filled(template: str | None, message: str, params: Mapping[str, object]) -> str:
    return template.format_map(defaultdict(str, params)) if template else message
