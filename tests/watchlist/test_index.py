"""The snapshot: it finds, keeps its version, and survives being saved."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_changed_entry_takes_the_place_of_the_old_one(index: Index, rashid: Entry) -> None:
    asked = FOUND[0][0]
    renamed = replace(rashid, names=(EntryName("Sabri Nadhim"),))
    changed = index.changed([renamed])
    assert len(changed) == len(index)
    assert changed.version != index.version
    assert all(hit.entry_id != rashid.id for hit in changed.screen(asked))
    assert changed.screen(Subject(name="Sabri Nadhim"))[0].entry_id == rashid.id
    assert index.screen(asked)[0].entry_id == rashid.id, "the old snapshot stays as it was"


def test_a_removed_entry_is_found_neither_by_name_nor_by_document(index: Index) -> None:
    lesser = index.changed(removed=[("Test list", "t-1"), ("Lost documents", "t-4"), ("Another list", "t-2")])
    assert len(lesser) == len(index) - 2
    for subject, entry_id in FOUND:
        assert any(hit.entry_id == entry_id for hit in lesser.screen(subject)) == (entry_id in ("t-2", "t-3"))


@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 23), min_size=1)), max_size=5))
def test_changes_come_to_the_same_as_building_anew(
    everyone: tuple[Entry, ...], changes: list[tuple[bool, set[int]]]
) -> None:
    everyone = everyone[:24]
    standing, index = {entry.id: entry for entry in everyone}, Index.build(everyone)
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr("watchlist.index.SHORT", 0)
    for added, places in changes:
        entries = [replace(everyone[at], instruction=f"{len(places)}") for at in sorted(places)]
        if added:
            standing |= {entry.id: entry for entry in entries}
            index = index.changed(entries)
        else:
            standing = {id_: entry for id_, entry in standing.items() if id_ not in {one.id for one in entries}}
            index = index.changed(removed=[(one.list, one.id) for one in entries])
    monkeypatch.undo()
    anew, merged = Index.build(standing.values()), index.merged()
    assert (index.version, merged.version) == (anew.version, anew.version)
    assert {entry.id: entry for entry in index.entries()} == standing
    for subject, _ in FOUND:
        likely = [hit for hit in anew.screen(subject) if hit.score > 0.5]
        assert [hit for hit in merged.screen(subject) if hit.score > 0.5] == likely
        assert {hit.entry_id for hit in index.screen(subject)} >= {hit.entry_id for hit in likely}


def test_many_changes_make_a_snapshot_worth_merging(
    index: Index, rashid: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchlist.index.SHORT", 0)
    changed = index
    for at in range(8):
        changed = changed.changed([replace(rashid, reference=str(at))])
    assert changed.is_scattered
    assert not changed.merged().is_scattered


def test_an_entry_counts_from_its_first_day_to_its_last(rashid: Entry) -> None:
    index = Index.build([replace(rashid, valid_from="2026-03-01", valid_until="2026-03-31")])
    asked = FOUND[0][0]
    days = {"2026-02-28": 0, "2026-03-01": 1, "2026-03-31": 1, "2026-04-01": 0}
    for day, hits in days.items():
        assert len(index.screen(asked, at=datetime.fromisoformat(day).replace(tzinfo=UTC))) == hits
    assert len(index.screen(asked)) == 1


def test_a_build_says_how_far_it_is(everyone: tuple[Entry, ...]) -> None:
    heard: list[tuple[str, int]] = []
    Index.build((replace(everyone[0], id=str(at)) for at in range(5_000)), progress=lambda *said: heard.append(said))
    assert heard == [("reading", 5_000), ("sorting", 5_000)]


def test_a_snapshot_that_was_saved_can_be_changed(rashid: Entry, tmp_path: Path) -> None:
    Index.build([]).save(tmp_path)
    changed = Index.load(tmp_path).changed([rashid])
    assert changed.screen(FOUND[0][0])[0].entry_id == rashid.id
    assert changed.changed(removed=[(rashid.list, rashid.id)]).version == Index.build([]).version
