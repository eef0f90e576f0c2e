"""One person under two documents, and strangers who look alike. Everybody here is invented."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import PartialDate, Traveller
from service.person import Identity, person_keys, same_birth, same_name, same_person

BASE = Traveller("AL TARAWNEH", "SUHAIB YOUSEF", "JOR", PartialDate(1980, 5, 17), "M")


def variant(**changes) -> Traveller:
    return replace(BASE, **changes)


SAME = {
    "joined article": variant(primary_identifier="ALTARAWNEH"),
    "other transliterator": variant(primary_identifier="EL TARAWNAH", secondary_identifier="SOHAYB YUSUF"),
    "father's name dropped": variant(secondary_identifier="SUHAIB"),
    "grandfather's name added": variant(secondary_identifier="SUHAIB YOUSEF AHMAD"),
    "another order": variant(primary_identifier="SUHAIB YOUSEF", secondary_identifier="AL TARAWNEH"),
    "another nationality": variant(nationality="SYR"),
    "sex not stated": variant(sex="X"),
}

NOT_SAME = {
    "a brother": variant(secondary_identifier="RASHED YOUSEF"),
    "another birthday": variant(date_of_birth=PartialDate(1980, 5, 18)),
    "another year": variant(date_of_birth=PartialDate(1981, 5, 17)),
    "year of birth only": variant(date_of_birth=PartialDate(1980)),
    "no date of birth": variant(date_of_birth=PartialDate(None)),
    "another sex": variant(sex="F"),
    "half a name": variant(primary_identifier="", secondary_identifier="SUHAIB"),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_one_person(other):
    assert same_person(BASE, other).identity is Identity.SAME
    assert set(person_keys(BASE)) & set(person_keys(other))


@pytest.mark.parametrize("other", NOT_SAME.values(), ids=NOT_SAME)
def test_no_rule_takes_these_for_one(other):
    assert same_person(BASE, other).identity is not Identity.SAME


def test_strangers():
    stranger = Traveller("LINDQVIST", "MAJA", "SWE", PartialDate(1993, 2, 3), "F")
    likeness = same_person(BASE, stranger)
    assert likeness.identity is Identity.DIFFERENT
    assert {"name", "date_of_birth", "sex"} <= set(likeness.differ)
    assert not set(person_keys(BASE)) & set(person_keys(stranger))


def test_a_birthday_shared_by_strangers_is_no_likeness():
    stranger = replace(BASE, primary_identifier="HADDADIN", secondary_identifier="RAMI")
    assert same_person(BASE, stranger).identity is Identity.DIFFERENT


def test_common_names_need_more_than_a_birthday():
    common = Traveller("ALI", "MOHAMMED HASSAN", "IRQ", PartialDate(1980, 1, 1), "M")
    assert same_person(common, replace(common)).identity is Identity.POSSIBLE
    known = replace(common, mother_name="NAHLA SHAKIR", father_name="HASSAN")
    assert same_person(known, replace(known)).identity is Identity.SAME
    other = replace(common, mother_name="WIDAD TALIB")
    assert same_person(known, other).identity is not Identity.SAME


@pytest.mark.parametrize("day", [(1, 1), (7, 1)])
def test_a_registrars_birthday_says_less(day):
    guessed = replace(BASE, date_of_birth=PartialDate(1980, *day))
    assert same_person(guessed, replace(guessed)).weight < same_person(BASE, replace(BASE)).weight


def test_native_names_help_where_both_have_one():
    native = variant(native_name="صهيب يوسف الطراونة")
    other = variant(primary_identifier="TRW", secondary_identifier="SZN", native_name="صهيب يوسف الطراونه")
    assert same_name(native, other)
    assert not same_name(replace(native, native_name=None), replace(other, native_name=None))


def test_a_name_that_the_zone_cut_off():
    cut = variant(secondary_identifier="SUHAIB YOU", name_truncated=True)
    assert same_name(BASE, cut)
    assert same_name(cut, BASE)
    assert same_name(variant(secondary_identifier="", name_truncated=True), variant(secondary_identifier=""))


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [
        ("1980-05-17", "1980-05-17", True),
        ("1980-05-17", "1980-XX-17", True),
        ("1980-05-17", "1980", True),
        ("1980-05-17", "1980-06", False),
        ("XXXX-05-17", "1980-05-17", False),
        ("1980-05-17", "XXXX-05-17", False),
    ],
)
def test_births_agree_in_all_that_both_know(a, b, agree):
    assert same_birth(PartialDate.parse(a), PartialDate.parse(b)) is agree


class TestKeys:
    def test_at_most_six_short_ones_that_show_no_name(self):
        keys = person_keys(BASE)
        assert 0 < len(keys) <= 6
        assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)

    def test_a_secret_makes_other_keys(self):
        assert not set(person_keys(BASE, b"post office")) & set(person_keys(BASE))

    def test_nationality_and_sex_make_none(self):
        assert person_keys(BASE) == person_keys(variant(nationality="SYR", sex="F"))

    def test_a_date_known_to_the_year_still_finds(self):
        assert set(person_keys(BASE)) & set(person_keys(variant(date_of_birth=PartialDate(1980))))
        assert set(person_keys(BASE)) & set(person_keys(variant(date_of_birth=PartialDate(1980, 1, 1))))

    def test_common_names_are_filed_in_pairs(self):
        one = Traveller("ALI", "MOHAMMED HASSAN", "IRQ", PartialDate(1980, 5, 17), "M")
        other = replace(one, primary_identifier="AHMED", secondary_identifier="MUHAMMAD KHALED")
        assert not set(person_keys(one)) & set(person_keys(other))
        assert set(person_keys(one)) & set(person_keys(replace(one, secondary_identifier="MUHAMMAD")))

    @pytest.mark.parametrize("birth", [PartialDate(1980, 5, 17), PartialDate(1980)])
    def test_one_name_or_none_still_gives_a_key(self, birth):
        for name in ("SUHARTONO", "LI", ""):
            assert person_keys(Traveller(name, "", "IDN", birth))

    def test_a_native_name_stands_in_for_a_missing_one(self):
        arabic = Traveller("", "", "JOR", PartialDate(1980, 5, 17), native_name="صهيب الطراونة")
        assert set(person_keys(arabic)) & set(person_keys(BASE))


LETTERS = st.text("ABDEFHIKLMNORSTUYZ", min_size=2, max_size=8)
NAMES = st.lists(LETTERS, min_size=1, max_size=4).map(" ".join)
BIRTHS = st.builds(PartialDate, st.integers(1930, 2020), st.integers(1, 12), st.integers(1, 28))
TRAVELLERS = st.builds(Traveller, NAMES, NAMES, st.sampled_from(["JOR", "SYR"]), BIRTHS, st.sampled_from("MFX"))


@given(TRAVELLERS, TRAVELLERS)
def test_likeness_does_not_hang_on_who_came_first(a, b):
    assert same_person(a, b) == same_person(b, a)


@given(TRAVELLERS)
def test_everybody_bears_his_own_name(traveller):
    assert same_name(traveller, traveller)
    assert same_person(traveller, traveller).identity is not Identity.DIFFERENT


@given(TRAVELLERS, st.integers(0, 7), st.sampled_from(["", "AL ", "BIN "]))
def test_the_same_person_shares_a_key(traveller, dropped, particle):
    """A name less, or a particle more: who is still the same is still found."""
    given = traveller.secondary_identifier.split()
    respelt = replace(
        traveller,
        primary_identifier=particle + traveller.primary_identifier,
        secondary_identifier=" ".join(given[:dropped] + given[dropped + 1 :]),
    )
    if same_person(traveller, respelt).identity is Identity.SAME:
        assert set(person_keys(traveller)) & set(person_keys(respelt))
