"""What an entry would do before it is in force: how its names are read, and which travellers it would stop. Pure.

The travellers are made from the entry itself, as people come to a desk: with the listed name and date of birth, with a
shortened name, with a slip in the date, as a namesake who was born on another day.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from service.hygiene import lacks
from watchlist import dates
from watchlist.matching import Background, compare, is_told
from watchlist.names import fold, keys
from watchlist.records import Entry, Hit, Subject

_FILL = (5, 17)  # month and day of a traveller's birth where the entry knows the year alone


class Trial(StrEnum):
    """A kind of traveller that an entry is tried on."""

    AS_LISTED = "as_listed"
    NATIVE_NAME = "native_name"
    SHORTENED = "shortened"
    YEAR_OFF = "year_off"
    NAME_ONLY = "name_only"
    OTHER_BIRTH = "other_birth"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class NameForms:
    """A name as it is compared: its words without titles and articles, and the consonants that it is found by."""

    text: str
    words: tuple[str, ...]
    skeletons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a traveller of one kind would meet; `hit` None where the officer is told nothing."""

    trial: Trial
    hit: Hit | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How an entry would fare. `lacking` is what it says too little of; None where it says enough."""

    lacking: str | None
    names: tuple[NameForms, ...]
    tried: tuple[Tried, ...]


def rehearse(entry: Entry, known: Background) -> Rehearsal:
    """Try an entry against the lists in force, of which `known` tells how telling a name is."""
    return Rehearsal(
        lacks(entry),
        tuple(_forms(name.text) for name in entry.names),
        tuple(Tried(trial, _told(compare(subject, entry, known))) for trial, subject in travellers(entry)),
    )


def _forms(text: str) -> NameForms:
    words = fold(text)
    return NameForms(text, words, tuple(keys(word)[0] for word in words))


def _told(hit: Hit) -> Hit | None:
    return hit if is_told(hit) else None


def travellers(entry: Entry) -> Iterator[tuple[Trial, Subject]]:
    """Those that an entry can be tried on, by what it says."""
    listed = as_traveller(entry)
    if listed.name or listed.native_name:
        yield Trial.AS_LISTED, listed
        bare = replace(listed, nationality=None, sex=None, father_name=None, mother_name=None)
        yield from _by_name(bare)
    for document in entry.documents[:1]:
        yield Trial.DOCUMENT, Subject(document_number=document.number, issuing_state=document.issuing_state)


def _by_name(bare: Subject) -> Iterator[tuple[Trial, Subject]]:
    if bare.name and bare.native_name:
        yield Trial.NATIVE_NAME, replace(bare, name=None)
    words = (bare.name or "").split()
    if len(words) > 2:
        yield Trial.SHORTENED, replace(bare, name=f"{words[0]} {words[-1]}", native_name=None)
    if bare.date_of_birth:
        yield Trial.YEAR_OFF, replace(bare, date_of_birth=_moved(bare.date_of_birth, years=1))
        yield Trial.OTHER_BIRTH, replace(bare, date_of_birth=_moved(bare.date_of_birth, years=9, months=5, days=11))
    yield Trial.NAME_ONLY, replace(bare, date_of_birth=None)


def as_traveller(entry: Entry) -> Subject:
    """The listed person at a desk, with a name of each script, a whole date of birth and what else the entry knows."""
    latin = next((name.text for name in entry.names if not is_native(name.text)), None)
    native = next((name.text for name in entry.names if is_native(name.text)), None)
    return Subject(
        name=latin,
        native_name=native,
        mother_name=next(iter(entry.mother_names), None),
        father_name=next(iter(entry.father_names), None),
        date_of_birth=next(filter(None, map(_whole, entry.dates_of_birth)), None),
        nationality=next(iter(entry.nationalities), None),
        sex=entry.sex,
    )


def is_native(name: str) -> bool:
    """Whether a name is written in another script than the Latin one."""
    return any(letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN") for letter in name)


def _whole(text: str) -> str | None:
    """A date as a document has it; None where the entry does not know the year."""
    found = dates.parse(text)
    if found is None or found.year is None:
        return None
    return f"{found.year:04}-{found.month or _FILL[0]:02}-{found.day or _FILL[1]:02}"


def _moved(date: str, *, years: int, months: int = 0, days: int = 0) -> str:
    """Another date, which every year has."""
    year, month, day = map(int, date.split("-"))
    return f"{year + years:04}-{(month - 1 + months) % 12 + 1:02}-{(day - 1 + days) % 28 + 1:02}"
