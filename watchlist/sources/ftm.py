"""FollowTheMoney entities as JSON lines, as OpenSanctions publishes them (``entities.ftm.json``).

Persons become entries; Passport and Identification entities give their holders documents. The file is read twice,
since a document may stand before or after its holder.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from watchlist.records import Entry, EntryDocument, NameKind, Skipped
from watchlist.sources.reading import ListFileError, clean, date_of, json_lines, names_of, sex_of, states_of
from watchlist.sources.states import state_code

_NAMES = {
    NameKind.PRIMARY: ("name",),
    NameKind.ALIAS: ("alias", "previousName"),
    NameKind.WEAK_ALIAS: ("weakAlias",),
}
_DOCUMENTS = {"Passport": "passport", "Identification": "identification"}
Properties = Mapping[str, Sequence[str]]


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The persons of the file; raises ``ListFileError`` where a line is not an entity."""
    documents = _documents(path)
    others: Counter[str] = Counter()
    for number, entity in json_lines(path):
        schema = schema_of(path, number, entity)
        if schema != "Person" or entity.get("target") is False:
            others[schema] += schema not in _DOCUMENTS
            continue
        yield entry_of(entity, documents.get(entity["id"], ()))
    for schema, count in sorted(others.items()):
        if count:
            yield Skipped(schema, f"{count} records of this kind are not listed persons")


def schema_of(path: Path, number: int, entity: Mapping[str, Any]) -> str:
    """An entity's schema, having made sure that it is an entity."""
    if not (isinstance(entity.get("id"), str) and isinstance(entity.get("schema"), str)):
        raise ListFileError(path, "the line is not a FollowTheMoney entity: id or schema lacks", f"line {number}")
    if not isinstance(entity.get("properties"), dict):
        raise ListFileError(path, "the entity has no properties", f"line {number}")
    return str(entity["schema"])


def _documents(path: Path) -> dict[str, list[EntryDocument]]:
    found: dict[str, list[EntryDocument]] = defaultdict(list)
    for number, entity in json_lines(path):
        if (kind := _DOCUMENTS.get(schema_of(path, number, entity))) is None:
            continue
        values = _properties(entity)
        state = state_code(next(iter(values.get("country", ())), None))
        for holder in values.get("holder", ()):
            found[holder] += [
                EntryDocument(clean(text), kind, state) for text in values.get("number", ()) if clean(text)
            ]
    return found


def _properties(entity: Mapping[str, Any]) -> Properties:
    """Properties with their string values only: a nested entity is no value here."""
    found = {}
    for name, values in entity["properties"].items():
        found[name] = [value for value in (values if isinstance(values, list) else [values]) if isinstance(value, str)]
    return found


def entry_of(entity: Mapping[str, Any], documents: Sequence[EntryDocument] = ()) -> Entry | Skipped:
    """The entry that a Person entity is, with the documents that name it as their holder."""
    values = _properties(entity)
    names = names_of((kind, _of(values, *fields)) for kind, fields in _NAMES.items())
    if not names:
        return Skipped(str(entity["id"]), "the person has no name")
    datasets = entity.get("datasets")
    return Entry(
        id=str(entity["id"]),
        list=", ".join(map(str, datasets)) if isinstance(datasets, list) and datasets else "FollowTheMoney",
        names=names,
        dates_of_birth=tuple(dict.fromkeys(date for text in _of(values, "birthDate") if (date := date_of(text)))),
        nationalities=states_of(_of(values, "nationality", "citizenship")),
        sex=sex_of(next(iter(_of(values, "gender")), None)),
        documents=(*_numbers(values), *documents),
        mother_names=tuple(map(clean, _of(values, "motherName"))),
        father_names=tuple(map(clean, _of(values, "fatherName"))),
        reference=next(iter(_of(values, "sourceUrl")), None),
    )


def _of(values: Properties, *fields: str) -> list[str]:
    return [value for field in fields for value in values.get(field, ())]


def _numbers(values: Properties) -> Iterator[EntryDocument]:
    for field, kind in (("passportNumber", "passport"), ("idNumber", "identification")):
        for text in map(clean, _of(values, field)):
            if text:
                yield EntryDocument(text, kind)
