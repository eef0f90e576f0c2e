"""A traveller against an entry: what is found, how it is explained, and what may never happen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchlist.matching import Background, Entry, Hit, Kind, Outcome, Strength, Subject, compare, is_told, prior

HIMSELF = Subject(
    primary_identifier="AL DURIYAN",
    secondary_identifier="RASHID KAMAL",
    date_of_birth="1974-08-12",
    nationality="IRQ",
    sex="M",
)


def rarity(token: str) -> tuple[float, float]:
    return (1.3, 1.6) if token in ("RASHID", "KAMAL", "rshid", "kmal") else (4.2, 4.9)


KNOWN = Background(rarity, lambda state: 2.0, prior(10_000))


def hit(subject: Subject, entry: Entry) -> Hit:
    return compare(subject, entry, KNOWN)


def test_the_listed_person_is_a_strong_hit_explained_field_by_field(rashid: Entry) -> None:
    found = hit(HIMSELF, rashid)
    assert (found.kind, found.strength) == (Kind.STRONG, Strength.STRONG)
    assert found.score > 0.8
    assert found.instruction == "Refer to second line."
    assert [(item.field, item.outcome, item.message) for item in found.explanation] == [
        ("name", Outcome.EQUAL, "name.equal"),
        ("date_of_birth", Outcome.EQUAL, "dob.equal"),
        ("nationality", Outcome.EQUAL, "nationality.equal"),
        ("sex", Outcome.EQUAL, "sex.equal"),
    ]
    assert found.explanation[0].params["agreed"] == "RASHID, KAMAL, DURIYAN"


def test_native_script_finds_native_script(rashid: Entry) -> None:
    found = hit(Subject(native_name="رشيد كمال الدريان", date_of_birth="1974"), rashid)
    assert found.strength is Strength.STRONG
    assert found.explanation[0].entry_value == "رشيد كمال الدريان"


def test_a_name_alone_is_weak_and_says_what_would_settle_it(rashid: Entry) -> None:
    found = hit(Subject(name="Rashid Kamal Duriyan"), rashid)
    assert (found.kind, found.strength) == (Kind.WEAK, Strength.WEAK)
    assert {item.message for item in found.explanation} >= {"dob.subject-lacks", "nationality.missing"}


def test_a_contradicting_date_of_birth_clears_a_namesake(rashid: Entry) -> None:
    found = hit(replace(HIMSELF, date_of_birth="1992-03-30"), rashid)
    assert found.strength is Strength.WEAK
    assert found.score < 0.15


def test_only_a_full_and_rare_namesake_is_told_with_what_clears_him(rashid: Entry) -> None:
    namesake = replace(HIMSELF, date_of_birth="1992-03-30")
    rare = compare(namesake, rashid, replace(KNOWN, tokens=lambda token: (5.2, 5.2)))
    assert is_told(rare)
    assert rare.strength is Strength.WEAK
    assert "dob.contradicting" in [item.message for item in rare.explanation]
    assert not is_told(hit(namesake, rashid))


def test_the_mothers_name_clears_a_namesake(rashid: Entry) -> None:
    asked = Subject(name="Rashid Kamal Duriyan", date_of_birth="1974")
    agreeing = hit(replace(asked, mother_name="Samira Hasan"), rashid)
    differing = hit(replace(asked, mother_name="Layla Omar"), rashid)
    assert agreeing.score > hit(asked, rashid).score > differing.score
    assert "mother-name.differs" in [item.message for item in differing.explanation]


def test_a_listed_document_is_a_strong_hit_whatever_the_name(rashid: Entry) -> None:
    found = hit(Subject(name="Someone Else", document_number="A 0123456", issuing_state="IRQ"), rashid)
    assert (found.kind, found.strength) == (Kind.DOCUMENT, Strength.STRONG)
    assert found.score >= 0.99


def test_a_document_misread_is_a_weaker_kind(rashid: Entry) -> None:
    found = hit(Subject(name="Someone Else", document_number="AO123456", issuing_state="IRQ"), rashid)
    assert found.strength is Strength.WEAK
    assert "document.alike" in [item.message for item in found.explanation]


def test_the_same_number_of_another_state_is_another_document(rashid: Entry) -> None:
    found = hit(replace(HIMSELF, document_number="A0123456", issuing_state="TUR"), rashid)
    assert found.kind is not Kind.DOCUMENT


def test_a_truncated_name_is_compared_by_its_prefix(rashid: Entry) -> None:
    cut = Subject("AL DURIYAN", "RASHID KAM", date_of_birth="1974-08-12", name_truncated=True)
    whole = replace(cut, name_truncated=False)
    assert hit(cut, rashid).score > hit(whole, rashid).score


SLIPS = ["1974-08-12", "1974-12-08", "1974-08-13", "1975-08-12", "1974", "1974-08", None, "1974-01-01", "1999-01-30"]
SUBJECTS = st.builds(
    Subject,
    name=st.sampled_from(["Rashid Kamal Duriyan", "Rashid Duriyan", "Kamal Rasheed", "Omar Duriyan", "رشيد الدريان"]),
    date_of_birth=st.sampled_from(SLIPS),
    nationality=st.sampled_from(["IRQ", "TUR", None]),
    sex=st.sampled_from(["M", "F", None]),
    mother_name=st.sampled_from([None, "Samira Hassan", "Huda Ali"]),
    father_name=st.sampled_from([None, "Kamal", "Omar"]),
)


@given(SUBJECTS, st.sampled_from([("nationality", "IRQ"), ("sex", "M"), ("father_name", "Kamal")]))
def test_agreeing_evidence_never_lowers_a_score(rashid: Entry, subject: Subject, agreeing: tuple[str, str]) -> None:
    field, value = agreeing
    without, agreed = replace(subject, **{field: None}), replace(subject, **{field: value})
    assert hit(agreed, rashid).score >= hit(without, rashid).score


@given(SUBJECTS, st.sampled_from([("nationality", "TUR"), ("sex", "F"), ("mother_name", "Huda Ali")]))
def test_contradicting_evidence_never_raises_a_score(
    rashid: Entry, subject: Subject, contradicting: tuple[str, str]
) -> None:
    field, value = contradicting
    without, contradicted = replace(subject, **{field: None}), replace(subject, **{field: value})
    assert hit(contradicted, rashid).score <= hit(without, rashid).score


@given(SUBJECTS)
def test_a_clear_contradiction_in_birth_never_gives_more_than_a_weak_hit(rashid: Entry, subject: Subject) -> None:
    found = hit(replace(subject, date_of_birth="1999-01-30"), rashid)
    assert found.strength is Strength.WEAK
    assert found.score <= hit(replace(subject, date_of_birth=None), rashid).score


@given(SUBJECTS, st.permutations(["Rashid", "Kamal", "Duriyan"]))
def test_the_order_of_names_changes_little(rashid: Entry, subject: Subject, words: list[str]) -> None:
    straight = hit(replace(subject, name="Rashid Kamal Duriyan"), rashid)
    turned = hit(replace(subject, name=" ".join(words)), rashid)
    assert turned.score == pytest.approx(straight.score)


@given(SUBJECTS, st.sampled_from(["al-{}", "Dr. {}", "bin {}", "Sheikh {}"]))
def test_particles_and_titles_change_nothing(rashid: Entry, subject: Subject, pattern: str) -> None:
    plain, dressed = (replace(subject, name=name) for name in ("Duriyan Rashid", pattern.format("Duriyan Rashid")))
    assert hit(dressed, rashid).score == pytest.approx(hit(plain, rashid).score)


@given(SUBJECTS)
def test_scores_are_between_nothing_and_one_and_sum_the_evidence(rashid: Entry, subject: Subject) -> None:
    found = hit(subject, rashid)
    assert 0 <= found.score <= 1
    assert all(item.message for item in found.explanation)


def test_a_longer_list_asks_for_more() -> None:
    assert prior(1_000_000) > prior(100_000) > prior(1_000) == prior(0)


def cut_to(letters: int) -> Subject:
    return Subject("AL DURIYAN", "RASHID KAMAL"[:letters].strip(), date_of_birth="1974-08-12", name_truncated=True)


@given(st.integers(1, 12), st.integers(1, 12))
def test_the_more_is_left_of_a_truncated_name_the_more_it_says(rashid: Entry, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert hit(cut_to(more), rashid).score >= hit(cut_to(less), rashid).score


@given(SUBJECTS, st.permutations([0, 1, 2]))
def test_the_order_of_an_entrys_names_changes_no_score(rashid: Entry, subject: Subject, order: list[int]) -> None:
    turned = replace(rashid, names=tuple(rashid.names[at] for at in order))
    assert hit(subject, turned).score == pytest.approx(hit(subject, rashid).score)


@given(SUBJECTS)
def test_the_closer_a_date_of_birth_the_higher_the_score(rashid: Entry, subject: Subject) -> None:
    dates = ["1999-01-30", "1974-02-25", None, "1975", "1974", "1975-08-12", "1974-12-08", "1974-08-12"]
    scores = [hit(replace(subject, date_of_birth=date), rashid).score for date in dates]
    assert scores == sorted(scores)


GOLDEN = [
    (
        Subject(name="Kamal Rasheed Al Duryan", date_of_birth="1974-12-08", nationality="TUR", sex="M"),
        [
            ("name", "name.alike", "KAMAL, RASHEED ~ RASHID, DURYAN ~ DURIYAN", 7.1),
            ("date_of_birth", "dob.swapped", "1974-08-12", 5.5),
            ("nationality", "nationality.different", "IRQ", -2.5),
            ("sex", "sex.equal", "M", 0.3),
        ],
    ),
    (
        Subject(name="Rashid Duriyan", date_of_birth="1974", mother_name="Huda Ali", document_number="AO123456"),
        [
            ("name", "name.partial", "RASHID, DURIYAN", 5.5),
            ("date_of_birth", "dob.year-only", "1974-08-12", 3.6),
            ("nationality", "nationality.missing", "IRQ", 0.0),
            ("sex", "sex.missing", "M", 0.0),
            ("document", "document.alike", "A0123456", 6.0),
            ("mother_name", "mother-name.differs", "Samira Hassan", -3.5),
        ],
    ),
    (
        Subject(native_name="رشيد كمال الدريان"),
        [
            ("name", "name.equal", "rshid, kmal, drian", 7.7),
            ("date_of_birth", "dob.subject-lacks", "1974-08-12", 0.0),
            ("nationality", "nationality.missing", "IRQ", 0.0),
            ("sex", "sex.missing", "M", 0.0),
        ],
    ),
]


@pytest.mark.parametrize(("subject", "explained"), GOLDEN)
def test_an_explanation_says_what_was_compared_and_what_it_weighed(
    rashid: Entry, subject: Subject, explained: list[tuple[str, str, str, float]]
) -> None:
    said = [
        (item.field, item.message, item.params.get("agreed", item.entry_value), round(item.weight, 1))
        for item in hit(subject, rashid).explanation
    ]
    assert said == explained
