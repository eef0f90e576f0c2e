"""M8, M9 and P2 to P10: who travels with whom, what time must show, and what an officer saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain import Inspection, Observation, Outcome, Relation, Severity, Source, Verdict
from service.policy import default_policy
from service.rules.catalogue import RULES, irregularities, waits
from service.rules.links import run_of
from service.rules.protection import first_line_may_clear
from tests.cases import (
    ENTRY,
    EXIT,
    IRAQI_PASSPORT,
    NATIONAL,
    SOUTH,
    at,
    case_of,
    crossing,
    found,
    only,
    policy_with,
    recorded,
    silent,
    somebody,
)

CHILD = "2015-04-01"
HOUR = timedelta(hours=1)


def member(number: int, direction, when: str, born: str = "1980-05-17", **changes):
    return crossing("WEST", direction, when, group_id="coach-7", **somebody(number, born, **changes))


def family(number: int, direction, when: str, born: str = CHILD, **changes):
    """Somebody who names the traveller of `tests.cases`."""
    return crossing("WEST", direction, when, **somebody(number, born, accompanying=("JOR:T1234567",), **changes))


class TestM8GroupNotComplete:
    CAME = tuple(member(number, ENTRY, "2026-03-01 10:00") for number in (1, 2, 3))
    OWN = crossing("WEST", ENTRY, "2026-03-01 10:05", group_id="coach-7")
    LEAVES = crossing("WEST", EXIT, "2026-03-08 10:00", group_id="coach-7")

    def case(self, *left, as_of="2026-03-09 10:00", came=None, **more):
        others = [*(self.CAME if came is None else came), *left]
        when = self.LEAVES.occurred_at
        return case_of(self.LEAVES, self.OWN, others=others, as_of=at(as_of), recorded_at=when, **more)

    def test_the_rest_did_not_follow_within_a_day(self):
        left = member(1, EXIT, "2026-03-08 09:50")
        finding = only("M8", self.case(left))
        assert finding.params == {"entered": 4, "left": 2, "missing": 2}
        assert finding.evidence == (str(self.CAME[1].id), str(self.CAME[2].id), str(self.LEAVES.id))
        assert finding.severity is Severity.IRREGULAR

    @pytest.mark.parametrize(("as_of", "findings"), [("2026-03-09 09:59", 0), ("2026-03-09 10:00", 1)])
    def test_nobody_is_missed_before_the_day_is_over(self, as_of, findings):
        assert len(found("M8", self.case(as_of=as_of))) == findings

    @pytest.mark.parametrize(("when", "findings"), [("2026-03-09 10:00", 0), ("2026-03-09 10:01", 1)])
    def test_the_last_of_the_group_is_waited_for_until_then(self, when, findings):
        two = [member(number, EXIT, "2026-03-08 09:50") for number in (1, 2)]
        late = replace(member(3, EXIT, when), group_id=None)
        assert len(found("M8", self.case(*two, late, as_of="2026-03-20"))) == findings

    @pytest.mark.parametrize(("when", "findings"), [("2026-03-09 10:00", 0), ("2026-03-09 10:01", 1)])
    def test_another_of_the_group_who_left_by_then_is_the_last(self, when, findings):
        assert len(found("M8", self.case(member(1, EXIT, when), as_of="2026-03-20"))) == findings

    def test_who_left_without_the_group_has_left(self):
        left = [replace(member(number, EXIT, "2026-03-04"), group_id=None) for number in (1, 2, 3)]
        assert not found("M8", self.case(*left))

    def test_a_refused_exit_is_none(self):
        left = [recorded(member(number, EXIT, "2026-03-08 09:50")) for number in (1, 2)]
        refused = recorded(member(3, EXIT, "2026-03-08 09:55"), decision=Outcome.REFUSED)
        assert found("M8", self.case(*left, refused))

    def test_only_at_the_last_who_left(self):
        assert not found("M8", self.case(member(1, EXIT, "2026-03-08 11:00")))
        assert not found("M8", self.case(member(1, EXIT, "2026-03-08 10:00"), as_of="2026-03-10"))

    def test_a_complete_group(self):
        assert not found("M8", self.case(*(member(number, EXIT, "2026-03-08 09:50") for number in (1, 2, 3))))

    def test_nationals_are_at_home(self):
        at_home = [replace(each, traveller=replace(each.traveller, nationality="IRQ")) for each in self.CAME]
        assert not found("M8", self.case(came=at_home))

    def test_his_own_renewed_passport_is_nobody_missing(self):
        old = replace(self.OWN.document, document_number="T0000001")
        before = replace(self.OWN, document=old)
        assert not found("M8", case_of(self.LEAVES, before, others=[before], as_of=at("2026-03-09 10:00")))

    def test_a_notice_while_a_post_is_not_heard(self):
        finding = only("M8", self.case(posts=[silent(SOUTH, "2026-03-09 09:00")]))
        assert (finding.severity, finding.message) == (Severity.NOTICE, "rule.M8.group_incomplete.unheard")
        assert finding.stale_posts == ("SOUTH",)
        heard = only("M8", self.case(posts=[silent(SOUTH, "2026-03-09 10:00")]))
        assert heard.severity is Severity.IRREGULAR

    def test_another_group_and_no_group_say_nothing(self):
        alone = replace(self.LEAVES, group_id=None)
        assert not found("M8", case_of(alone, self.OWN, others=self.CAME, as_of=at("2026-03-20")))
        others = [replace(each, group_id="coach-8") for each in self.CAME]
        assert not found("M8", self.case(came=others))

    def test_not_on_entry(self):
        assert not found("M8", case_of(self.OWN, others=self.CAME, as_of=at("2026-03-20")))

    def test_who_came_after_this_exit_is_not_missing(self):
        assert not found("M8", self.case(came=[member(1, ENTRY, "2026-03-08 12:00")]))

    def test_the_post_may_wait_longer(self):
        policy = policy_with({"M8": {"hours": 48}})
        assert not found("M8", self.case(policy=policy))
        assert found("M8", self.case(policy=policy, as_of="2026-03-10 10:00"))

    def test_is_waited_for(self):
        assert at("2026-03-09 10:00") in list(waits(self.case(as_of="2026-03-08 10:00")))
        assert list(waits(self.case(as_of="2026-03-09 10:00"))) == []


class TestM9NoDecision:
    MADE = crossing("WEST", ENTRY, "2026-03-10 12:00")

    def case(self, minutes=60, *, awaiting=True, **changes):
        made = replace(self.MADE, **changes)
        as_of = made.occurred_at + timedelta(minutes=minutes)
        return case_of(made, recorded_at=made.occurred_at, as_of=as_of, awaiting=awaiting)

    @pytest.mark.parametrize(("minutes", "findings"), [(59, 0), (60, 1), (600, 1)])
    def test_after_an_hour(self, minutes, findings):
        assert len(found("M9", self.case(minutes))) == findings

    def test_accuses_nobody(self):
        assert only("M9", self.case()).severity is Severity.NOTICE

    def test_where_a_decision_is_not_known_to_be_missing_none_is_missed(self):
        assert not found("M9", self.case(awaiting=False))
        assert list(waits(self.case(0, awaiting=False))) == []

    def test_what_was_keyed_from_paper_is_not_at_the_desk(self):
        assert not found("M9", self.case(source=Source.PAPER))

    def test_is_waited_for(self):
        assert list(waits(self.case(0))) == [at("2026-03-10 13:00")]


class TestP1AChildWithSomebody:
    def test_an_adult_who_named_the_child_is_with_it(self):
        child = crossing("WEST", ENTRY, "2026-03-10 12:00", **somebody(1, CHILD))
        adult = crossing("WEST", ENTRY, "2026-03-10 11:58", accompanying=(child.document.key,))
        assert found("P1", case_of(child))
        assert not found("P1", case_of(child, others=[adult]))
        assert found("P1", case_of(child, others=[replace(adult, occurred_at=at("2026-03-10 12:01"))]))
        assert found("P1", case_of(child, others=[replace(adult, direction=EXIT)]))


class TestP2UnrelatedAdult:
    def child(self, **changes):
        made = {**somebody(1, CHILD), "accompanying": ("JOR:T1234567",), **changes}
        return crossing("WEST", ENTRY, "2026-03-10 12:00", **made)

    def test_no_relation_and_no_consent(self):
        finding = only("P2", case_of(self.child()))
        assert finding.severity is Severity.PROTECTION

    def test_names_the_adult_who_crossed_before(self):
        adult = crossing("WEST", ENTRY, "2026-03-10 11:59")
        assert only("P2", case_of(self.child(), others=[adult])).evidence[0] == str(adult.id)

    @pytest.mark.parametrize(
        "changes",
        [
            {"relations": (Relation("JOR:T1234567", "mother"),)},
            {"consent": "notary 12/2026"},
            {"accompanying": ()},
            {"accompanying": (), "group_id": "school-7"},
            {"traveller": somebody(1, "1990-01-01")["traveller"]},
        ],
        ids=["relation", "consent", "alone", "group", "adult"],
    )
    def test_nothing_is_found(self, changes):
        assert not found("P2", case_of(self.child(**changes)))

    def test_the_adult_recorded_the_relation(self):
        child = self.child()
        adult = crossing("WEST", ENTRY, "2026-03-10 11:59", relations=(Relation(child.document.key, "son"),))
        assert not found("P2", case_of(child, others=[adult]))

    def test_a_child_whom_an_adult_claims(self):
        child = self.child(accompanying=())
        adult = crossing("WEST", ENTRY, "2026-03-10 11:59", accompanying=(child.document.key,))
        assert found("P2", case_of(child, others=[adult]))

    def test_with_another_child_only(self):
        child = self.child()
        brother = crossing("WEST", ENTRY, "2026-03-10 11:59", traveller=somebody(2, CHILD)["traveller"])
        assert not found("P2", case_of(child, others=[brother]))

    def test_a_date_known_in_part_counts_as_the_youngest_age(self):
        on_the_day = somebody(1, "2008")["traveller"]
        assert found("P2", case_of(self.child(traveller=on_the_day)))
        assert not found("P2", case_of(self.child(traveller=somebody(1, "2007")["traveller"])))


class TestP3SeveralChildren:
    ADULT = crossing("WEST", ENTRY, "2026-03-10 12:00")

    def test_three_who_name_one_adult(self):
        children = [family(number, ENTRY, f"2026-03-10 11:5{number}") for number in (1, 2, 3)]
        finding = only("P3", case_of(self.ADULT, others=children))
        assert (finding.params, finding.severity) == ({"children": 3}, Severity.PROTECTION)
        assert finding.evidence[:3] == tuple(str(each.id) for each in children)

    def test_two_are_not_enough(self):
        assert not found("P3", case_of(self.ADULT, others=[family(n, ENTRY, "2026-03-10 11:50") for n in (1, 2)]))

    def test_over_three_months(self):
        journeys = [crossing("WEST", ENTRY, day) for day in ("2026-01-10", "2026-02-10")]
        children = [family(1, ENTRY, "2026-01-10"), family(2, ENTRY, "2026-02-10"), family(3, ENTRY, "2026-03-10")]
        assert only("P3", case_of(crossing("WEST", ENTRY, "2026-03-10 13:00"), *journeys, others=children))
        late = crossing("WEST", ENTRY, "2026-04-10 13:00")
        assert not found("P3", case_of(late, *journeys, others=children))

    def test_children_of_nobody_who_stood_near_are_not_the_adults(self):
        children = [crossing("WEST", ENTRY, "2026-03-01", **somebody(number, CHILD)) for number in (1, 2, 3)]
        before = crossing("WEST", ENTRY, "2026-03-01 13:00")
        assert not found("P3", case_of(self.ADULT, before, others=children))

    def test_one_child_three_times_is_one_child(self):
        journeys = [crossing("WEST", ENTRY, f"2026-03-0{day}") for day in (1, 2, 3)]
        again = [family(1, ENTRY, f"2026-03-0{day}") for day in (1, 2, 3)]
        assert not found("P3", case_of(self.ADULT, *journeys, others=again))

    @pytest.mark.parametrize("link", ["relation", "name"])
    def test_relatives_are_not_counted(self, link):
        children = [family(number, ENTRY, "2026-03-10 11:50") for number in (1, 2, 3)]
        own = Relation(self.ADULT.document.key, "father")
        name = self.ADULT.traveller.primary_identifier
        related = (
            replace(children[0], relations=(own,))
            if link == "relation"
            else replace(children[0], traveller=replace(children[0].traveller, primary_identifier=name))
        )
        assert not found("P3", case_of(self.ADULT, others=[related, *children[1:]]))

    def in_group(self, *more, as_of="2026-03-10 13:00"):
        children = [member(number, ENTRY, "2026-03-10 12:20", CHILD) for number in (1, 2, 3)]
        adult = replace(self.ADULT, group_id="coach-7")
        return case_of(adult, others=[*children, *more], as_of=at(as_of))

    def test_the_only_adult_of_a_group(self):
        assert found("P3", self.in_group())

    def test_the_rest_of_the_party_is_waited_for(self):
        case = self.in_group(as_of="2026-03-10 12:59")
        assert not found("P3", case)
        assert list(waits(case)) == [at("2026-03-10 13:00")]

    def test_who_comes_with_the_last_minute_still_belongs_to_it(self):
        for minute, findings in (("13:00", 1), ("13:01", 0)):
            children = [member(number, ENTRY, "2026-03-10 12:20", CHILD) for number in (1, 2)]
            last = member(3, ENTRY, f"2026-03-10 {minute}", CHILD)
            adult = replace(self.ADULT, group_id="coach-7")
            assert len(found("P3", case_of(adult, others=[*children, last], as_of=at("2026-03-10 13:05")))) == findings

    def test_in_a_group_with_other_adults_they_are_no_ones(self):
        assert not found("P3", self.in_group(member(9, ENTRY, "2026-03-10 12:25")))

    def test_a_child_is_no_escort(self):
        child = crossing("WEST", ENTRY, "2026-03-10 12:00", traveller=somebody(8, CHILD)["traveller"])
        children = [family(number, ENTRY, "2026-03-10 11:50") for number in (1, 2, 3)]
        assert not found("P3", case_of(child, others=children, as_of=at("2026-03-11")))

    def test_a_date_known_in_part_counts_as_the_youngest_age(self):
        def children(born):
            return [family(number, ENTRY, "2026-03-10 11:50", born) for number in (1, 2, 3)]

        assert found("P3", case_of(self.ADULT, others=children("2008")))
        assert not found("P3", case_of(self.ADULT, others=children("2007")))


class TestP4WithoutDependants:
    CAME = crossing("WEST", ENTRY, "2026-03-01 12:00")
    LEAVES = crossing("WEST", EXIT, "2026-03-08 12:00")
    SON = family(1, ENTRY, "2026-03-01 12:01")

    def case(self, *others, as_of="2026-03-08 13:00", **changes):
        return case_of(replace(self.LEAVES, **changes), self.CAME, others=others, as_of=at(as_of))

    def test_a_child_stays_behind(self):
        finding = only("P4", self.case(self.SON))
        assert (finding.params, finding.severity) == ({"children": 1}, Severity.PROTECTION)
        assert finding.evidence == (str(self.CAME.id), str(self.SON.id), str(self.LEAVES.id))

    @pytest.mark.parametrize(("when", "findings"), [("13:00", 0), ("13:01", 1), ("11:00", 0)])
    def test_the_child_may_follow_within_the_hour(self, when, findings):
        leaves = family(1, EXIT, f"2026-03-08 {when}")
        assert len(found("P4", self.case(self.SON, leaves, as_of="2026-03-20"))) == findings

    def test_nothing_before_the_hour_is_over(self):
        case = self.case(self.SON, as_of="2026-03-08 12:59")
        assert not found("P4", case)
        assert set(waits(case)) == {at("2026-03-08 13:00")}

    def test_a_brother_stays_and_is_a_child_himself(self):
        assert only("P4", self.case(self.SON, family(2, ENTRY, "2026-03-01 12:02"))).params == {"children": 2}

    def test_the_mother_stays_with_the_child(self):
        mother = family(2, ENTRY, "2026-03-01 12:02", "1985-01-01")
        assert not found("P4", self.case(self.SON, mother))
        gone = family(2, EXIT, "2026-03-08 11:00", "1985-01-01")
        assert found("P4", self.case(self.SON, mother, gone))

    def test_a_national_child_is_at_home(self):
        at_home = replace(self.SON, traveller=replace(self.SON.traveller, nationality="IRQ"))
        assert not found("P4", self.case(at_home))

    def test_who_came_another_day_is_no_company(self):
        assert not found("P4", self.case(replace(self.SON, occurred_at=at("2026-02-25"))))

    def test_a_company_is_a_day_wide(self):
        assert found("P4", self.case(replace(self.SON, occurred_at=at("2026-02-28 12:00"))))
        assert not found("P4", self.case(replace(self.SON, occurred_at=at("2026-02-28 11:59"))))

    def test_a_child_leaves_nobody_behind(self):
        assert not found("P4", self.case(self.SON, traveller=somebody(8, CHILD)["traveller"]))

    def test_in_a_group(self):
        case = case_of(
            self.LEAVES,
            replace(self.CAME, group_id="coach-7"),
            others=[member(1, ENTRY, "2026-03-01 12:05", CHILD)],
            as_of=at("2026-03-08 13:00"),
        )
        assert found("P4", case)

    def test_no_entry_is_known(self):
        assert not found("P4", case_of(self.LEAVES, others=[self.SON], as_of=at("2026-03-20")))


class TestP5OneContact:
    HERE = crossing("WEST", ENTRY, "2026-03-10 12:00", phone="+964 770 123 4567")

    def sharing(self, count=4, **changes):
        made = {"phone": "0770 1234567", **changes}
        return [crossing("WEST", ENTRY, "2026-03-01", **somebody(number, **made)) for number in range(1, count + 1)]

    def test_five_within_a_month(self):
        finding = only("P5", case_of(self.HERE, others=self.sharing()))
        assert finding.params == {"field": "phone", "travellers": 5}
        assert finding.severity is Severity.PROTECTION

    def test_four_are_not_enough(self):
        assert not found("P5", case_of(self.HERE, others=self.sharing(3)))

    @pytest.mark.parametrize("field", ["address", "sponsor"])
    def test_addresses_and_sponsors(self, field):
        here = replace(self.HERE, phone=None, **{field: "12 Palm St"})
        sharing = self.sharing(phone=None, **{field: "12  palm  ST"})
        assert only("P5", case_of(here, others=sharing)).params["field"] == field

    def test_an_address_of_digits_is_no_phone(self):
        here = replace(self.HERE, phone=None, address="Block 1234567")
        assert not found("P5", case_of(here, others=self.sharing(phone=None, address="House 1234567")))

    def test_the_licensed_are_exempt(self):
        policy = policy_with({"P5": {"licensed": ("+964 770 123 4567",)}})
        assert not found("P5", case_of(self.HERE, others=self.sharing(), policy=policy))

    def test_a_family_counts_as_one(self):
        def named(number):
            return replace(somebody(number)["traveller"], primary_identifier="HADDAD")

        family = [replace(each, traveller=named(n)) for n, each in enumerate(self.sharing())]
        assert not found("P5", case_of(self.HERE, others=family))

    def test_a_group_counts_as_one(self):
        assert not found("P5", case_of(self.HERE, others=self.sharing(group_id="coach-7")))

    def test_who_names_another_is_no_stranger_to_him(self):
        one, *rest = self.sharing()
        assert not found("P5", case_of(self.HERE, others=[*rest, replace(one, accompanying=(rest[0].document.key,))]))

    @pytest.mark.parametrize(("when", "findings"), [("2026-02-08 12:00", 1), ("2026-02-08 11:59", 0)])
    def test_thirty_days(self, when, findings):
        old = [replace(each, occurred_at=at(when)) for each in self.sharing()]
        assert len(found("P5", case_of(self.HERE, others=old))) == findings

    def test_what_came_later_is_not_held_against_it(self):
        later = [replace(each, occurred_at=at("2026-03-11")) for each in self.sharing()]
        assert not found("P5", case_of(self.HERE, others=later))


class TestObserved:
    """P6, P7, P9 and P10 come from an officer, never from the machine."""

    MADE = crossing("WEST", ENTRY, "2026-03-10")

    def case(self, *signs, **changes):
        return case_of(replace(self.MADE, **changes), observed=frozenset(signs))

    @pytest.mark.parametrize("sign", ["fear", "control", "injuries", "scripted_answers"])
    def test_p7_passes_on_what_was_seen(self, sign):
        finding = only("P7", self.case(Observation(sign)))
        assert (finding.params, finding.severity) == ({"field": f"sign.{sign}"}, Severity.PROTECTION)

    def test_p7_one_finding_a_sign(self):
        assert len(found("P7", self.case(Observation.FEAR, Observation.INJURIES))) == 2

    @pytest.mark.parametrize("sign", ["medical", "disability", "elderly"])
    def test_p10_passes_on_a_need_of_help(self, sign):
        assert only("P10", self.case(Observation(sign))).params == {"field": f"sign.{sign}"}

    def test_p10_old_age_is_never_drawn_from_a_date_of_birth(self):
        old = replace(self.MADE.traveller, date_of_birth=replace(self.MADE.traveller.date_of_birth, year=1920))
        assert not found("P10", self.case(traveller=old))

    @pytest.mark.parametrize("sign", ["asylum_wish", "fear_of_return"])
    def test_p9_passes_on_a_wish_for_asylum(self, sign):
        assert only("P9", self.case(Observation(sign))).params == {"field": f"sign.{sign}"}

    def test_p9_is_not_for_the_first_line_to_clear(self):
        assert not first_line_may_clear(only("P9", self.case(Observation.ASYLUM_WISH)))
        assert first_line_may_clear(only("M1", case_of(crossing("WEST", EXIT, "2026-03-10"))))

    def test_p6_alone_says_nothing(self):
        assert not found("P6", self.case(Observation.DOCUMENT_HELD))
        assert not found("P6", self.case(Observation.FEAR))

    def test_p6_together_with_another(self):
        assert only("P6", self.case(Observation.DOCUMENT_HELD, Observation.FEAR)).severity is Severity.PROTECTION
        child = somebody(1, CHILD)
        assert found("P6", self.case(Observation.DOCUMENT_HELD, **child))

    def test_p6_does_not_stand_on_a_need_of_help(self):
        assert not found("P6", self.case(Observation.DOCUMENT_HELD, Observation.MEDICAL))

    def test_nothing_is_inferred(self):
        assert not [each for rule in ("P6", "P7", "P9", "P10") for each in found(rule, self.case())]


def test_no_finding_of_protection_colours_the_verdict():
    """All of them at once, and the first line still sees a clear verdict and the neutral cue."""
    child = crossing("WEST", ENTRY, "2026-03-10 12:00", **somebody(1, CHILD, accompanying=("a cousin",)))
    case = case_of(child, observed=frozenset(Observation))
    findings = irregularities(case)
    assert {finding.rule for finding in findings} == {"P2", "P6", "P7", "P9", "P10"}
    inspection = Inspection(child, findings, "1", "1")
    assert (inspection.verdict, inspection.second_line) == (Verdict.CLEAR, True)
    assert all(rule.severity is Severity.PROTECTION for rule in RULES if rule.id.startswith("P"))


def test_a_national_family_on_its_way_home():
    father = crossing("WEST", ENTRY, "2026-03-10 12:00", document=IRAQI_PASSPORT, traveller=NATIONAL)
    out = replace(
        father, direction=EXIT, occurred_at=at("2026-03-01 12:00"), id=crossing("WEST", EXIT, "2026-03-01").id
    )
    children = [
        crossing("WEST", ENTRY, "2026-03-10 11:58", **somebody(n, CHILD, accompanying=(IRAQI_PASSPORT.key,)))
        for n in (1, 2)
    ]
    assert irregularities(case_of(father, out, others=children, as_of=father.occurred_at + 2 * HOUR)) == ()


def test_the_longest_run_that_any_post_asks_for():
    posts = {"WEST": {"D7": {"run": 50}}, "SOUTH": {"M4": {"land_km_h": 90.0}}}
    assert (run_of(default_policy()), run_of(policy_with(posts=posts))) == (20, 50)


@pytest.mark.parametrize(
    ("entered", "accompanied"),
    [({}, False), ({"group_id": "coach-7"}, True), ({"accompanying": ("a cousin",)}, True)],
    ids=["alone", "in a group", "with a cousin"],
)
def test_who_entered_in_company_may_be_followed_when_leaving(entered, accompanied):
    entry = crossing("WEST", ENTRY, "2026-03-01 12:00", **entered)
    case = case_of(crossing("WEST", EXIT, "2026-03-10 12:00"), entry)
    assert case.accompanied is accompanied
    assert bool([*waits(case)]) is accompanied
