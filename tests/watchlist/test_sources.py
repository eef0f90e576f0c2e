"""List files: what is read, what is left out, and what stops an import. All people here are made up."""

import bz2
import gzip
import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchlist.matching import Entry, EntryDocument, NameKind, Skipped
from watchlist.names import fold
from watchlist.sources import ftm, ftm_delta
from watchlist.sources.formats import FORMATS, open_list
from watchlist.sources.reading import ListFileError, date_of
from watchlist.sources.states import state_code

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-01-01">
 <INDIVIDUALS>
  <INDIVIDUAL>
   <DATAID>101</DATAID><FIRST_NAME>RASHID</FIRST_NAME><SECOND_NAME>KAMAL</SECOND_NAME><THIRD_NAME>DURIYAN</THIRD_NAME>
   <REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><LISTED_ON>2020-02-02</LISTED_ON><GENDER>Male</GENDER>
   <NAME_ORIGINAL_SCRIPT>رشيد كمال الدريان</NAME_ORIGINAL_SCRIPT>
   <NATIONALITY><VALUE>Iraq</VALUE><VALUE>na</VALUE></NATIONALITY>
   <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Rasheed Duryan; R. Durian</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Abu Zaytun</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1974-08-12</DATE></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1976</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1970</FROM_YEAR><TO_YEAR>1973</TO_YEAR>
   </INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>A0123456 </NUMBER>
    <ISSUING_COUNTRY>Iraq</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
   <INDIVIDUAL_DOCUMENT/>
  </INDIVIDUAL>
  <INDIVIDUAL><DATAID>102</DATAID><REFERENCE_NUMBER>XXi.002</REFERENCE_NUMBER></INDIVIDUAL>
 </INDIVIDUALS>
 <ENTITIES><ENTITY><DATAID>201</DATAID><FIRST_NAME>SOME FIRM</FIRST_NAME></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>
