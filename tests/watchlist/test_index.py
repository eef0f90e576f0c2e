"""The snapshot: it finds, keeps its version, and survives being saved."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from watchlist.index import Index
from watchlist.matching import Entry, EntryName, Kind, Strength, Subject
from watchlist.packing import pack_entry, unpack_entry

FOUND = [
    (Subject("AL DURIYAN", "RASHID KAMAL", date_of_birth="1974-08-12", nationality="IRQ"), "t-1"),
    (Subject(name="Rasheed Kamaal Duryan", date_of_birth="1974-12-08"), "t-1"),
    (Subject(native_name="رشيد الدريان", date_of_birth="1974"), "t-1"),
    (Subject("QARADAXI", "SHIREEN AZAD", date_of_birth="1985-03-02", nationality="DEU"), "t-2"),
    (Subject(name="Viktor Lunev", date_of_birth="1962-05-05"), "t-3"),
    (Subject(name="Nobody Atall", document_number="P7654321", issuing_state="SYR"), "t-4"),
]


@pytest.mark.parametrize(("subject", "expected"), FOUND)
def test_the_listed_person_comes_first(index: Index, subject: Subject, expected: str) -> None:
    hits = index.screen(subject)
    assert hits
    assert hits[0].entry_id == expected


def test_hits_come_likeliest_first_and_within_the_limit(index: Index) -> None:
    hits = index.screen(Subject(name="Ali Barzinji", date_of_birth="1950"), limit=3)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert 0 < len(hits) <= 3


def test_a_stranger_has_no_strong_hit(index: Index) -> None:
    hits = index.screen(Subject(name="Ingrid Solveig Bergstrom", date_of_birth="1991-04-04"))
    assert all(hit.strength is Strength.WEAK for hit in hits)


def test_nothing_asked_finds_nothing(index: Index) -> None:
    assert index.screen(Subject()) == ()


def test_a_listed_document_is_found_whatever_the_name(index: Index) -> None:
    (hit,) = index.screen(Subject(document_number="P7654321", issuing_state="SYR"))
    assert (hit.kind, hit.instruction) == (Kind.DOCUMENT, "Seize the document.")


def test_the_version_names_the_content(everyone: tuple[Entry, ...]) -> None:
    built = Index.build(everyone)
    assert built.version == Index.build(everyone[::-1]).version
    changed = replace(everyone[0], instruction="Let pass.")
    assert built.version != Index.build((changed, *everyone[1:])).version
    assert Index.build(everyone, version="2026-11").version == "2026-11"


def test_an_empty_list_can_be_screened_against() -> None:
    empty = Index.build([])
    assert len(empty) == 0
    assert empty.screen(Subject(name="Ali Hassan", document_number="A1")) == ()


def test_a_pickled_or_saved_snapshot_gives_the_same_hits(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path)
    for copy in (pickle.loads(pickle.dumps(index)), Index.load(tmp_path)):
        assert copy.version == index.version
        assert len(copy) == len(index)
        for subject, _ in FOUND:
            assert copy.screen(subject) == index.screen(subject)


def test_an_entry_survives_packing(everyone: tuple[Entry, ...]) -> None:
    for entry in everyone:
        assert unpack_entry(pack_entry(entry)) == entry


def test_the_search_alone_ranks_the_listed_person_among_the_first(index: Index) -> None:
    assert "t-1" in index.candidates(Subject(name="Rachid Kemal Durian"), limit=5)


def test_a_word_common_in_the_list_weighs_little(index: Index) -> None:
    assert index.rarity("BARZINJI")[0] < index.rarity("DURIYAN")[0]


def test_an_entry_without_a_name_that_can_be_compared_does_no_harm() -> None:
    odd = Entry(id="x", list="l", names=(EntryName("—"), EntryName("李小龍")))
    assert len(Index.build([odd])) == 1
