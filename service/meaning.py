"""What a finding of each rule means and what rebuts it, in the languages of the desks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain import Severity
from service.rules.catalogue import RULES
from service.watch import REBUTTABLE_BY
from service.wording import meanings, word

_SCREENING = {"W1": Severity.ALERT, "W2": Severity.ALERT, "W3": Severity.NOTICE, "W4": Severity.NOTICE}


@dataclass(frozen=True, slots=True)
class Meaning:
    """One kind of finding, put into words: its rule, how much it weighs, what it says, what would settle it."""

    rule: str
    severity: Severity
    title: str
    text: str
    rebuttals: tuple[str, ...]


def all_meanings(language: str) -> Iterator[Meaning]:
    """Every kind of finding there is: those of screening, then the catalogue's in its own order."""
    for id_, severity in _SCREENING.items():
        yield _meaning(id_, severity, REBUTTABLE_BY.get(id_, ()), "", language)
    for rule in RULES:
        yield _meaning(rule.id, rule.severity, rule.rebuttable_by, rule.description, language)


def _meaning(id_: str, severity: Severity, rebuttable_by: tuple[str, ...], english: str, language: str) -> Meaning:
    text = meanings()[id_].get(language, english)
    rebuttals = tuple(word(message, {}, language) for message in rebuttable_by)
    return Meaning(id_, severity, word(f"rule.{id_}.title", {}, language), text, rebuttals)