"""

FTM = "\n".join(
    json.dumps(entity)
    for entity in [
        {"id": "d1", "schema": "Passport", "properties": {"holder": ["p1"], "number": ["A0123456"], "country": ["iq"]}},
        {
            "id": "p1",
            "schema": "Person",
            "properties": {
                "name": ["Rashid Duriyan"],
                "alias": ["R. Durian"],
                "weakAlias": ["Abu Zaytun"],
                "birthDate": ["1974-08-12", "1975"],
                "nationality": ["iq", "de"],
                "gender": ["male"],
                "motherName": ["Samira"],
                "passportNumber": ["B7"],
            },
            "datasets": ["made_up"],
            "target": True,
        },
        {"id": "p2", "schema": "Person", "properties": {}, "target": True},
        {"id": "p3", "schema": "Person", "properties": {"name": ["A Relative"]}, "target": False},
        {"id": "c1", "schema": "Company", "properties": {"name": ["Some Firm"]}},
    ]
)

MAPPING = """
list = "Lost and stolen"
kind = "person"
delimiter = ";"
separator = "|"
date_format = "%d/%m/%Y"
[columns]
id = "Nr"
name = ["Given", "Family"]
aliases = "Also"
date_of_birth = "Born"
nationality = "State"
document_number = "Document"
issuing_state = "Issuer"
sex = "Sex"
mother_name = "Mother"
instruction = "Action"
"""

CSV = """Nr;Given;Family;Also;Born;State;Document;Issuer;Sex;Mother;Action
1;Rashid Kamal;Duriyan;R. Durian|Abu Zaytun;12/08/1974;IRQ|D;A0123456;IRQ;M;Samira Hassan;Refer
2;Shirin;Azad;;1985;IRQ;;;F;;
3;;;;;;;;;;
1;Twice;Used;;;;;;;;
5;Too;Few
6;Layla;Omar;;01/01/1990;TUR;;;F;;Refer
"""


SIMPLE = """id,schema,name,aliases,birth_date,countries,addresses,identifiers,dataset,first_seen
q1,Person,Rashid Duriyan,R. Durian;Abu Zaytun,1974-08-12;1975,iq;de,,A0123456,Made up,2020
q2,Company,Some Firm,,,,,,Made up,2020
q3,Person,,,,,,,Made up,2020
"""

_NIL = "-0- "
_REMARKS = (
    "DOB 12 Aug 1974; alt. DOB circa 1976; POB Basra, Iraq; nationality Iraq; citizen Germany; Gender Male; "
    "Passport RL 1025526 (Iraq); National ID No. 77-1 (Germany) issued 2001; a.k.a. 'ABU ZAYTUN'."
)
SDN = (
    "".join(
        ",".join([number, name, kind, '"TEST"', *[_NIL] * 7, remarks]) + "\r\n"
        for number, name, kind, remarks in (
            ("36", '"SOME FIRM"', _NIL, _NIL),
            ("40", '"DURIYAN, Rashid Kamal"', '"individual"', f'"{_REMARKS}"'),
            ("41", '"-0-"', '"individual"', _NIL),
        )
    )
    + "\x1a"
)

ADVANCED = """<?xml version="1.0"?>
<Sanctions xmlns="urn:made-up"><ReferenceValueSets>
 <PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType></PartyTypeValues>
 <PartySubTypeValues><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType>
  <PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType></PartySubTypeValues>
 <FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType><FeatureType ID="10">Nationality Country</FeatureType>
  <FeatureType ID="224">Gender</FeatureType></FeatureTypeValues>
 <DetailReferenceValues><DetailReference ID="91526">Male</DetailReference></DetailReferenceValues>
 <IDRegDocTypeValues><IDRegDocType ID="1571">Passport</IDRegDocType></IDRegDocTypeValues>
 <CountryValues><Country ID="11">Iraq</Country></CountryValues></ReferenceValueSets>
 <Locations><Location ID="500"><LocationCountry CountryID="11"/></Location></Locations>
 <IDRegDocuments><IDRegDocument ID="1" IDRegDocTypeID="1571" IdentityID="9" IssuedBy-CountryID="11">
  <IDRegistrationNo>A0123456</IDRegistrationNo></IDRegDocument></IDRegDocuments>
 <DistinctParties>
  <DistinctParty FixedRef="77"><Profile ID="77" PartySubTypeID="4"><Identity ID="9">
   <Alias Primary="true" LowQuality="false"><DocumentedName><DocumentedNamePart><NamePartValue>Duriyan</NamePartValue>
    </DocumentedNamePart><DocumentedNamePart><NamePartValue>Rashid</NamePartValue></DocumentedNamePart></DocumentedName>
   </Alias><Alias Primary="false" LowQuality="true"><DocumentedName><DocumentedNamePart>
    <NamePartValue>Abu Zaytun</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity>
   <Feature FeatureTypeID="8"><FeatureVersion><DatePeriod>
    <Start><From><Year>1974</Year><Month>8</Month><Day>12</Day></From></Start>
    <End><From><Year>1974</Year><Month>8</Month><Day>12</Day></From></End></DatePeriod></FeatureVersion></Feature>
   <Feature FeatureTypeID="8"><FeatureVersion><DatePeriod>
    <Start><From><Year>1976</Year><Month>1</Month><Day>1</Day></From></Start>
    <End><From><Year>1976</Year><Month>12</Month><Day>31</Day></From></End></DatePeriod></FeatureVersion></Feature>
   <Feature FeatureTypeID="10"><FeatureVersion><VersionLocation LocationID="500"/></FeatureVersion></Feature>
   <Feature FeatureTypeID="224"><FeatureVersion><VersionDetail DetailReferenceID="91526"/></FeatureVersion></Feature>
  </Profile></DistinctParty>
  <DistinctParty FixedRef="78"><Profile ID="78" PartySubTypeID="3"><Identity ID="10"><Alias Primary="true">
   <DocumentedName><DocumentedNamePart><NamePartValue>Some Firm</NamePartValue></DocumentedNamePart></DocumentedName>
  </Alias></Identity></Profile></DistinctParty>
  <DistinctParty FixedRef="79"><Profile ID="79" PartySubTypeID="4"/></DistinctParty>
 </DistinctParties></Sanctions>
