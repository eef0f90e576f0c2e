"""When a clearance holds, and for whom: the namesake goes on, the listed person does not slip through on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_up import DOCUMENT, NOON, crossing
from service.clearing import (
    Clearance,
    Ending,
    EndingCause,
    Standing,
    changes,
    identifiers,
    lives_on,
    standing,
)
from service.domain import Crossing, PartialDate, Severity, TravelDocument, Traveller, Verdict, verdict
from service.watch import watch_findings
from service.wording import LANGUAGES, word
from watchlist.records import Entry, EntryDocument, EntryName, Hit, Kind, Strength

NAMESAKE = Traveller("HUSSEIN", "MOHAMMED ALI", "IRQ", PartialDate(1996, 2, 17), "M", mother_name="RAJAA SALIM")
PASSPORT = TravelDocument("P", "IRQ", "A55190233", PartialDate(2031, 8, 31))
RENEWED = TravelDocument("P", "IRQ", "B77120981", PartialDate(2036, 1, 31))
ENTRY = Entry(
    "7",
    "national",
    (EntryName("Mohammed Ali Hussein"),),
    ("1996-02-17",),
    ("IRQ",),
    "M",
    mother_names=("Sabiha Kadhim",),
)
STRONG = Hit("7", "national", Kind.STRONG, 0.9, Strength.STRONG, ())
WEAK = replace(STRONG, kind=Kind.WEAK, strength=Strength.WEAK)
LISTED_DOCUMENT = replace(STRONG, kind=Kind.DOCUMENT)
NUMBER = "00000-00000-0"


def cleared(**changed: Any) -> Clearance:
    return replace(
        Clearance(
            id=UUID(int=5),
            list="national",
            entry_id="7",
            traveller=NAMESAKE,
            document_key=PASSPORT.key,
            identifiers=identifiers(ENTRY),
            reason_code="other_parents",
            cleared_by="second-line",
            cleared_at=NOON - timedelta(days=30),
            expires_at=NOON + timedelta(days=300),
        ),
        **changed,
    )


def comes(traveller: Traveller = NAMESAKE, document: TravelDocument = PASSPORT, **more: Any) -> Crossing:
    return crossing(traveller=traveller, document=document, **more)


def test_the_namesake_with_the_same_passport_goes_on() -> None:
    assert standing(cleared(), comes(), STRONG) is Standing.HONOURED


def test_a_new_passport_needs_the_number_or_a_parents_name() -> None:
    nameless = replace(NAMESAKE, mother_name=None)
    assert standing(cleared(), comes(document=RENEWED), STRONG) is Standing.HONOURED
    rare = replace(nameless, primary_identifier="QARADAGHIYAN", secondary_identifier="SHWANI BAKHTYAR")
    assert standing(cleared(traveller=rare), comes(rare, RENEWED), STRONG) is Standing.UNSURE
    numbered = comes(rare, RENEWED, redress_number=NUMBER)
    assert standing(cleared(traveller=rare, redress_number=NUMBER), numbered, STRONG) is Standing.HONOURED
    assert standing(cleared(traveller=rare), comes(rare, RENEWED), WEAK) is Standing.HONOURED


@pytest.mark.parametrize(
    "somebody",
    [
        replace(NAMESAKE, date_of_birth=PartialDate(1968, 11, 2)),
        replace(NAMESAKE, sex="F", date_of_birth=PartialDate(1990, 1, 5)),
        Traveller("KOHANDEL", "PARISA", "IRN", PartialDate(1991, 4, 19), "F"),
    ],
    ids=["other date of birth", "other sex and date of birth", "another person"],
)
def test_nobody_else_passes_on_it_even_with_the_document_and_the_number(somebody: Traveller) -> None:
    shown = comes(somebody, PASSPORT, redress_number=NUMBER)
    assert standing(cleared(redress_number=NUMBER), shown, STRONG) is None


def test_a_listed_document_is_cleared_for_its_holder_alone() -> None:
    assert standing(cleared(), comes(), LISTED_DOCUMENT) is Standing.HONOURED
    assert standing(cleared(), comes(document=RENEWED), LISTED_DOCUMENT) is Standing.UNSURE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires_at": NOON}, Standing.EXPIRED),
        ({"ending": Ending(EndingCause.LAPSED, NOON, "service", "changed", {"sex": {}})}, Standing.LAPSED),
        ({"ending": Ending(EndingCause.REVOKED, NOON, "somebody", "given in error")}, None),
    ],
    ids=["expired", "lapsed", "revoked"],
)
def test_what_ended_is_not_honoured(change: Mapping[str, Any], said: Standing | None) -> None:
    assert standing(cleared(**change), comes(), STRONG) is said


# --- what the officer is told


def told(*given: Clearance, hit: Hit = STRONG, **more: Any) -> dict[str, Severity]:
    found = watch_findings([hit], comes(**more), {("national", "7"): given})
    return {finding.rule if finding.rule != "W4" else finding.message: finding.severity for finding in found}


def test_a_clearance_stands_in_the_place_of_the_hit_and_refers_nobody() -> None:
    assert told(cleared()) == {"rule.W4.honoured": Severity.NOTICE}
    assert verdict(watch_findings([STRONG], comes(), {("national", "7"): [cleared()]})) is Verdict.CLEAR
    assert told() == {"W2": Severity.ALERT}


def test_one_that_holds_goes_before_one_that_lapsed() -> None:
    lapsed = cleared(ending=Ending(EndingCause.LAPSED, NOON, "service", "changed", {"sex": {}}))
    assert told(lapsed) == {"W2": Severity.ALERT, "rule.W4.lapsed": Severity.NOTICE}
    assert told(lapsed, cleared()) == {"rule.W4.honoured": Severity.NOTICE}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("found", Standing)
def test_each_says_why_in_each_language(language: str, found: Standing) -> None:
    ending = Ending(EndingCause.LAPSED, NOON, "service", "changed", {"date_of_birth": {"before": [], "after": []}})
    given = {
        Standing.HONOURED: cleared(),
        Standing.UNSURE: cleared(traveller=replace(NAMESAKE, mother_name=None), document_key="IRQ:X"),
        Standing.LAPSED: cleared(ending=ending),
        Standing.EXPIRED: cleared(expires_at=NOON),
    }[found]
    asked = comes(replace(NAMESAKE, mother_name=None, primary_identifier="QARADAGHIYAN"))
    given = replace(given, traveller=replace(given.traveller, primary_identifier="QARADAGHIYAN"))
    (finding,) = [f for f in watch_findings([STRONG], asked, {("national", "7"): [given]}) if f.rule == "W4"]
    text = word(finding.message, finding.params, language)
    assert finding.message == f"rule.W4.{found.value}"
    assert "{" not in text and "rule.W4" not in text and "2026-10-21" in text
    if found is Standing.LAPSED:
        assert word("x", {}, language) == "x"
        assert {"en": "date of birth", "ar": "تاريخ الميلاد", "ckb": "بەرواری لەدایکبوون"}[language] in text


# --- what makes an entry's person another one

_DATES = st.sampled_from(["1974-08-12", "1974", "1968-11-02", "1970/1975"])
_ENTRIES = st.builds(
    Entry,
    id=st.just("7"),
    list=st.just("national"),
    names=st.tuples(st.builds(EntryName, st.sampled_from(["Ali Karim", "Omar Salih Hadi"]))),
    dates_of_birth=st.lists(_DATES, max_size=3, unique=True).map(tuple),
    nationalities=st.lists(st.sampled_from(["IRQ", "D", "SYR"]), max_size=2, unique=True).map(tuple),
    sex=st.sampled_from([None, "M", "F"]),
    documents=st.lists(st.builds(EntryDocument, st.sampled_from(["A 1-2", "B3"])), max_size=2).map(tuple),
    mother_names=st.lists(st.sampled_from(["Samira", "Huda Ali"]), max_size=2).map(tuple),
)


@given(_ENTRIES, st.text(max_size=20))
def test_another_name_or_instruction_leaves_a_clearance_standing(entry: Entry, name: str) -> None:
    renamed = replace(entry, names=(EntryName(name),), instruction=name, reference=name, id=name or "x")
    assert changes(identifiers(entry), identifiers(renamed)) == {}


@given(_ENTRIES)
def test_order_repetition_and_spelling_of_identifiers_do_not_matter(entry: Entry) -> None:
    other = replace(
        entry,
        dates_of_birth=entry.dates_of_birth[::-1] * 2,
        nationalities=tuple("DEU" if state == "D" else state for state in reversed(entry.nationalities)),
        documents=tuple(EntryDocument(d.number.replace(" ", "").lower()) for d in reversed(entry.documents)),
        mother_names=tuple(name.upper() for name in reversed(entry.mother_names)),
    )
    assert changes(identifiers(entry), identifiers(other)) == {}


@given(_ENTRIES, _ENTRIES)
def test_every_other_difference_is_named_with_both_sides(before: Entry, after: Entry) -> None:
    found = changes(identifiers(before), identifiers(after))
    assert ("date_of_birth" in found) == (set(before.dates_of_birth) != set(after.dates_of_birth))
    assert all(sides["before"] != sides["after"] for sides in found.values())


def test_an_entry_lives_on_under_another_id_only_when_it_says_the_same_of_one_who_can_be_told() -> None:
    assert lives_on(ENTRY, replace(ENTRY, id="8", names=(*ENTRY.names, EntryName("Abu Ali"))))
    assert not lives_on(ENTRY, replace(ENTRY, id="8", names=(EntryName("Karim Salih"),)))
    assert not lives_on(ENTRY, replace(ENTRY, id="8", mother_names=("Huda",)))
    vague = replace(ENTRY, dates_of_birth=("1996",))
    assert not lives_on(vague, replace(vague, id="8"))


def test_documents_count_as_they_are_read() -> None:
    assert identifiers(replace(ENTRY, documents=(EntryDocument("a 12-3", "passport", "IRQ"),)))["document_number"] == [
        "IRQ:A123"
    ]
    assert DOCUMENT.key == "IRN:K52210487"
