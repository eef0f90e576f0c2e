"""The United Nations Security Council's consolidated list, as XML.

Individuals only: entities, which no traveller is, are counted and left out. The file may be gigabytes of nonsense:
it is streamed, document type declarations and entities are refused, and an element is dropped once it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from watchlist.records import Entry, EntryDocument, NameKind, Skipped
from watchlist.sources.reading import clean, date_of, names_of, sex_of, states_of
from watchlist.sources.states import state_code
from watchlist.sources.xml import records

ROOT = "CONSOLIDATED_LIST"
_GIVEN = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The individuals of the list; raises ``ListFileError`` where the file is not the whole list."""
    entities = 0
    for element in records(path, ROOT, {"INDIVIDUAL", "ENTITY"}):
        if element.tag == "ENTITY":
            entities += 1
        else:
            yield _entry(element)
    if entities:
        yield Skipped("ENTITY", f"{entities} records are organisations, not persons")


def _entry(element: Element) -> Entry | Skipped:
    reference = _text(element, "REFERENCE_NUMBER") or _text(element, "DATAID")
    number = _text(element, "DATAID")
    names = names_of(_names(element))
    if not number or not names:
        lacking = "an identifier" if not number else "a name"
        return Skipped(reference or "INDIVIDUAL", f"the record lacks {lacking}")
    return Entry(
        id=f"un-{number}",
        list="UN Security Council",
        names=names,
        dates_of_birth=tuple(
            dict.fromkeys(date for date in map(_birth, element.iter("INDIVIDUAL_DATE_OF_BIRTH")) if date)
        ),
        # names only: "na" stands for not available, not for Namibia
        nationalities=states_of(text for text in _texts(element, "NATIONALITY/VALUE") if len(text) > 3),
        sex=sex_of(_text(element, "GENDER")),
        documents=tuple(document for item in element.iter("INDIVIDUAL_DOCUMENT") if (document := _document(item))),
        reference=reference,
        provenance=_text(element, "LISTED_ON") or None,
    )


def _names(element: Element) -> Iterator[tuple[NameKind, list[str]]]:
    yield NameKind.PRIMARY, [" ".join(_text(element, part) for part in _GIVEN)]
    yield NameKind.PRIMARY, _texts(element, "NAME_ORIGINAL_SCRIPT")
    for alias in element.iter("INDIVIDUAL_ALIAS"):
        low = _text(alias, "QUALITY").lower() == "low"
        texts = [part for text in _texts(alias, "ALIAS_NAME") for part in text.split(";")]
        yield (NameKind.WEAK_ALIAS if low else NameKind.ALIAS), texts


def _birth(element: Element) -> str | None:
    first, last = _text(element, "FROM_YEAR"), _text(element, "TO_YEAR")
    if first and last:
        return date_of(f"{first} to {last}")
    date = date_of(_text(element, "DATE") or _text(element, "YEAR"))
    circa = _text(element, "TYPE_OF_DATE").upper() == "APPROXIMATELY"
    return f"{date[:4]}~" if date and circa else date


def _document(element: Element) -> EntryDocument | None:
    number = _text(element, "NUMBER")
    if not number:
        return None
    state = _text(element, "ISSUING_COUNTRY") or _text(element, "COUNTRY_OF_ISSUE")
    return EntryDocument(number, _text(element, "TYPE_OF_DOCUMENT") or None, state_code(state))


def _text(element: Element, path: str) -> str:
    return clean(element.findtext(path))


def _texts(element: Element, path: str) -> list[str]:
    return [clean(found.text) for found in element.iterfind(path)]