"""

NOTICES = json.dumps(
    [
        {
            "forename": "Rashid",
            "name": "Duriyan",
            "date_of_birth": "1974/08/12",
            "entity_id": "2026/1",
            "nationalities": ["IQ"],
            "sex_id": "M",
        },
        {"forename": None, "name": "", "entity_id": "2026/2", "nationalities": None},
    ]
)

EU = """Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_SubjectType;NameAlias_WholeName;NameAlias_Gender;\
NameAlias_Strong;BirthDate_BirthDate;BirthDate_Year;BirthDate_Circa;Citizenship_CountryIso2Code;Identification_Number;\
Identification_TypeDescription;Identification_CountryIso2Code
13;EU.1.1;P;Rashid Duriyan;M;true;;;;;;;
13;EU.1.1;P;Abu Zaytun;M;false;;;;;;;
13;EU.1.1;P;;;;1974-08-12;1974;false;;;;
13;EU.1.1;P;;;;;1976;true;;;;
13;EU.1.1;P;;;;;;;IQ;A0123456;Passport;IQ
14;EU.2.2;E;Some Firm;;;;;;;;;
15;EU.3.3;P;;;;;;;IQ;;;
""".replace("\\\n", "")


DELTA = "\n".join(
    json.dumps(line)
    for line in [
        {"op": "ADD", "entity": {"id": "p1", "schema": "Person", "properties": {"name": ["Rashid Duriyan"]}}},
        {"op": "DEL", "entity": {"id": "p2"}},
    ]
)


def read(format: str, path: Path) -> tuple[list[Entry], list[Skipped]]:
    found = list(open_list(format, path))
    return [one for one in found if isinstance(one, Entry)], [one for one in found if isinstance(one, Skipped)]


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding, newline="")
    return path


def sample(folder: Path, format: str) -> Path:
    """A good file of each format."""
    if format == "csv_mapping":
        write(folder, "list.toml", MAPPING)
        return write(folder, "list.csv", CSV)
    texts = {
        "un_xml": UN,
        "ftm": FTM,
        "ftm_delta": DELTA,
        "targets_simple": SIMPLE,
        "ofac_csv": SDN,
        "ofac_advanced": ADVANCED,
        "interpol_json": NOTICES,
        "eu_csv": EU,
    }
    if format == "ofac_csv":
        write(folder, "alt.csv", '40,1,"aka","DURIAN, R.",-0- \r\n')
    return write(folder, "sdn.csv" if format == "ofac_csv" else f"list.{format}", texts[format])


def test_un_individuals_become_entries(tmp_path: Path) -> None:
    (entry,), skipped = read("un_xml", sample(tmp_path, "un_xml"))
    assert (entry.id, entry.reference, entry.sex, entry.nationalities) == ("un-101", "XXi.001", "M", ("IRQ",))
    assert [(name.text, name.kind) for name in entry.names] == [
        ("RASHID KAMAL DURIYAN", NameKind.PRIMARY),
        ("رشيد كمال الدريان", NameKind.PRIMARY),
        ("Rasheed Duryan", NameKind.ALIAS),
        ("R. Durian", NameKind.ALIAS),
        ("Abu Zaytun", NameKind.WEAK_ALIAS),
    ]
    assert entry.dates_of_birth == ("1974-08-12", "1976~", "1970/1973")
    assert entry.documents == (EntryDocument("A0123456", "Passport", "IRQ"),)
    assert [one.reference for one in skipped] == ["XXi.002", "ENTITY"]


def test_ftm_persons_become_entries_with_their_documents(tmp_path: Path) -> None:
    (entry,), skipped = read("ftm", sample(tmp_path, "ftm"))
    assert [name.kind for name in entry.names] == [NameKind.PRIMARY, NameKind.ALIAS, NameKind.WEAK_ALIAS]
    assert (entry.id, entry.list, entry.sex) == ("p1", "made_up", "M")
    assert entry.nationalities == ("IRQ", "D")
    assert entry.mother_names == ("Samira",)
    assert entry.documents == (EntryDocument("B7", "passport"), EntryDocument("A0123456", "passport", "IRQ"))
    assert [one.reference for one in skipped] == ["p2", "Company", "Person"]


def test_a_mapped_csv_becomes_entries_and_a_list_of_what_is_left_out(tmp_path: Path) -> None:
    entries, skipped = read("csv_mapping", sample(tmp_path, "csv_mapping"))
    assert [entry.id for entry in entries] == ["1", "6"]
    first = entries[0]
    assert [name.text for name in first.names] == ["Rashid Kamal Duriyan", "R. Durian", "Abu Zaytun"]
    assert (first.dates_of_birth, first.nationalities) == (("1974-08-12",), ("IRQ", "D"))
    assert (first.mother_names, first.instruction) == (("Samira Hassan",), "Refer")
    assert [one.reference for one in skipped] == ["2", "3", "line 5", "line 6"]
    assert all(one.reason for one in skipped)


@pytest.mark.parametrize(
    ("format", "number", "skipped"),
    [
        ("targets_simple", "q1", ["q3", "Company"]),
        ("ofac_csv", "ofac-40", ["41", "entity"]),
        ("interpol_json", "interpol-2026/1", ["2026/2"]),
        ("eu_csv", "eu-13", ["15", "Entity"]),
        ("ofac_advanced", "ofac-77", ["79", "DistinctParty"]),
    ],
)
def test_the_other_formats_say_the_same_of_one_person(
    tmp_path: Path, format: str, number: str, skipped: list[str]
) -> None:
    (entry,), left_out = read(format, sample(tmp_path, format))
    assert entry.id == number
    assert entry.dates_of_birth[0] == "1974-08-12"
    assert entry.nationalities[0] == "IRQ"
    assert set(fold(entry.names[0].text)) >= {"RASHID", "DURIYAN"}
    assert [one.reference for one in left_out] == skipped


def test_ofac_remarks_are_read(tmp_path: Path) -> None:
    (entry,), _ = read("ofac_csv", sample(tmp_path, "ofac_csv"))
    assert [(name.text, name.kind) for name in entry.names] == [
        ("DURIYAN, Rashid Kamal", NameKind.PRIMARY),
        ("DURIAN, R.", NameKind.ALIAS),
        ("ABU ZAYTUN", NameKind.WEAK_ALIAS),
    ]
    assert entry.dates_of_birth == ("1974-08-12", "1976~")
    assert (entry.nationalities, entry.sex) == (("IRQ", "D"), "M")
    assert entry.documents == (
        EntryDocument("RL 1025526", "Passport", "IRQ"),
        EntryDocument("77-1", "National ID", "D"),
    )


def test_the_advanced_form_is_read_through_its_reference_values(tmp_path: Path) -> None:
    (entry,), _ = read("ofac_advanced", sample(tmp_path, "ofac_advanced"))
    assert [(name.text, name.kind) for name in entry.names] == [
        ("Duriyan, Rashid", NameKind.PRIMARY),
        ("Abu Zaytun", NameKind.WEAK_ALIAS),
    ]
    assert (entry.dates_of_birth, entry.sex) == (("1974-08-12", "1976"), "M")
    assert entry.documents == (EntryDocument("A0123456", "Passport", "IRQ"),)


def test_eu_rows_of_one_person_are_one_entry(tmp_path: Path) -> None:
    (entry,), _ = read("eu_csv", sample(tmp_path, "eu_csv"))
    assert [name.kind for name in entry.names] == [NameKind.PRIMARY, NameKind.WEAK_ALIAS]
    assert entry.dates_of_birth == ("1974-08-12", "1976~")
    assert entry.documents == (EntryDocument("A0123456", "Passport", "IRQ"),)


def delta(folder: Path, *lines: dict[str, object]) -> Path:
    return write(folder, "entities.delta.json", "\n".join(map(json.dumps, lines)))


def test_a_delta_adds_modifies_and_removes(tmp_path: Path) -> None:
    def person(id: str, name: str) -> dict[str, object]:
        return {"id": id, "schema": "Person", "properties": {"name": [name]}}

    before = [found for found in (ftm.entry_of(person(id, id * 3)) for id in "ab") if isinstance(found, Entry)]
    changes = ftm_delta.read(
        delta(
            tmp_path,
            {"op": "MOD", "entity": person("a", "New Name")},
            {"op": "DEL", "entity": {"id": "b"}},
            {"op": "ADD", "entity": person("c", "Third Person")},
            {"op": "ADD", "entity": {"id": "d", "schema": "Company", "properties": {}}},
        )
    )
    after = ftm_delta.apply(before, changes)
    assert [(entry.id, entry.names[0].text) for entry in after] == [("a", "New Name"), ("c", "Third Person")]


def test_a_delta_may_be_empty_and_must_be_a_delta(tmp_path: Path) -> None:
    assert list(ftm_delta.read(write(tmp_path, "empty", ""))) == []
    with pytest.raises(ListFileError):
        list(ftm_delta.read(delta(tmp_path, {"op": "SWAP", "entity": {}})))
    with pytest.raises(ListFileError):
        list(ftm_delta.read(delta(tmp_path, {"op": "ADD"})))


def test_a_csv_of_lost_documents_needs_no_names(tmp_path: Path) -> None:
    mapping = {"list": "Lost", "kind": "document", "columns": {"id": "Nr", "document_number": "Number"}}
    write(tmp_path, "lost.json", json.dumps(mapping))
    entries, _ = read("csv_mapping", write(tmp_path, "lost.csv", "Nr,Number\n1,P7654321\n"))
    assert (entries[0].kind, entries[0].documents) == ("document", (EntryDocument("P7654321"),))


@pytest.mark.parametrize(
    "mapping",
    [
        "",
        "list = 1",
        "[columns]\nid='Nr'",
        "list='l'\n[columns]\nid='Nr'\nname='N'\nshoe='S'",
        "list='l'\nx=1\n[columns]",
    ],
)
def test_a_mapping_that_says_too_little_is_refused(tmp_path: Path, mapping: str) -> None:
    write(tmp_path, "list.toml", mapping)
    with pytest.raises(ListFileError):
        read("csv_mapping", write(tmp_path, "list.csv", CSV))


@pytest.mark.parametrize("format", FORMATS)
def test_a_web_page_is_no_list(tmp_path: Path, format: str) -> None:
    path = sample(tmp_path, format)
    path.write_text("<!DOCTYPE html><html><body>Service unavailable</body></html>", encoding="utf-8")
    with pytest.raises(ListFileError):
        read(format, path)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("content", [b"", b"\0" * 50, b"\xff\xfe\x00bad", b'{"a": 1}\n', b"a,b,c\n1,2,3\n", b"<x/>"])
def test_another_schema_is_refused(tmp_path: Path, format: str, content: bytes) -> None:
    if format == "ftm_delta" and not content:
        pytest.skip("an empty delta is a delta")
    path = sample(tmp_path, format)
    path.write_bytes(content)
    with pytest.raises(ListFileError) as caught:
        read(format, path)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("format", FORMATS)
def test_another_encoding_is_refused(tmp_path: Path, format: str) -> None:
    path = sample(tmp_path, format)
    text = path.read_text(encoding="utf-8").replace("Duriyan", "Düriyan").replace("DURIYAN", "DÜRIYAN")
    text = text.replace("رشيد كمال الدريان", "").replace('"Rashid D\\u00fc', '"Rashid Dü')
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ListFileError):
        read(format, path)


def test_a_missing_file_is_said_to_be_so(tmp_path: Path) -> None:
    for format in ("un_xml", "ftm"):
        with pytest.raises(ListFileError):
            read(format, tmp_path / "nowhere")


def test_a_billion_laughs_are_not_laughed(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><CONSOLIDATED_LIST>&l9;</CONSOLIDATED_LIST>'
    )
    with pytest.raises(ListFileError, match="document type"):
        read("un_xml", write(tmp_path, "bomb.xml", bomb))


def packed() -> dict[str, bytes]:
    """Sixteen megabytes in a few kilobytes, as archives and workbooks hold them; nothing here is unpacked."""
    nothing, zipped = bytes(16_000_000), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", nothing)
    return {"gzip": gzip.compress(nothing, 1), "a workbook": zipped.getvalue(), "bzip2": bz2.compress(nothing, 1)}


def test_what_is_packed_is_refused_unread(tmp_path: Path) -> None:
    bombs = packed()
    for format in FORMATS:
        path = sample(tmp_path, format)
        for what, bomb in bombs.items():
            path.write_bytes(bomb)
            tracemalloc.start()
            with pytest.raises(ListFileError):
                read(format, path)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert most < 8 * 1024**2, (format, what)


@pytest.mark.parametrize("format", ["ftm", "ftm_delta", "csv_mapping", "un_xml", "interpol_json"])
def test_a_field_without_an_end_is_not_held_in_memory(tmp_path: Path, format: str) -> None:
    path = sample(tmp_path, format)
    with path.open("wb") as file:
        file.write(b"<CONSOLIDATED_LIST><A>" if format == "un_xml" else b'{"id": "')
        for _ in range(40):
            file.write(b"a" * 1024**2)
    tracemalloc.start()
    with pytest.raises(ListFileError, match="longer than"):
        read(format, path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 36 * 1024**2


def test_a_chain_of_deltas_comes_to_the_list_that_a_full_file_would_be(tmp_path: Path) -> None:
    def person(op: str, id: str, *names: str) -> dict[str, object]:
        return {"op": op, "entity": {"id": id, "schema": "Person", "properties": {"name": names}}}

    chain = [
        [],
        [
            person("ADD", "a", "Rashid Duriyan"),
            person("ADD", "b", "Shirin Qaradaxi"),
            person("ADD", "c", "Viktor Lunev"),
        ],
        [person("MOD", "b", "Shirin Qaradaxi", "Shireen Karadaghi"), person("DEL", "c")],
        [person("DEL", "c"), person("ADD", "c", "Viktor Petrov")],
    ]
    entries: tuple[Entry, ...] = ()
    for lines in chain:
        entries = ftm_delta.apply(entries, ftm_delta.read(delta(tmp_path, *lines)))
    names = [[name.text for name in entry.names] for entry in entries]
    assert names == [["Rashid Duriyan"], ["Shirin Qaradaxi", "Shireen Karadaghi"], ["Viktor Petrov"]]


def test_an_outside_entity_is_not_fetched(tmp_path: Path) -> None:
    secret = write(tmp_path, "secret", "secret")
    text = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><CONSOLIDATED_LIST>&e;</CONSOLIDATED_LIST>'
    with pytest.raises(ListFileError):
        read("un_xml", write(tmp_path, "outside.xml", text))


@pytest.mark.parametrize("format", ["un_xml", "ftm", "ftm_delta", "interpol_json", "ofac_advanced"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_cut_in_the_middle_of_a_record_is_refused(tmp_path: Path, format: str, data: st.DataObject) -> None:
    path = sample(tmp_path, format)
    whole = path.read_bytes()
    kept = whole[: data.draw(st.integers(1, len(whole.rstrip()) - 1))]
    path.write_bytes(kept)
    at_line_end = format.startswith("ftm") and (kept.endswith(b"\n") or whole[len(kept) : len(kept) + 1] == b"\n")
    if at_line_end:
        read(format, path)
    else:
        with pytest.raises(ListFileError):
            read(format, path)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(min_size=1, max_size=30), place=st.floats(0, 1))
def test_noise_is_either_read_or_refused(tmp_path: Path, format: str, noise: bytes, place: float) -> None:
    path = sample(tmp_path, format)
    whole = path.read_bytes()
    at = int(place * len(whole))
    path.write_bytes(whole[:at] + noise + whole[at:])
    try:
        entries, _ = read(format, path)
    except ListFileError as error:
        assert str(error)
    else:
        assert all(entry.id for entry in entries)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("01 Nov 1940", "1940-11-01"),
        ("Nov 1940", "1940-11"),
        ("1940", "1940"),
        ("1971/03/09", "1971-03-09"),
        ("1971-00-00", "1971"),
        ("circa 1955", "1955~"),
        ("circa 01 Jan 1955", "1955~"),
        ("1960 to 1965", "1960/1965"),
        ("Between 1960 and 1965", "1960/1965"),
        ("1974-08-12T00:00:00", "1974-08-12"),
        ("unknown", None),
        ("31/12/99", None),
        ("40 Foo 1940", None),
        ("", None),
    ],
)
def test_dates_as_lists_write_them(text: str, date: str | None) -> None:
    assert date_of(text) == date


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("iq", "IRQ"),
        ("Iraq", "IRQ"),
        ("DEU", "D"),
        ("de", "D"),
        ("Türkiye", "TUR"),
        ("Cote d'Ivoire", "CIV"),
        ("na?", None),
    ],
)
def test_states_as_lists_write_them(text: str, code: str | None) -> None:
    assert state_code(text) == code
