"""M: movements that do not fit together, and the gaps in what is known."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import Clock, Outcome, Severity, Source, Visa
from service.policy import default_policy
from service.rules.case import Case
from service.rules.movement import distance_km
from tests.cases import (
    AIR,
    AIR_NORTH,
    ENTRY,
    EXIT,
    NORTH,
    PASSPORT,
    POSTS,
    SOUTH,
    WEST,
    at,
    case_of,
    crossing,
    found,
    minutes,
    of_national,
    only,
    policy_with,
    recorded,
    silent,
)


class TestM1NoBeginning:
    def test_exit_with_no_entry(self):
        leaving = crossing("WEST", EXIT, "2026-03-10")
        finding = only("M1", case_of(leaving))
        assert finding.message == "rule.M1.exit_without_entry"
        assert finding.severity is Severity.IRREGULAR
        assert finding.evidence == (str(leaving.id),)

    def test_a_national_begins_with_an_exit(self):
        assert not found("M1", case_of(of_national("WEST", EXIT, "2026-03-10")))
        finding = only("M1", case_of(of_national("WEST", ENTRY, "2026-03-10")))
        assert finding.message == "rule.M1.entry_without_exit"

    def test_a_foreigner_begins_with_an_entry(self):
        assert not found("M1", case_of(crossing("WEST", ENTRY, "2026-03-10")))

    def test_any_presence_before_is_a_beginning(self):
        leaving = crossing("WEST", EXIT, "2026-03-10")
        assert not found("M1", case_of(leaving, crossing("WEST", ENTRY, "2026-03-01")))
        assert not found("M1", case_of(leaving, crossing("WEST", EXIT, "2026-03-01")))

    def test_a_refused_entry_is_none(self):
        refused = recorded(crossing("WEST", ENTRY, "2026-03-01"), decision=Outcome.REFUSED)
        assert found("M1", case_of(crossing("WEST", EXIT, "2026-03-10"), refused))

    def test_an_entry_by_another_passport_of_the_same_person_counts(self):
        other = replace(PASSPORT, document_number="T0000001")
        entered = crossing("WEST", ENTRY, "2026-03-01", document=other)
        assert not found("M1", case_of(crossing("WEST", EXIT, "2026-03-10"), entered))

    def test_a_false_friend_in_the_history_does_not(self):
        leaving = crossing("WEST", EXIT, "2026-03-10")
        stranger = replace(leaving.traveller, secondary_identifier="RASHED")
        other = replace(PASSPORT, document_number="T0000001")
        entered = crossing("WEST", ENTRY, "2026-03-01", document=other, traveller=stranger)
        assert found("M1", case_of(leaving, entered))

    @pytest.mark.parametrize(
        ("when", "severity"), [("2026-03-10", Severity.NOTICE), ("2026-03-31", Severity.IRREGULAR)]
    )
    def test_what_may_be_older_than_the_records_is_a_notice(self, when, severity):
        policy = policy_with({"M1": {"records_from": date(2026, 3, 1), "settling_days": 30}})
        finding = only("M1", case_of(crossing("WEST", EXIT, when), policy=policy))
        assert finding.severity is severity


class TestM2AlreadyInside:
    def test_entry_after_entry(self):
        first, second = crossing("WEST", ENTRY, "2026-03-01"), crossing("SOUTH", ENTRY, "2026-03-10")
        finding = only("M2", case_of(second, first))
        assert finding.message == "rule.M2.already_inside"
        assert finding.params == {"since": "2026-03-01T15:00+03:00", "at_post": "WEST"}
        assert finding.evidence == (str(first.id), str(second.id))

    @pytest.mark.parametrize("make", [crossing, of_national])
    def test_nationals_as_well(self, make):
        assert found("M2", case_of(make("SOUTH", ENTRY, "2026-03-10"), make("WEST", ENTRY, "2026-03-01")))

    @pytest.mark.parametrize(
        ("decision", "findings"), [(Outcome.ADMITTED, 1), (Outcome.REFERRED, 1), (None, 1), (Outcome.REFUSED, 0)]
    )
    def test_the_refused_never_came_in(self, decision, findings):
        first = recorded(crossing("WEST", ENTRY, "2026-03-01"), decision=decision)
        assert len(found("M2", case_of(crossing("SOUTH", ENTRY, "2026-03-10"), first))) == findings

    def test_five_simultaneous_entries_of_one_document(self):
        """Each booth sees those recorded before: one is regular, four are not."""
        entries = [recorded(crossing("WEST", ENTRY, "2026-03-01"), seq=seq) for seq in range(1, 6)]
        raised = [found("M2", case_of(entry.crossing, *entries[:n])) for n, entry in enumerate(entries)]
        assert [len(findings) for findings in raised] == [0, 1, 1, 1, 1]

    def test_five_simultaneous_entries_judged_again(self):
        """With all five known to each other it is the same: the order is by seq, since no clock can tell."""
        entries = [recorded(crossing("WEST", ENTRY, "2026-03-01"), seq=seq) for seq in (5, 3, 1, 4, 2)]
        cases = [replace(case_of(e.crossing, *[o for o in entries if o is not e]), seq=e.seq) for e in entries]
        assert [e.seq for e, case in zip(entries, cases, strict=True) if not found("M2", case)] == [1]


class TestM3AlreadyOutside:
    def test_exit_after_exit(self):
        first = crossing("WEST", EXIT, "2026-03-05")
        finding = only(
            "M3", case_of(crossing("SOUTH", EXIT, "2026-03-10"), crossing("WEST", ENTRY, "2026-03-01"), first)
        )
        assert finding.message == "rule.M3.already_outside"
        assert finding.evidence[0] == str(first.id)

    def test_entry_then_exit(self):
        assert not found("M3", case_of(crossing("SOUTH", EXIT, "2026-03-10"), crossing("WEST", ENTRY, "2026-03-01")))


MISSING = {
    "M1": (crossing("WEST", EXIT, "2026-03-10 12:00"), []),
    "M2": (crossing("WEST", ENTRY, "2026-03-10 12:00"), [crossing("WEST", ENTRY, "2026-03-01")]),
    "M3": (crossing("WEST", EXIT, "2026-03-10 12:00"), [crossing("WEST", EXIT, "2026-03-01")]),
}


class TestDataGap:
    """M1 to M3 accuse nobody while a post may still hold what is missing."""

    @pytest.mark.parametrize("rule", MISSING)
    def test_a_notice_until_every_post_is_heard_past_the_gap(self, rule):
        made, history = MISSING[rule]
        behind = [silent(SOUTH, "2026-03-10 09:40"), silent(NORTH, "2026-03-10 08:00")]
        finding = only(rule, case_of(made, *history, posts=behind))
        assert finding.severity is Severity.NOTICE
        assert finding.message.endswith(".unheard")
        assert finding.stale_posts == ("NORTH", "SOUTH")
        assert finding.params["unheard_post"] == "NORTH"
        assert finding.params["unheard_since"] == "2026-03-10T11:00+03:00"
        assert finding.params["unheard"] == {"NORTH": "2026-03-10T11:00+03:00", "SOUTH": "2026-03-10T12:40+03:00"}

    @pytest.mark.parametrize("rule", MISSING)
    def test_an_irregularity_once_all_are_heard(self, rule):
        made, history = MISSING[rule]
        heard = [silent(SOUTH, "2026-03-10 12:00"), silent(NORTH, "2026-03-10 15:00")]
        finding = only(rule, case_of(made, *history, posts=heard, as_of=at("2026-03-10 16:00")))
        assert finding.severity is Severity.IRREGULAR
        assert finding.stale_posts == ()
        assert "unheard" not in finding.params

    def test_one_post_behind_is_enough(self):
        made, history = MISSING["M2"]
        posts = [silent(SOUTH, "2026-03-10 12:00"), silent(NORTH, "2026-03-10 11:59")]
        assert only("M2", case_of(made, *history, posts=posts)).stale_posts == ("NORTH",)

    def test_its_own_post_sends_in_order_and_is_never_behind(self):
        made, history = MISSING["M2"]
        assert not only("M2", case_of(made, *history, posts=[silent(WEST, "2026-03-10 09:00")])).stale_posts

    def test_a_post_that_writes_here_directly_is_heard(self):
        made, history = MISSING["M2"]
        earlier = case_of(made, *history, as_of=at("2026-03-10 11:00"))
        assert not only("M2", earlier).stale_posts

    def test_the_missing_exit_withdraws_it(self):
        made, history = MISSING["M2"]
        late = recorded(crossing("SOUTH", EXIT, "2026-03-05"), recorded_at=at("2026-03-11"))
        assert not found("M2", case_of(made, *history, late))

    def test_so_does_an_exit_keyed_from_paper_at_the_same_post(self):
        """Its seq is the latest, but it did not happen last."""
        entered = recorded(crossing("WEST", ENTRY, "2026-03-01"), seq=1)
        again = crossing("WEST", ENTRY, "2026-03-10")
        paper = crossing("WEST", EXIT, "2026-03-05", source=Source.PAPER, clock=Clock.UNCERTAIN)
        case = replace(case_of(again, entered, recorded(paper, seq=3, recorded_at=at("2026-03-11"))), seq=2)
        assert not found("M2", case)


class TestOrder:
    def test_within_a_post_by_seq_though_the_clock_was_set_back(self):
        entered = recorded(crossing("WEST", ENTRY, "2026-03-10 12:00"), seq=1)
        assert not found("M1", case_of(crossing("WEST", EXIT, "2026-03-10 11:50"), entered))

    def test_across_posts_by_time(self):
        entered = recorded(crossing("SOUTH", ENTRY, "2026-03-10 12:00"), seq=1)
        assert found("M1", case_of(crossing("WEST", EXIT, "2026-03-10 11:50"), entered))

    def test_a_post_whose_clock_was_set_back_keeps_its_place_among_others(self):
        """WEST stamped 12:00 and then 09:00; SOUTH's 10:00 comes before both, not between them."""
        first = recorded(crossing("WEST", ENTRY, "2026-03-10 12:00"), seq=1)
        second = recorded(crossing("WEST", EXIT, "2026-03-10 09:00"), seq=2)
        between = crossing("SOUTH", ENTRY, "2026-03-10 10:00")
        assert not found("M2", case_of(between, first, second))

    def test_without_seq_by_the_time_of_recording(self):
        entered = recorded(crossing("WEST", ENTRY, "2026-03-10 12:00"), recorded_at=at("2026-03-10 12:01"))
        case = case_of(crossing("WEST", EXIT, "2026-03-10 11:50"), entered)
        assert not found("M1", replace(case, seq=0, recorded_at=at("2026-03-10 12:02")))

    @given(st.permutations(range(6)))
    def test_the_order_of_arrival_does_not_matter(self, order):
        directions = (ENTRY, EXIT, ENTRY, ENTRY, EXIT, EXIT)
        history = [
            recorded(crossing("WEST" if i < 3 else "SOUTH", d, f"2026-03-0{i + 1}"), seq=i)
            for i, d in enumerate(directions)
        ]
        case = case_of(crossing("NORTH", EXIT, "2026-03-10"), *(history[i] for i in order))
        assert [m.seq for m in case.earlier] == [0, 1, 2, 3, 4, 5]
        assert len(found("M3", case)) == 1


