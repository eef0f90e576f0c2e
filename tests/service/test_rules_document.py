"""D: the document itself, and the same document or person before."""

from dataclasses import replace

import pytest

from service.domain import FailedCheckDigit, Outcome, PartialDate, TravelDocument, Traveller
from tests.cases import (
    ENTRY,
    EXIT,
    FOREIGNER,
    PASSPORT,
    case_of,
    crossing,
    found,
    only,
    policy_with,
    recorded,
)


def entry(**changes):
    return crossing("WEST", ENTRY, "2026-03-10", **changes)


class TestD1CheckDigits:
    NUMBER = FailedCheckDigit("document_number", "1", "7")
    BIRTH = FailedCheckDigit("date_of_birth", "2", "8")
    COMPOSITE = FailedCheckDigit("composite", "3", "9")

    def test_one_finding_a_field(self):
        findings = found("D1", case_of(entry(failed_check_digits=(self.NUMBER, self.BIRTH))))
        assert [finding.params["field"] for finding in findings] == ["document_number", "date_of_birth"]
        assert findings[0].params == {"field": "document_number", "printed": "1", "computed": "7"}

    def test_the_composite_alone_is_its_own_case(self):
        finding = only("D1", case_of(entry(failed_check_digits=(self.COMPOSITE,))))
        assert (finding.message, finding.params) == ("rule.D1.composite", {"printed": "3", "computed": "9"})

    def test_the_composite_beside_another_is_no_news(self):
        finding = only("D1", case_of(entry(failed_check_digits=(self.NUMBER, self.COMPOSITE))))
        assert finding.message == "rule.D1.check_digit"

    def test_all_hold(self):
        assert not found("D1", case_of(entry()))


class TestD4StateCodes:
    def findings(self, issuing_state: str, nationality: str, **policy):
        made = entry(
            document=replace(PASSPORT, issuing_state=issuing_state),
            traveller=replace(FOREIGNER, nationality=nationality),
        )
        findings = found("D4", case_of(made, policy=policy_with(**policy)))
        return [(finding.message.removeprefix("rule.D4."), finding.params["field"]) for finding in findings]

    @pytest.mark.parametrize("code", ["IRQ", "D", "D<<", "GBN", "XXA", "UNO", "RKS", "EUE"])
    def test_codes_of_icao_that_iso_does_not_have(self, code):
        assert self.findings(code, code) == []

    @pytest.mark.parametrize("code", ["DEU", "ZZZ", "KRD", "IR", ""])
    def test_codes_that_icao_does_not_have(self, code):
        assert self.findings(code, "JOR") == [("unknown_state", "issuing_state")]
        assert self.findings("JOR", code) == [("unknown_state", "nationality")]

    def test_the_specimen_outside_a_demonstration(self):
        assert self.findings("UTO", "UTO") == [("specimen", "issuing_state"), ("specimen", "nationality")]
        assert self.findings("UTO", "UTO", accept_specimen=True) == []


class TestD5OtherPerson:
    def fields(self, now: Traveller, before: Traveller = FOREIGNER):
        findings = found("D5", case_of(entry(traveller=now), crossing("WEST", EXIT, "2026-03-01", traveller=before)))
        return [field for finding in findings for field in finding.params["fields"]]

    @pytest.mark.parametrize(
        ("primary", "secondary"),
        [
            ("AL TARAWNEH", "SUHAIB YOUSEF"),
            ("ALTARAWNEH", "SUHAIB YOUSEF"),
            ("AL TARAWNAH", "SOHAIB YOUSIF"),
            ("EL TARAWNEH", "SUHAYB YUSUF"),
            ("AL TARAWNEH", "SUHAIB"),
            ("AL TARAWNEH", "SUHAIB YOUSEF AHMAD"),
        ],
    )
    def test_another_spelling_is_no_difference(self, primary, secondary):
        now = replace(FOREIGNER, primary_identifier=primary, secondary_identifier=secondary)
        assert self.fields(now) == []

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"primary_identifier": "AL MOMANI", "secondary_identifier": "RASHED"}, ["name"]),
            ({"secondary_identifier": "RASHED"}, ["name"]),
            ({"date_of_birth": PartialDate(1981, 5, 17)}, ["date_of_birth"]),
            ({"date_of_birth": PartialDate(1980, 5)}, []),
            ({"date_of_birth": PartialDate(1980)}, []),
            ({"date_of_birth": PartialDate(None)}, []),
            ({"date_of_birth": PartialDate(1981)}, ["date_of_birth"]),
            ({"sex": "F"}, ["sex"]),
            ({"sex": "X"}, []),
            ({"nationality": "SYR"}, ["nationality"]),
            ({"native_name": "صهيب الطراونة"}, []),
        ],
    )
    def test_field_by_field(self, changes, fields):
        assert self.fields(replace(FOREIGNER, **changes)) == fields

    def test_a_name_cut_short_by_the_zone_is_no_difference(self):
        assert self.fields(replace(FOREIGNER, secondary_identifier="SUHAIB YOUS", name_truncated=True)) == []

    def test_one_finding_for_all_earlier_presentations(self):
        stranger = replace(FOREIGNER, primary_identifier="AL MOMANI", secondary_identifier="RASHED", sex="F")
        before = [crossing("WEST", d, f"2026-03-0{i}", traveller=stranger) for i, d in ((1, ENTRY), (2, EXIT))]
        own = crossing("WEST", ENTRY, "2026-03-03")
        made = entry()
        finding = only("D5", case_of(made, *before, own))
        assert finding.params == {"fields": ["name", "sex"], "times": 2}
        assert finding.evidence == (*(str(b.id) for b in before), str(made.id))

    def test_a_refused_presentation_counts(self):
        before = crossing("WEST", ENTRY, "2026-03-01", traveller=replace(FOREIGNER, sex="F"))
        assert found("D5", case_of(entry(), recorded(before, decision=Outcome.REFUSED)))

    def test_another_number_says_nothing(self):
        other = replace(PASSPORT, document_number="T7654321")
        before = crossing("WEST", ENTRY, "2026-03-01", document=other, traveller=replace(FOREIGNER, sex="F"))
        assert not found("D5", case_of(entry(), before))

    def test_what_came_later_is_not_held_against_an_earlier_crossing(self):
        later = crossing("WEST", ENTRY, "2026-03-20", traveller=replace(FOREIGNER, sex="F"))
        case = replace(case_of(entry(), recorded(later, seq=2)), seq=1)
        assert not found("D5", case)


