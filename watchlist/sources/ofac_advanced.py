"""The United States' sanctions lists in the advanced XML form (``SDN_ADVANCED.XML``).

Written from the published schema: reference value sets give names to the numbers that the records use; a distinct party
holds a profile with its names and features; documents stand apart and point to an identity. The file is streamed, and
document type declarations and entities are refused. Persons only (party type Individual).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from watchlist.records import Entry, EntryDocument, NameKind, Skipped
from watchlist.sources.reading import clean, date_of, names_of, sex_of, states_of
from watchlist.sources.states import state_code
from watchlist.sources.xml import local_name, records

_SETS = frozenset(
    "AliasType PartySubType PartyType FeatureType DetailReference IDRegDocType Country AreaCode Script".split()
)
_WANTED = frozenset({*_SETS, "Location", "IDRegDocument", "DistinctParty"})


@dataclass(slots=True)
class _Said:
    """What was read so far: the words behind numbers, the states of places, the documents of identities."""

    words: dict[tuple[str, str], str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    documents: dict[str, list[EntryDocument]] = field(default_factory=lambda: defaultdict(list))


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The persons of the list; documents and places must stand before the parties, as they are published."""
    said, others = _Said(), 0
    for element in records(path, "Sanctions", _WANTED):
        tag = local_name(element)
        if tag in _SETS:
            said.words[tag, element.get("ID", "")] = clean(element.text)
            if tag == "PartySubType":
                said.types[element.get("ID", "")] = element.get("PartyTypeID", "")
        elif tag == "Location":
            _read_place(element, said)
        elif tag == "IDRegDocument":
            _read_document(element, said)
        elif (found := _read_party(element, said)) is None:
            others += 1
        else:
            yield found
    if others:
        yield Skipped("DistinctParty", f"{others} records are not persons")


def _all(element: Element, name: str) -> Iterator[Element]:
    return (found for found in element.iter() if local_name(found) == name)


def _first(element: Element, name: str) -> str:
    return next((text for found in _all(element, name) if (text := clean(found.text))), "")


def _read_place(element: Element, said: _Said) -> None:
    for country in _all(element, "LocationCountry"):
        said.places[element.get("ID", "")] = said.words.get(("Country", country.get("CountryID", "")), "")


def _read_document(element: Element, said: _Said) -> None:
    number = _first(element, "IDRegistrationNo")
    kind = said.words.get(("IDRegDocType", element.get("IDRegDocTypeID", "")))
    state = state_code(said.words.get(("Country", element.get("IssuedBy-CountryID", ""))))
    if number:
        said.documents[element.get("IdentityID", "")].append(EntryDocument(number, kind, state))


def _read_party(party: Element, said: _Said) -> Entry | Skipped | None:
    number = party.get("FixedRef", "")
    profile = next(_all(party, "Profile"), party)
    kind = said.types.get(profile.get("PartySubTypeID", ""), "")
    if said.words.get(("PartyType", kind)) != "Individual":
        return None
    names = names_of(name for alias in _all(party, "Alias") for name in _names(alias, said))
    if not number or not names:
        return Skipped(number or "DistinctParty", "the record lacks its identifier or a name")
    features = [
        (said.words.get(("FeatureType", one.get("FeatureTypeID", "")), ""), one) for one in _all(party, "Feature")
    ]
    return Entry(
        id=f"ofac-{number}",
        list="OFAC SDN",
        names=names,
        dates_of_birth=tuple(
            dict.fromkeys(date for kind, one in features if kind == "Birthdate" and (date := _birth(one)))
        ),
        nationalities=states_of(
            state
            for kind, one in features
            if kind.startswith(("Nationality", "Citizenship"))
            for place in _all(one, "VersionLocation")
            if (state := said.places.get(place.get("LocationID", "")))
        ),
        sex=next((sex for kind, one in features if kind == "Gender" and (sex := _sex(one, said))), None),
        documents=tuple(item for one in _all(party, "Identity") for item in said.documents.get(one.get("ID", ""), ())),
        reference=clean(next((found.text for found in _all(party, "Comment")), None)) or None,
    )


def _names(alias: Element, said: _Said) -> Iterator[tuple[NameKind, list[str]]]:
    kind = NameKind.PRIMARY if alias.get("Primary") == "true" else NameKind.ALIAS
    if alias.get("LowQuality") == "true":
        kind = NameKind.WEAK_ALIAS
    for name in _all(alias, "DocumentedName"):
        parts = [clean(part.text) for part in _all(name, "NamePartValue")]
        yield kind, [f"{parts[0]}, {' '.join(parts[1:])}" if len(parts) > 1 else " ".join(parts)]


def _sex(feature: Element, said: _Said) -> str | None:
    return next(
        (
            sex_of(said.words.get(("DetailReference", detail.get("DetailReferenceID", ""))))
            for detail in _all(feature, "VersionDetail")
        ),
        None,
    )


def _birth(feature: Element) -> str | None:
    """A period's start and end: one day, one year, or a span of years."""
    ends = [next(_all(feature, name), None) for name in ("Start", "End")]
    dates = [
        date_of("-".join(_first(end, part) or "0" for part in ("Year", "Month", "Day")))
        for end in ends
        if end is not None
    ]
    known = [date for date in dates if date]
    if not known:
        return None
    first, last = known[0], known[-1]
    if first == last:
        return first
    whole_year = first[:4] == last[:4]
    return first[:4] if whole_year else f"{first[:4]}/{last[:4]}"
