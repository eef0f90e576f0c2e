"""D: the document itself, and the same document or person before."""

from dataclasses import replace

import pytest

from service.domain import (
    FailedCheckDigit,
    Listing,
    ListingKind,
    OtherReading,
    Outcome,
    PartialDate,
    ReadFrom,
    Severity,
    TravelDocument,
    Traveller,
)
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
    somebody,
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


class TestD2OtherReadings:
    def fields(self, field: str, value: str, source: ReadFrom = ReadFrom.CHIP, **changes):
        made = entry(other_readings=(OtherReading(source, field, value),), **changes)
        return [finding.params["field"] for finding in found("D2", case_of(made))]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("document_number", "T1234568"),
            ("document_code", "V"),
            ("issuing_state", "SYR"),
            ("nationality", "SYR"),
            ("name", "AL MOMANI, RASHED"),
            ("name", "TARAWNEH SUHA"),  # cut short, where nothing says that it was
            ("sex", "F"),
            ("date_of_birth", "1980-05-18"),
            ("date_of_birth", "1981"),
            ("date_of_birth", "17 May 1980"),
            ("date_of_expiry", "2034-07-30"),
        ],
    )
    @pytest.mark.parametrize("source", ReadFrom)
    def test_field_by_field(self, field, value, source):
        assert self.fields(field, value, source) == [field]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("document_number", "t-123 4567<<"),
            ("document_code", "PN"),
            ("issuing_state", "jor"),
            ("nationality", "JOR"),
            ("name", "EL TARAWNAH, SOHAIB YUSUF"),
            ("name", "SUHAIB YOUSEF ALTARAWNEH"),
            ("sex", "M"),
            ("sex", "X"),
            ("date_of_birth", "1980-05-17"),
            ("date_of_birth", "1980-XX-XX"),
            ("date_of_birth", "XXXX-XX-XX"),
            ("date_of_expiry", "2034-06-30"),
            ("document_number", ""),
            ("name", "<<<"),
        ],
    )
    def test_no_difference(self, field, value):
        assert self.fields(field, value) == []

    def test_of_a_document_s_code_the_first_letter_counts(self):
        assert self.fields("document_code", "P", document=replace(PASSPORT, document_code="PN")) == []

    def test_a_state_of_one_letter(self):
        german = replace(PASSPORT, issuing_state="D<<")
        assert self.fields("issuing_state", "D", document=german) == []

    def test_a_zone_without_an_expiry_differs_from_nothing(self):
        assert self.fields("date_of_expiry", "2034-06-30", document=replace(PASSPORT, date_of_expiry=None)) == []

    def test_a_name_cut_short_by_the_zone(self):
        cut = replace(FOREIGNER, secondary_identifier="SUHAIB YOUS", name_truncated=True)
        assert self.fields("name", "AL TARAWNEH, SUHAIB YOUSEF", traveller=cut) == []

    def test_one_finding_a_field_with_all_its_sources(self):
        readings = tuple(OtherReading(source, "sex", "F") for source in (ReadFrom.TYPED, ReadFrom.CHIP, ReadFrom.CHIP))
        other = OtherReading(ReadFrom.PRINTED, "nationality", "SYR")
        findings = found("D2", case_of(entry(other_readings=(*readings, other))))
        assert [finding.params for finding in findings] == [
            {"field": "sex", "sources": ["source.chip", "source.typed"]},
            {"field": "nationality", "sources": ["source.printed"]},
        ]


class TestD3Reported:
    def findings(self, kind=ListingKind.LOST_OR_STOLEN, **changes):
        listing = Listing(kind, "SLTD:77", document=replace(PASSPORT, date_of_expiry=None, **changes))
        return found("D3", case_of(entry(), listings=(listing,)))

    def test_number_type_and_issuing_state(self):
        (finding,) = self.findings()
        assert (finding.severity, finding.params) == (Severity.ALERT, {"field": "SLTD:77"})

    def test_passports_of_one_series_bear_several_codes(self):
        assert self.findings(document_code="PN")
        listing = Listing(ListingKind.LOST_OR_STOLEN, "SLTD:77", document=PASSPORT)
        assert found("D3", case_of(entry(document=replace(PASSPORT, document_code="PN")), listings=(listing,)))

    @pytest.mark.parametrize(
        "changes",
        [{"document_number": "T1234568"}, {"document_number": "T123456"}, {"issuing_state": "SYR"}],
        ids=["number", "part of the number", "issuer"],
    )
    def test_no_resemblance_counts(self, changes):
        assert not self.findings(**changes)

    def test_a_card_of_the_same_number_is_another_document(self):
        assert not self.findings(document_code="ID")

    def test_another_kind_of_list_says_nothing(self):
        assert not self.findings(kind=ListingKind.ENTRY_BAN)

    def test_a_listing_without_a_document(self):
        assert not found("D3", case_of(entry(), listings=(Listing(ListingKind.LOST_OR_STOLEN, "SLTD:78"),)))


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


