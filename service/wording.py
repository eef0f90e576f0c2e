"""Message ids put into words, in the languages of the desks. Pure but for reading the bundled texts once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("en", "ar", "ckb")


@cache
def _texts(language: str) -> Mapping[str, str]:
    texts: Mapping[str, str] = json.loads(
        resources.files("service").joinpath("messages", f"{language}.json").read_text("utf-8")
    )
    return texts


@cache
def _evidence_texts() -> Mapping[str, Mapping[str, str]]:
    texts: Mapping[str, Mapping[str, str]] = json.loads(
        resources.files("watchlist").joinpath("messages.json").read_text("utf-8")
    )
    return texts


def text(message: str, params: Mapping[str, object], language: str) -> str:
    """The message in `language`; the id itself when there is no text, so that nothing is ever hidden."""
    return _filled(_texts(language).get(message), message, params)


def evidence_text(message: str, params: Mapping[str, object], language: str) -> str:
    """The same for what screening says of a field."""
    return _filled(_evidence_texts().get(language, {}).get(message), message, params)


def _filled(template: str | None, message: str, params: Mapping[str, object]) -> str:
    return template.format_map(defaultdict(str, params)) if template else message
