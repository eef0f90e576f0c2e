"""E1 to E5: the law on entering and staying, with each trap of the catalogue."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import Listing, ListingKind, Outcome, PartialDate, Severity, Visa
from service.policy import load_policy
from service.regimes import Regime
from service.rules.eligibility import stay_allowance
from service.rules.stays import days_at_most
from tests.cases import (
    ENTRY,
    EXIT,
    FOREIGNER,
    NATIONAL,
    PASSPORT,
    SOUTH,
    at,
    case_of,
    crossing,
    found,
    of_national,
    only,
    policy_with,
    recorded,
    silent,
)

LAW = "an invented law"
FROM = date(2020, 1, 1)


def stayed(first: str, last: str, *, visa: Visa | None = None, until: str | None = None):
    """A stay by its two crossings."""
    admitted = date.fromisoformat(until) if until else None
    return [crossing("WEST", ENTRY, first, visa=visa, admitted_until=admitted), crossing("WEST", EXIT, last)]


class TestE1Overstay:
    def test_leaves_a_day_late(self):
        entry, leaving = stayed("2026-03-01", "2026-03-31", until="2026-03-30")
        finding = only("E1", case_of(leaving, entry))
        assert finding.message == "rule.E1.overstay"
        assert finding.params == {"admitted_until": "2026-03-30", "days_over": 1, "basis": "recorded"}
        assert finding.severity is Severity.IRREGULAR
        assert finding.evidence == (str(entry.id), str(leaving.id))

    def test_leaves_on_the_last_day(self):
        entry, leaving = stayed("2026-03-01", "2026-03-30", until="2026-03-30")
        assert not found("E1", case_of(leaving, entry))

    @pytest.mark.parametrize(("grace", "findings"), [(0, 1), (1, 1), (2, 0)])
    def test_grace(self, grace, findings):
        entry, leaving = stayed("2026-03-01", "2026-04-01", until="2026-03-30")
        assert len(found("E1", case_of(leaving, entry, policy=policy_with({"E1": {"grace_days": grace}})))) == findings

    def test_an_extension_recorded_on_exit_holds(self):
        entry, leaving = stayed("2026-03-01", "2026-04-20", until="2026-03-30")
        assert not found("E1", case_of(replace(leaving, admitted_until=date(2026, 4, 20)), entry))

    def test_counts_in_local_days(self):
        """22:30 in UTC is half past one of the next day at the post."""
        entry, leaving = stayed("2026-03-01", "2026-03-30 20:30", until="2026-03-30")
        assert not found("E1", case_of(leaving, entry))
        assert found("E1", case_of(replace(leaving, occurred_at=at("2026-03-30 22:30")), entry))

    @pytest.mark.parametrize(("last", "findings"), [("2026-03-07", 0), ("2026-03-08", 1)])
    def test_by_the_table_the_day_of_entry_is_the_first(self, last, findings):
        entry, leaving = stayed("2026-03-01", last, visa=Visa(kind="transit"))
        assert len(found("E1", case_of(leaving, entry))) == findings

    def test_the_visa_states_a_length_of_its_own(self):
        entry, leaving = stayed("2026-03-01", "2026-03-16", visa=Visa(kind="transit", duration_days=15))
        finding = only("E1", case_of(leaving, entry))
        assert finding.params["admitted_until"] == "2026-03-15"
        assert finding.params["basis"] == "visa"

    def test_the_table_is_that_of_the_jurisdiction_entered(self):
        tourist = Visa(kind="tourist")
        leaving = crossing("SOUTH", EXIT, "2026-04-10")
        assert found("E1", case_of(leaving, crossing("NORTH", ENTRY, "2026-03-01", visa=tourist)))
        assert not found("E1", case_of(leaving, crossing("WEST", ENTRY, "2026-03-01", visa=tourist)))

    def test_the_table_is_that_of_the_day_of_entry(self):
        rows = (
            Regime(LAW, FROM, date(2026, 2, 28), frozenset({"JOR"}), days=10),
            Regime("a later law", date(2026, 3, 1), days=20, document_codes=frozenset({"P"})),
        )
        policy = policy_with(regimes=rows)
        entry, leaving = stayed("2026-02-28", "2026-03-15")
        assert only("E1", case_of(leaving, entry, policy=policy)).params["basis"] == LAW
        entry, leaving = stayed("2026-03-01", "2026-03-15")
        assert not found("E1", case_of(leaving, entry, policy=policy))

    def test_nothing_is_found_where_nothing_limits_the_stay(self):
        entry, leaving = stayed("2025-03-01", "2026-03-15")
        assert not found("E1", case_of(leaving, entry))

    def test_nothing_is_found_without_an_entry(self):
        assert not found("E1", case_of(crossing("WEST", EXIT, "2026-03-15")))

    def test_nothing_is_found_on_entry(self):
        entry = crossing("WEST", ENTRY, "2026-03-01", admitted_until=date(2026, 2, 1))
        assert not found("E1", case_of(entry))

    def test_nationals_are_exempt(self):
        entry = of_national("WEST", ENTRY, "2026-03-01", admitted_until=date(2026, 3, 2))
        assert not found("E1", case_of(of_national("WEST", EXIT, "2026-04-01"), entry))

    def test_a_declared_home_nationality_makes_a_national(self):
        entry, leaving = stayed("2026-03-01", "2026-04-20", until="2026-03-30")
        dual = replace(leaving.traveller, other_nationalities=("IRQ",))
        assert not found("E1", case_of(replace(leaving, traveller=dual), entry))

    def test_residents_are_exempt_while_their_permit_lasts(self):
        permit = Visa(kind="residence", valid_until=date(2026, 5, 31))
        entry, leaving = stayed("2025-06-01", "2026-05-31", visa=permit)
        assert not found("E1", case_of(leaving, entry))
        late = crossing("WEST", EXIT, "2026-06-02")
        assert only("E1", case_of(late, entry)).params["basis"] == "permit"

    def test_a_permit_got_inside_outdoes_the_date_given_on_entry(self):
        entry, leaving = stayed("2026-03-01", "2026-09-01", until="2026-03-30")
        assert not found("E1", case_of(replace(leaving, visa=Visa(kind="residence")), entry))

    def test_a_refused_entry_began_no_stay(self):
        entry, leaving = stayed("2026-03-01", "2026-05-01", until="2026-03-30")
        assert not found("E1", case_of(leaving, recorded(entry, decision=Outcome.REFUSED)))

    @pytest.mark.parametrize("decision", [Outcome.ADMITTED, Outcome.REFERRED, None])
    def test_an_entry_counts_until_it_is_refused(self, decision):
        entry, leaving = stayed("2026-03-01", "2026-05-01", until="2026-03-30")
        assert found("E1", case_of(leaving, recorded(entry, decision=decision)))

    def test_names_the_posts_that_may_hold_an_exit(self):
        entry, leaving = stayed("2026-03-01", "2026-05-01", until="2026-03-30")
        finding = only("E1", case_of(leaving, entry, posts=[silent(SOUTH, "2026-04-01")]))
        assert finding.stale_posts == ("SOUTH",)
        assert finding.severity is Severity.IRREGULAR


class TestE2Days:
    def test_ninety_one_days(self):
        entry, leaving = stayed("2026-01-01", "2026-04-01")
        finding = only("E2", case_of(leaving, entry))
        assert finding.message == "rule.E2.stayed_too_long"
        assert finding.params == {
            "days_allowed": 90,
            "window_days": 180,
            "days_used": 91,
            "days_left": 0,
            "window_start": "2025-10-04",
            "earliest_reentry": "2026-07-01",
        }
        assert finding.evidence == (str(entry.id), str(leaving.id))

    def test_ninety_days(self):
        entry, leaving = stayed("2026-01-01", "2026-03-31")
        assert not found("E2", case_of(leaving, entry))

    def test_a_stay_begun_before_the_window_counts_only_with_its_part_inside(self):
        """23 September to 2 November is 41 days, of which 21 lie in the window; 92 would be the false sum."""
        early = stayed("2025-09-23", "2025-11-02")
        entry, leaving = stayed("2026-02-19", "2026-04-10")
        assert not found("E2", case_of(leaving, *early, entry))
        assert stay_allowance(case_of(leaving, *early, entry)).days_used == 21 + 51

    def test_a_stay_that_ended_on_the_first_day_of_the_window_is_evidence(self):
        early = stayed("2025-12-20", "2026-01-01")
        entry, leaving = stayed("2026-04-01", "2026-06-29")  # 90 days, and one of the early ones
        finding = only("E2", case_of(leaving, *early, entry))
        assert finding.evidence == tuple(str(each.id) for each in (*early, entry, leaving))

    def test_short_stays_far_apart(self):
        early = stayed("2025-11-01", "2025-11-05")
        entry, leaving = stayed("2026-03-01", "2026-03-05")
        assert not found("E2", case_of(leaving, *early, entry))
        assert stay_allowance(case_of(leaving, *early, entry)).days_used == 5 + 5

    def test_entry_with_no_day_left(self):
        before = stayed("2026-01-01", "2026-03-31")
        finding = only("E2", case_of(crossing("SOUTH", ENTRY, "2026-04-20"), *before))
        assert finding.message == "rule.E2.no_days_left"
        assert finding.params["earliest_reentry"] == "2026-06-30"
        assert "latest_exit" not in finding.params

    def test_the_allowance_on_entry_tells_the_latest_exit(self):
        before = stayed("2026-01-01", "2026-01-30")
        allowed = stay_allowance(case_of(crossing("SOUTH", ENTRY, "2026-03-01"), *before))
        assert (allowed.days_used, allowed.days_left) == (31, 59)
        assert allowed.latest_exit == date(2026, 3, 1) + timedelta(days=59)

    def test_nationals_are_exempt(self):
        entry = of_national("WEST", ENTRY, "2026-01-01")
        case = case_of(of_national("WEST", EXIT, "2026-12-01"), entry)
        assert not found("E2", case)
        assert stay_allowance(case) is None

    @pytest.mark.parametrize("kind", ["residence", "long_stay"])
    def test_residents_are_exempt(self, kind):
        entry, leaving = stayed("2026-01-01", "2026-12-01", visa=Visa(kind=kind))
        assert not found("E2", case_of(leaving, entry))

    def test_a_permit_holds_on_its_last_day(self):
        for last, exempt in ((date(2026, 3, 31), True), (date(2026, 3, 30), False)):
            entry, leaving = stayed("2025-06-01", "2026-03-31", visa=Visa(kind="residence", valid_until=last))
            assert (stay_allowance(case_of(leaving, entry)) is None) is exempt

    def test_a_permit_holds_on_its_first_day(self):
        for first, exempt in ((date(2026, 3, 31), True), (date(2026, 4, 1), False)):
            entry, leaving = stayed("2025-06-01", "2026-03-31", visa=Visa(kind="residence", valid_from=first))
            assert (stay_allowance(case_of(leaving, entry)) is None) is exempt

    def test_days_before_the_permit_count(self):
        permit = Visa(kind="residence", valid_from=date(2026, 4, 1), valid_until=date(2026, 4, 30))
        entry = crossing("WEST", ENTRY, "2026-01-01")
        leaving = crossing("WEST", EXIT, "2026-05-05", visa=permit)
        assert stay_allowance(case_of(leaving, entry)).days_used == 90 + 5

    def test_a_permit_that_has_ended_exempts_its_own_days_only(self):
        permit = Visa(kind="residence", valid_until=date(2026, 3, 31))
        entry, leaving = stayed("2026-01-01", "2026-05-10", visa=permit)
        assert stay_allowance(case_of(leaving, entry)).days_used == 40

    def test_a_tourist_visa_exempts_nobody(self):
        entry, leaving = stayed("2026-01-01", "2026-04-01", visa=Visa(kind="tourist", valid_from=date(2026, 1, 1)))
        assert found("E2", case_of(leaving, entry))

    def test_a_refused_entry_is_no_presence(self):
        entry, leaving = stayed("2026-01-01", "2026-04-01")
        assert not found("E2", case_of(leaving, recorded(entry, decision=Outcome.REFUSED)))

    def test_an_exit_without_entry_counts_for_its_day(self):
        assert stay_allowance(case_of(crossing("WEST", EXIT, "2026-04-01"))).days_used == 1

    def test_an_entry_without_exit_counts_for_its_day(self):
        """What nobody saw is not held against the traveller: M2 says that an exit is missing."""
        lost = crossing("WEST", ENTRY, "2026-01-01")
        entry, leaving = stayed("2026-04-01", "2026-04-10")
        assert stay_allowance(case_of(leaving, lost, entry)).days_used == 11

    def test_an_exit_on_the_day_of_the_next_entry_counts_once(self):
        entry, leaving = stayed("2026-01-10", "2026-01-20")
        case = case_of(leaving, *stayed("2026-01-01", "2026-01-10 08:00"), entry)
        assert stay_allowance(case).days_used == 20

    def test_ninety_days_of_which_one_is_recorded_twice(self):
        entry, leaving = stayed("2026-01-10", "2026-03-31")
        assert not found("E2", case_of(leaving, *stayed("2026-01-01", "2026-01-10 08:00"), entry))

    def test_a_clock_set_back_does_not_turn_a_stay_round(self):
        entry = recorded(crossing("WEST", ENTRY, "2026-01-02"), seq=1)
        leaving = crossing("WEST", EXIT, "2026-01-01")
        assert stay_allowance(case_of(leaving, entry)).days_used == 1

    def test_parameters_of_the_post(self):
        policy = policy_with(posts={"SOUTH": {"E2": {"days": 30}}})
        entry = crossing("WEST", ENTRY, "2026-01-01")
        assert found("E2", case_of(crossing("SOUTH", EXIT, "2026-02-05"), entry, policy=policy))
        assert not found("E2", case_of(crossing("WEST", EXIT, "2026-02-05"), entry, policy=policy))

    def test_names_the_posts_that_may_hold_a_movement(self):
        entry, leaving = stayed("2026-01-01", "2026-04-01")
        finding = only("E2", case_of(leaving, entry, posts=[silent(SOUTH, "2026-03-01")]))
        assert finding.stale_posts == ("SOUTH",)

    @given(st.permutations(range(6)))
    def test_the_order_of_the_history_does_not_matter(self, order):
        days = ("2026-01-01", "2026-01-20", "2026-02-01", "2026-02-20", "2026-03-01", "2026-03-20")
        history = [crossing("WEST", EXIT if i % 2 else ENTRY, when) for i, when in enumerate(days)]
        case = case_of(crossing("WEST", ENTRY, "2026-04-01"), *(history[i] for i in order))
        assert stay_allowance(case).days_used == 61


class TestE3Visa:
    NEEDED = Regime(LAW, FROM, nationalities=frozenset({"JOR"}), visa_required=True)
    EXEMPT = Regime(LAW, FROM, nationalities=frozenset({"JOR"}), visa_required=False)

    def messages(self, made, *history, regime: Regime | None = None) -> list[str]:
        policy = policy_with(regimes=(regime,) if regime else ())
        return [
            finding.message.removeprefix("rule.E3.") for finding in found("E3", case_of(made, *history, policy=policy))
        ]

    def entry(self, **visa):
        return crossing("WEST", ENTRY, "2026-03-10", visa=Visa(**visa) if visa else None)

    def test_missing_where_the_law_asks_for_one(self):
        assert self.messages(self.entry(), regime=self.NEEDED) == ["visa_missing"]
        assert self.messages(self.entry()) == []
        assert self.messages(self.entry(), regime=self.EXEMPT) == []

    def test_dates(self):
        assert self.messages(self.entry(valid_from=date(2026, 3, 11))) == ["visa_not_yet_valid"]
        assert self.messages(self.entry(valid_until=date(2026, 3, 9))) == ["visa_expired"]
        assert self.messages(self.entry(valid_from=date(2026, 3, 10), valid_until=date(2026, 3, 10))) == []

    def test_who_needs_none_may_show_an_old_one(self):
        assert self.messages(self.entry(valid_until=date(2026, 3, 9)), regime=self.EXEMPT) == []

    def test_two_jurisdictions(self):
        northern = self.entry(jurisdiction="IQ-KR")
        assert self.messages(northern) == ["visa_elsewhere"]
        assert self.messages(replace(northern, crossing_point="NORTH")) == []
        assert self.messages(replace(northern, crossing_point="UNKNOWN")) == []
        assert self.messages(self.entry(jurisdiction=None, number="V1")) == []

    def test_entries_used_up(self):
        visa = {"number": "V1", "entries_allowed": 1}
        earlier = crossing("WEST", ENTRY, "2026-02-01", visa=Visa(**visa))
        left = crossing("WEST", EXIT, "2026-02-05", visa=Visa(**visa))
        assert self.messages(self.entry(**visa), earlier, left) == ["visa_used_up"]
        assert self.messages(self.entry(**visa | {"entries_allowed": 2}), earlier, left) == []
        assert self.messages(self.entry(**visa | {"number": "V2"}), earlier, left) == []
        assert self.messages(self.entry(**visa), recorded(earlier, decision=Outcome.REFUSED)) == []
        assert self.messages(self.entry(**visa), crossing("WEST", ENTRY, "2026-02-01")) == []
        assert self.messages(self.entry(**visa), left) == []

    def test_a_visa_without_number_is_not_counted(self):
        earlier = crossing("WEST", ENTRY, "2026-02-01", visa=Visa(kind="tourist"))
        assert self.messages(self.entry(kind="tourist", entries_allowed=1), earlier) == []

    def test_not_on_exit_and_not_for_nationals(self):
        expired = Visa(valid_until=date(2026, 1, 1))
        assert self.messages(crossing("WEST", EXIT, "2026-03-10", visa=expired)) == []
        assert self.messages(of_national("WEST", ENTRY, "2026-03-10", visa=expired)) == []


class TestE4Validity:
    def messages(self, direction, expiry: PartialDate | None, *, national: bool = False) -> list[str]:
        make = of_national if national else crossing
        made = make("WEST", direction, "2026-03-10", document=replace(PASSPORT, date_of_expiry=expiry))
        return [finding.message.removeprefix("rule.E4.") for finding in found("E4", case_of(made))]

    @pytest.mark.parametrize(
        ("direction", "expiry", "national", "expected"),
        [
            (ENTRY, "2026-09-10", False, []),
            (ENTRY, "2026-09-09", False, ["short_validity"]),
            (ENTRY, "2026-03-09", False, ["expired"]),
            (EXIT, "2026-03-10", False, []),
            (EXIT, "2026-03-09", False, ["expired"]),
            (ENTRY, "2026-03-10", True, []),
            (ENTRY, "2026-03-09", True, ["expired"]),
        ],
    )
    def test_six_months_for_foreigners_on_entry_only(self, direction, expiry, national, expected):
        assert self.messages(direction, PartialDate.parse(expiry), national=national) == expected

    @pytest.mark.parametrize(
        ("expiry", "expected"),
        [
            ("2026-09", []),
            ("2026-08", ["short_validity"]),
            ("2026", []),
            ("2025", ["expired"]),
            ("XXXX-08-12", []),
        ],
    )
    def test_a_date_known_in_part_counts_as_its_latest_day(self, expiry, expected):
        assert self.messages(ENTRY, PartialDate.parse(expiry)) == expected

    def test_no_date_no_finding(self):
        assert self.messages(ENTRY, None) == []

    def test_says_until_when_it_must_be_valid(self):
        made = crossing(
            "WEST", ENTRY, "2026-08-31", document=replace(PASSPORT, date_of_expiry=PartialDate(2027, 2, 27))
        )
        assert only("E4", case_of(made)).params == {
            "date_of_expiry": "2027-02-27",
            "months": 6,
            "needed_until": "2027-02-28",
        }

    def test_months_are_the_policys(self):
        made = crossing(
            "WEST", ENTRY, "2026-03-10", document=replace(PASSPORT, date_of_expiry=PartialDate(2026, 4, 10))
        )
        assert not found("E4", case_of(made, policy=policy_with({"E4": {"months_on_entry": 1}})))

    @pytest.mark.parametrize(("year", "findings"), [(2028, 1), (2029, 1), (2030, 0)])
    def test_years_may_be_asked_for(self, year, findings):
        document = replace(PASSPORT, date_of_expiry=PartialDate(year, 3, 9))
        policy = policy_with({"E4": {"months_on_entry": 36}})
        case = case_of(crossing("WEST", ENTRY, "2026-03-10", document=document), policy=policy)
        assert len(found("E4", case)) == findings


def test_a_national_is_one_by_the_policys_home_states():
    assert case_of(of_national("WEST", ENTRY, "2026-03-10")).national
    assert not case_of(crossing("WEST", ENTRY, "2026-03-10")).national
    assert not case_of(
        crossing("WEST", ENTRY, "2026-03-10", traveller=NATIONAL), policy=policy_with(home_states=frozenset())
    ).national


class TestE5EntryBan:
    def findings(self, direction=ENTRY, made=crossing, **changes):
        ban = Listing(ListingKind.ENTRY_BAN, "bans:1", **{"exact": True, **changes})
        return found("E5", case_of(made("WEST", direction, "2026-03-10"), listings=(ban,)))

    def test_a_ban_in_force(self):
        (finding,) = self.findings(valid_until=date(2026, 3, 10))
        assert (finding.severity, finding.params) == (Severity.ALERT, {"field": "bans:1", "valid_until": "2026-03-10"})

    @pytest.mark.parametrize(
        "changes",
        [{"exact": False}, {"valid_until": date(2026, 3, 9)}, {"valid_from": date(2026, 3, 11)}, {"direction": EXIT}],
        ids=["only alike", "over", "not yet", "on exit"],
    )
    def test_nothing_is_found(self, changes):
        assert not self.findings(**changes)

    def test_from_its_first_day(self):
        assert self.findings(valid_from=date(2026, 3, 10))

    def test_nationals_have_the_right_to_enter(self):
        assert not self.findings(made=of_national)

    def test_a_lost_document_is_no_ban(self):
        lost = Listing(ListingKind.LOST_OR_STOLEN, "SLTD:1", exact=True, document=PASSPORT)
        assert not found("E5", case_of(crossing("WEST", ENTRY, "2026-03-10"), listings=(lost,)))


POLICIES = Path(__file__).parents[2] / "docs" / "policies"


class TestRowsOfLaw:
    IRAQ = load_policy((POLICIES / "iraq-example.toml").read_text("utf-8"))
    SHORT = load_policy((POLICIES / "short-stay-example.toml").read_text("utf-8"))

    def visa(self, post, when, policy=IRAQ, **changes):
        return [f.message for f in found("E3", case_of(crossing(post, ENTRY, when, **changes), policy=policy))]

    def test_a_waiver_in_one_jurisdiction_and_year_only(self):
        missing = ["rule.E3.visa_missing"]
        assert self.visa("NORTH", "2026-03-10") == []
        assert self.visa("WEST", "2026-03-10") == missing
        assert self.visa("NORTH", "2027-01-01 09:00") == missing

    def test_a_class_of_documents_anywhere(self):
        diplomat = replace(PASSPORT, document_code="PD")
        assert self.visa("WEST", "2026-03-10", document=diplomat) == []

    @pytest.mark.parametrize(
        ("post", "entered", "last"),
        [
            ("NORTH", "2026-03-01", "2026-03-30"),
            ("WEST", "2026-03-01", "2026-04-29"),
            ("WEST", "2025-06-30", "2025-07-29"),
        ],
    )
    def test_days_by_jurisdiction_and_date_of_entry(self, post, entered, last):
        visa = Visa(kind="tourist")
        leaving = crossing(post, EXIT, "2026-06-01", visa=visa)
        finding = only("E1", case_of(leaving, crossing(post, ENTRY, entered, visa=visa), policy=self.IRAQ))
        assert finding.params["admitted_until"] == last
        assert finding.params["basis"].startswith("ILLUSTRATIVE")

    @pytest.mark.parametrize(("nationality", "months"), [("JOR", None), ("SYR", 6)])
    def test_months_of_validity_by_agreement(self, nationality, months):
        """Four months before the expiry."""
        document = replace(PASSPORT, date_of_expiry=PartialDate(2026, 7, 10))
        traveller = replace(FOREIGNER, nationality=nationality)
        made = crossing("WEST", ENTRY, "2026-03-10", document=document, traveller=traveller)
        findings = found("E4", case_of(made, policy=self.IRAQ))
        assert [f.params["months"] for f in findings] == ([months] if months else [])

    def test_a_months_row_names_its_source_and_holds_on_entry_only(self):
        document = replace(PASSPORT, date_of_expiry=PartialDate(2026, 5, 10))
        entry = only("E4", case_of(crossing("WEST", ENTRY, "2026-03-10", document=document), policy=self.IRAQ))
        assert (entry.params["months"], entry.params["citation"][:12]) == (3, "ILLUSTRATIVE")
        assert not found("E4", case_of(crossing("WEST", EXIT, "2026-03-10", document=document), policy=self.IRAQ))

    def window(self, days, document_code="P", nationality="JOR", left="2026-08-31"):
        changes = {
            "document": replace(PASSPORT, document_code=document_code),
            "traveller": replace(FOREIGNER, nationality=nationality),
        }
        leaving = crossing("WEST", EXIT, left, **changes)
        entered = replace(leaving, direction=ENTRY, occurred_at=leaving.occurred_at - timedelta(days - 1))
        entered = replace(entered, id=crossing("WEST", ENTRY, left).id)
        return found("E2", case_of(leaving, entered, policy=self.SHORT))

    @pytest.mark.parametrize(
        ("code", "nationality", "left", "allowed", "window"),
        [
            ("P", "JOR", "2026-08-31", 90, 180),
            ("PO", "JOR", "2026-08-31", 180, 360),
            ("P", "AZE", "2026-08-31", 30, 60),
            ("P", "AZE", "2026-09-01", 90, 180),
            ("PS", "AZE", "2026-08-31", 180, 360),
        ],
    )
    def test_days_in_a_window_by_nationality_class_and_date(self, code, nationality, left, allowed, window):
        assert not self.window(allowed, code, nationality, left)
        (finding,) = self.window(allowed + 1, code, nationality, left)
        assert (finding.params["days_allowed"], finding.params["window_days"]) == (allowed, window)
        assert ("citation" in finding.params) == (allowed != 90)

    def test_every_row_of_the_examples_says_that_it_is_made_up(self):
        for policy in (self.IRAQ, self.SHORT):
            assert policy.regimes
            assert all(row.citation.startswith("ILLUSTRATIVE") for row in policy.regimes)


NIGHTS = st.tuples(
    st.integers(0, 400), st.sampled_from([1, 2, 12, 23]), st.integers(0, 4000)
)  # day, hour, hours inside


@given(st.lists(NIGHTS, max_size=5), st.integers(0, 400))
def test_the_quick_count_never_falls_short(stays, since):
    first, movements, present = at("2026-01-01 00:00"), [], set()
    free = first
    for day, hour, hours in sorted(stays):
        entered = first + timedelta(days=day, hours=hour)
        if entered < free:
            continue
        free = left = entered + timedelta(hours=hours)
        movements += [
            recorded(replace(crossing("WEST", direction, "2026-01-01"), occurred_at=moment))
            for direction, moment in ((ENTRY, entered), (EXIT, left))
        ]
        present |= {entered.date() + timedelta(n) for n in range((left.date() - entered.date()).days + 1)}
    begin = first.date() + timedelta(since)
    assert days_at_most(movements, begin) >= sum(day >= begin for day in present)
