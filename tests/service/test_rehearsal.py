"""What an entry would do before it is in force."""

from __future__ import annotations

from service.rehearsal import Trial, as_traveller, is_native, rehearse, travellers
from watchlist.index import Index
from watchlist.records import Entry, EntryDocument, EntryName, Kind, Strength

KNOWN = Index.build(()).known
SARMAD = Entry(
    "case-7",
    "national",
    (EntryName("Sarmad Jawhar al-Tarifi"), EntryName("سرمد جوهر الطريفي")),
    ("1979-03-14",),
    ("IRQ",),
    "M",
    (EntryDocument("A19927730", "passport", "IRQ"),),
    ("Nadira Salman",),
)


def test_each_kind_of_traveller_meets_what_the_guide_says() -> None:
    tried = {one.trial: one.hit for one in rehearse(SARMAD, KNOWN).tried}
    kinds = {trial: hit and (hit.kind, hit.strength) for trial, hit in tried.items()}
    full = Kind.STRONG, Strength.STRONG
    assert kinds == {
        Trial.AS_LISTED: full,
        Trial.NATIVE_NAME: full,
        Trial.SHORTENED: full,
        Trial.YEAR_OFF: full,
        Trial.NAME_ONLY: (Kind.WEAK, Strength.WEAK),
        Trial.OTHER_BIRTH: None,
        Trial.DOCUMENT: (Kind.DOCUMENT, Strength.STRONG),
    }


def test_a_name_is_shown_as_it_is_compared() -> None:
    latin, native = rehearse(SARMAD, KNOWN).names
    assert latin.words == ("SARMAD", "JAWHAR", "TARIFI")
    assert latin.skeletons == native.skeletons
    assert is_native(native.text) and not is_native("José Ñandú")


def test_what_lacks_is_said_and_nothing_is_tried_that_the_entry_does_not_know() -> None:
    bare = rehearse(Entry("7", "national", (EntryName("Hiwa Zangana"),)), KNOWN)
    assert bare.lacking and "a name alone" in bare.lacking
    assert [one.trial for one in bare.tried] == [Trial.AS_LISTED, Trial.NAME_ONLY]
    listed = Entry("d", "national", documents=(EntryDocument("A1234567", None, "IRQ"),), kind="document")
    assert [one.trial for one in rehearse(listed, KNOWN).tried] == [Trial.DOCUMENT]


def test_a_traveller_has_a_whole_date_whatever_the_entry_knows() -> None:
    for known, shown in {
        "1974": "1974-05-17",
        "1974-08": "1974-08-17",
        "1970/1975": "1970-05-17",
        "XXXX-08-12": None,
    }.items():
        traveller = as_traveller(Entry("7", "l", (EntryName("Hiwa Zangana"),), (known,)))
        assert traveller.date_of_birth == shown
    leap = Entry("7", "l", (EntryName("Hiwa Zangana"),), ("1980-02-29",))
    moved = {trial: subject.date_of_birth for trial, subject in travellers(leap)}
    assert (moved[Trial.YEAR_OFF], moved[Trial.OTHER_BIRTH]) == ("1981-02-01", "1989-07-12")