class TestM4ImpossibleTravel:
    """WEST and SOUTH lie 916 km apart: 7 h 38 min at 120 km/h. The airports lie 334 km apart: 112 min with a flight."""

    def later(self, by, post="SOUTH", first="WEST", **changes):
        before = crossing(first, ENTRY, "2026-03-10 06:00")
        made = crossing(post, EXIT, "2026-03-10 06:00", **changes)
        return replace(made, occurred_at=before.occurred_at + minutes(by)), before

    @pytest.mark.parametrize(("by", "findings"), [(0, 1), (60, 1), (442, 1), (443, 0), (600, 0)])
    def test_by_land_with_a_quarter_of_an_hour_for_the_clocks(self, by, findings):
        assert len(found("M4", case_of(*self.later(by)))) == findings

    @pytest.mark.parametrize(("by", "findings"), [(0, 1), (97, 1), (98, 0)])
    def test_by_air(self, by, findings):
        assert len(found("M4", case_of(*self.later(by, "AIR-N", "AIR")))) == findings

    @pytest.mark.parametrize(("by", "findings"), [(134, 1), (136, 0)])
    def test_nine_hundred_kilometres_by_air_take_two_and_a_half_hours(self, by, findings):
        """8.094 degrees of the equator are 900 km: an hour in the air and 90 minutes beside it."""
        west, east = replace(AIR, position=(0.0, 0.0)), replace(AIR_NORTH, position=(0.0, 8.0939))
        made, before = self.later(by, "AIR-N", "AIR")
        assert len(found("M4", case_of(made, before, posts=[west, east]))) == findings

    def test_says_how_far_and_how_long(self):
        made, before = self.later(60)
        finding = only("M4", case_of(made, before))
        assert finding.message == "rule.M4.too_fast_by_land"
        assert finding.params == {"from_post": "WEST", "km": 916, "minutes": 60, "needed_minutes": 458}
        assert finding.evidence == (str(before.id), str(made.id))

    def test_a_flight_may_shorten_the_way_from_or_to_an_airport(self):
        made, before = self.later(200, "AIR", "WEST")
        assert distance_km(WEST.position, AIR.position) / 120 * 60 > 215
        assert not found("M4", case_of(made, before))

    def test_the_same_post_is_no_distance(self):
        assert not found("M4", case_of(*self.later(0, "WEST")))

    def test_nothing_where_a_time_is_uncertain(self):
        made, before = self.later(60)
        assert not found("M4", case_of(replace(made, clock=Clock.UNCERTAIN), before))
        assert not found("M4", case_of(made, replace(before, clock=Clock.UNCERTAIN)))

    def test_an_uncertain_movement_between_hides_nothing(self):
        made, before = self.later(60)
        paper = crossing("WEST", EXIT, "2026-03-10 06:30", clock=Clock.UNCERTAIN, source=Source.PAPER)
        assert found("M4", case_of(made, before, paper))

    def test_nothing_where_a_place_is_not_known(self):
        made, before = self.later(60)
        assert not found("M4", case_of(replace(made, crossing_point="ELSEWHERE"), before))
        assert not found("M4", case_of(made, replace(before, crossing_point="ELSEWHERE")))

    def test_nothing_without_anything_before(self):
        made, _ = self.later(60)
        assert not found("M4", case_of(made))

    def test_only_the_nearest_neighbour(self):
        made, before = self.later(60)
        nearer = crossing("SOUTH", ENTRY, "2026-03-10 06:30")
        assert not found("M4", case_of(made, before, nearer))

    def test_the_later_of_the_two_is_the_one_found(self):
        made, before = self.later(60)
        assert not found("M4", case_of(before, recorded(made)))

    def test_of_two_at_one_moment_the_later_recorded_is_the_one_found(self):
        """Whoever stands at the desk now is the one to be asked."""
        made, before = self.later(0)
        assert found("M4", case_of(made, recorded(before), as_of=made.occurred_at + minutes(1)))
        assert found("M4", case_of(before, recorded(made), as_of=made.occurred_at + minutes(1)))

    def test_two_recorded_at_one_moment_give_one_finding(self):
        pair = [recorded(made, seq=1) for made in self.later(0)]
        cases = [Case.of(m, pair, POSTS, default_policy(), m.recorded_at) for m in pair]
        assert sum(len(found("M4", case)) for case in cases) == 1

    def test_somebody_stood_there_though_refused(self):
        made, before = self.later(60)
        assert found("M4", case_of(made, recorded(before, decision=Outcome.REFUSED)))

    def test_parameters(self):
        policy = policy_with({"M4": {"land_km_h": 1000.0}})
        assert not found("M4", case_of(*self.later(60), policy=policy))

    def test_great_circles(self):
        """A quarter of the equator, half a meridian; and 1 degree of latitude is 111.2 km."""
        assert distance_km((0, 0), (0, 90)) == pytest.approx(10007.557, abs=0.01)
        assert distance_km((90, 0), (-90, 0)) == pytest.approx(20015.115, abs=0.01)
        assert distance_km((33, 44), (34, 44)) == pytest.approx(111.195, abs=0.01)
        assert distance_km((33, 179.5), (33, -179.5)) == pytest.approx(93.255, abs=0.01)