class TestD6OtherDocument:
    OLD = replace(PASSPORT, document_number="T0000001", date_of_expiry=PartialDate(2030, 1, 31))

    def findings(self, old: TravelDocument, when: str = "2026-03-10", new: TravelDocument = PASSPORT, **traveller):
        before = crossing("WEST", EXIT, "2025-01-01", document=old)
        made = crossing("WEST", ENTRY, when, document=new, traveller=replace(FOREIGNER, **traveller))
        return found("D6", case_of(made, before))

    def test_a_second_passport(self):
        (finding,) = self.findings(self.OLD)
        assert finding.params == {"issuing_state": "JOR", "document_number": "T0000001"}

    @pytest.mark.parametrize(
        ("when", "findings"), [("2029-01-30", 1), ("2029-01-31", 0), ("2030-01-31", 0), ("2031-06-01", 0)]
    )
    def test_a_renewal_within_twelve_months_of_expiry_or_after_it(self, when, findings):
        assert len(self.findings(self.OLD, when)) == findings

    def test_an_expiry_known_in_part_is_given_the_benefit(self):
        assert not self.findings(replace(self.OLD, date_of_expiry=PartialDate(2027)), "2026-03-10")

    @pytest.mark.parametrize("unknown", [None, PartialDate(None)])
    def test_no_renewal_can_be_seen_without_an_expiry(self, unknown):
        assert self.findings(replace(self.OLD, date_of_expiry=unknown))

    def test_a_card_beside_a_passport(self):
        assert not self.findings(replace(self.OLD, document_code="ID"))

    def test_the_same_passport_by_another_code(self):
        assert not self.findings(replace(PASSPORT, document_code="PN"))

    @pytest.mark.parametrize(("declared", "findings"), [((), 1), (("SYR",), 0), (("TUR",), 1)])
    def test_a_declared_second_nationality(self, declared, findings):
        syrian = TravelDocument("P", "SYR", "N0000001", PartialDate(2030, 1, 31))
        assert len(self.findings(syrian, other_nationalities=declared)) == findings

    def test_a_second_nationality_declared_earlier(self):
        declared = replace(FOREIGNER, nationality="SYR", other_nationalities=("JOR",))
        before = crossing(
            "WEST",
            EXIT,
            "2025-01-01",
            document=TravelDocument("P", "SYR", "N0000001", PartialDate(2030, 1, 31)),
            traveller=declared,
        )
        assert not found("D6", case_of(entry(), before))

    def test_one_finding_a_document(self):
        other = replace(self.OLD, document_number="T0000002")
        history = [
            crossing("WEST", d, f"2025-01-0{i}", document=document)
            for i, (d, document) in enumerate(((ENTRY, self.OLD), (EXIT, self.OLD), (ENTRY, other)), start=1)
        ]
        findings = found("D6", case_of(entry(), *history))
        assert [finding.evidence[0] for finding in findings] == [str(history[1].id), str(history[2].id)]

    @pytest.mark.parametrize(
        "stranger",
        [
            {"date_of_birth": PartialDate(1980, 5, 18)},
            {"secondary_identifier": "RASHED"},
            {"sex": "F"},
            {"date_of_birth": PartialDate(None)},
        ],
    )
    def test_a_namesake_is_another_person(self, stranger):
        assert not self.findings(self.OLD, **stranger)

    def test_a_common_name_and_a_registrars_birthday_are_not_enough(self):
        common = Traveller("ALI", "MOHAMMED", "JOR", PartialDate(1980, 1, 1), "M")
        before = crossing("WEST", EXIT, "2025-01-01", document=self.OLD, traveller=common)
        assert not found("D6", case_of(entry(traveller=common), before))
