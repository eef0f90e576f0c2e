"""P1: children who travel alone."""

from dataclasses import replace

import pytest

from service.domain import Inspection, PartialDate, Severity, Verdict
from service.rules.catalogue import irregularities
from tests.cases import ENTRY, EXIT, FOREIGNER, case_of, crossing, found, only


def born(text: str, direction=ENTRY, when: str = "2026-03-10", **changes):
    traveller = replace(FOREIGNER, date_of_birth=PartialDate.parse(text))
    return case_of(crossing("WEST", direction, when, traveller=traveller, **changes))


@pytest.mark.parametrize("direction", [ENTRY, EXIT])
@pytest.mark.parametrize(("birth", "findings"), [("2008-03-11", 1), ("2008-03-10", 0), ("2020-01-01", 1), ("1980", 0)])
def test_under_eighteen_on_the_day(direction, birth, findings):
    assert len(found("P1", born(birth, direction))) == findings


@pytest.mark.parametrize(("birth", "findings"), [("2008-12-31", 1), ("2008-03-10", 0), ("2007", 0), ("XXXX", 1)])
def test_whoever_may_be_a_child_is_asked_about(birth, findings):
    """The rule is not even asked about who cannot be one."""
    assert [finding.rule for finding in irregularities(born(birth))].count("P1") == findings


@pytest.mark.parametrize(
    ("birth", "findings"), [("2008", 1), ("2008-03", 1), ("2008-02", 0), ("2007", 0), ("2008-XX-10", 1)]
)
def test_a_date_known_in_part_counts_as_the_youngest_possible_age(birth, findings):
    assert len(found("P1", born(birth))) == findings


def test_an_unknown_year_may_be_a_childs():
    assert only("P1", born("XXXX-XX-XX")).message == "rule.P1.age_unknown"


def test_born_on_29_february():
    assert found("P1", born("2008-02-29", when="2026-02-28"))
    assert not found("P1", born("2008-02-29", when="2026-03-01"))


@pytest.mark.parametrize("company", [{"accompanying": ("JOR:T7654321",)}, {"group_id": "school-7"}])
def test_with_an_adult_or_a_group(company):
    assert not found("P1", born("2015-01-01", **company))


def test_a_year_that_lies_ahead_gives_no_negative_age():
    assert only("P1", born("2026")).params == {"age": 0}


def test_asks_for_care_and_never_changes_the_verdict():
    case = born("2015-01-01")
    finding = only("P1", case)
    inspection = Inspection(case.crossing, (finding,), "1", "1")
    assert finding.severity is Severity.PROTECTION
    assert (inspection.verdict, inspection.second_line) == (Verdict.CLEAR, True)