class TestM5BackToBack:
    def stays(self, *spans: tuple[str, str], **changes):
        return [
            crossing("WEST", d, day, **changes) for span in spans for d, day in zip((ENTRY, EXIT), span, strict=True)
        ]

    FIRST, SECOND = ("2026-01-01", "2026-02-14"), ("2026-02-18", "2026-04-03")  # 45 days each, 3 days outside

    def test_found_on_the_exit_that_ends_the_second(self):
        *history, leaving = self.stays(self.FIRST, self.SECOND)
        finding = only("M5", case_of(leaving, *history))
        assert finding.params == {"stays": 2, "since": "2026-01-01"}
        assert finding.evidence == tuple(str(made.id) for made in (*history, leaving))

    def test_found_on_the_next_entry(self):
        history = self.stays(self.FIRST, self.SECOND)
        assert found("M5", case_of(crossing("WEST", ENTRY, "2026-04-07"), *history))
        assert not found("M5", case_of(crossing("WEST", ENTRY, "2026-04-08"), *history))

    @pytest.mark.parametrize(
        "second",
        [("2026-02-19", "2026-04-10"), ("2026-02-18", "2026-04-02")],
        ids=["four days outside", "44 days inside"],
    )
    def test_not_quite(self, second):
        *history, leaving = self.stays(self.FIRST, second)
        assert not found("M5", case_of(leaving, *history))

    def test_one_long_stay_is_no_series(self):
        entry, leaving = self.stays(self.FIRST)
        assert not found("M5", case_of(leaving, entry))

    @pytest.mark.parametrize("kind", ["commuter", "driver", "trader", "residence"])
    def test_the_registered_are_exempt(self, kind):
        *history, leaving = self.stays(self.FIRST, self.SECOND, visa=Visa(kind=kind))
        assert not found("M5", case_of(leaving, *history))

    def test_nationals_are_exempt(self):
        history = [
            of_national("WEST", d, day) for d, day in zip((ENTRY, EXIT) * 2, self.FIRST + self.SECOND, strict=True)
        ]
        assert not found("M5", case_of(history.pop(), *history))

    def test_a_stay_without_an_end_is_none(self):
        *history, leaving = self.stays(self.FIRST, self.SECOND)
        assert not found("M5", case_of(leaving, *history[1:]))