class TestD7Consecutive:
    """The traveller of `tests.cases` holds T1234567."""

    def neighbour(self, number: str, when: str = "2026-03-10 09:00", **changes):
        holder = somebody(int(number.rstrip("X")[-2:]) + 3)["traveller"]
        document = TravelDocument("P", changes.pop("issuer", "JOR"), number, None)
        return crossing("WEST", ENTRY, when, document=document, traveller=holder, **changes)

    def findings(self, *others, policy=None, **changes):
        return found("D7", case_of(entry(**changes), others=others, policy=policy))

    def test_three_within_a_run_of_twenty_and_a_day(self):
        others = [self.neighbour("T1234570"), self.neighbour("T1234580")]
        (finding,) = self.findings(*others)
        assert finding.params == {"documents": 3}
        assert finding.evidence[:2] == tuple(str(each.id) for each in others)

    def test_two_are_not_enough(self):
        assert not self.findings(self.neighbour("T1234568"))

    @pytest.mark.parametrize(("low", "high", "findings"), [("60", "79", 1), ("60", "80", 0), ("48", "67", 0)])
    def test_the_run_is_of_twenty_numbers_with_this_one_in_it(self, low, high, findings):
        """60 to 79 are twenty numbers and hold 67; 60 and 80 do not share a run; 67 itself is no other document."""
        assert len(self.findings(self.neighbour(f"T12345{low}"), self.neighbour(f"T12345{high}"))) == findings

    def test_a_run_may_begin_below_and_end_above(self):
        assert self.findings(self.neighbour("T1234560"), self.neighbour("T1234570"))

    @pytest.mark.parametrize(("when", "findings"), [("2026-03-09 12:00", 1), ("2026-03-09 11:59", 0)])
    def test_within_a_day(self, when, findings):
        others = [self.neighbour("T1234568", when), self.neighbour("T1234569")]
        assert len(self.findings(*others)) == findings

    def test_what_came_later_is_not_held_against_it(self):
        assert not self.findings(self.neighbour("T1234568", "2026-03-10 12:01"), self.neighbour("T1234569"))

    def test_one_document_twice_is_one(self):
        assert not self.findings(self.neighbour("T1234568"), self.neighbour("T1234568", "2026-03-10 10:00"))

    def test_of_another_issuer(self):
        assert not self.findings(self.neighbour("T1234568", issuer="SYR"), self.neighbour("T1234569", issuer="SYR"))

    @pytest.mark.parametrize(
        "numbers", [("S1234568", "S1234569"), ("T12345678", "T12345679"), ("T1234568X", "T1234569X")]
    )
    def test_of_another_series(self, numbers):
        assert not self.findings(*map(self.neighbour, numbers))

    def test_a_number_without_digits_has_no_neighbours(self):
        bare = replace(PASSPORT, document_number="ABCDEF")
        assert not self.findings(self.neighbour("T1234568"), self.neighbour("T1234569"), document=bare)

    def test_a_group_registered_together_is_one(self):
        others = [self.neighbour(number, group_id="coach-7") for number in ("T1234568", "T1234569")]
        assert not self.findings(*others)
        assert not self.findings(*others, group_id="coach-7")
        assert self.findings(*others, self.neighbour("T1234570"))

    def test_a_family_registered_together_is_one(self):
        family = [self.neighbour(number, accompanying=(PASSPORT.key,)) for number in ("T1234568", "T1234569")]
        assert not self.findings(*family)

    def test_parameters(self):
        others = [self.neighbour("T1234570"), self.neighbour("T1234580")]
        assert not self.findings(*others, policy=policy_with({"D7": {"documents": 4}}))
        assert not self.findings(*others, policy=policy_with({"D7": {"run": 10}}))
        assert not self.findings(*others, policy=policy_with({"D7": {"hours": 2}}))

    def test_a_refused_document_was_presented(self):
        refused = recorded(self.neighbour("T1234568"), decision=Outcome.REFUSED)
        assert self.findings(refused, self.neighbour("T1234569"))