class TestM6RefusedElsewhere:
    def refused(self, post="WEST", when="2026-03-10 06:00"):
        return recorded(crossing(post, ENTRY, when), decision=Outcome.REFUSED)

    @pytest.mark.parametrize(("when", "findings"), [("2026-03-13 06:00", 1), ("2026-03-13 06:01", 0)])
    def test_within_72_hours(self, when, findings):
        refused = self.refused()
        raised = found("M6", case_of(crossing("SOUTH", ENTRY, when), refused))
        assert len(raised) == findings
        assert all(finding.evidence[0] == str(refused.id) for finding in raised)

    def test_the_same_post_again_is_no_finding(self):
        assert not found("M6", case_of(crossing("WEST", ENTRY, "2026-03-10 09:00"), self.refused()))

    def test_an_admission_ends_the_matter(self):
        admitted = recorded(crossing("NORTH", ENTRY, "2026-03-11"), decision=Outcome.ADMITTED)
        assert not found("M6", case_of(crossing("SOUTH", EXIT, "2026-03-12"), self.refused(), admitted))

    def test_a_refusal_after_the_admission_counts(self):
        admitted = recorded(crossing("WEST", EXIT, "2026-03-09"), decision=Outcome.ADMITTED)
        assert found("M6", case_of(crossing("SOUTH", ENTRY, "2026-03-12"), admitted, self.refused()))

    @pytest.mark.parametrize("decision", [None, Outcome.REFERRED])
    def test_nothing_less_does(self, decision):
        undecided = recorded(crossing("NORTH", ENTRY, "2026-03-11"), decision=decision)
        assert found("M6", case_of(crossing("SOUTH", ENTRY, "2026-03-12"), self.refused(), undecided))

    def test_by_another_passport(self):
        other = replace(PASSPORT, document_number="T0000001")
        assert found("M6", case_of(crossing("SOUTH", ENTRY, "2026-03-11", document=other), self.refused()))


class TestM7OtherRoute:
    CONDITION = Visa(exit_point="AIR")

    def test_recorded_on_entry(self):
        entered = crossing("AIR", ENTRY, "2026-03-01", visa=self.CONDITION)
        finding = only("M7", case_of(crossing("WEST", EXIT, "2026-03-10"), entered))
        assert finding.params == {"required_post": "AIR"}
        assert not found("M7", case_of(crossing("AIR", EXIT, "2026-03-10"), entered))

    def test_shown_on_exit(self):
        assert found("M7", case_of(crossing("WEST", EXIT, "2026-03-10", visa=self.CONDITION)))

    def test_not_on_entry_and_not_without_a_condition(self):
        assert not found("M7", case_of(crossing("WEST", ENTRY, "2026-03-10", visa=self.CONDITION)))
        entered = crossing("AIR", ENTRY, "2026-03-01", visa=Visa(kind="tourist"))
        assert not found("M7", case_of(crossing("WEST", EXIT, "2026-03-10"), entered))
