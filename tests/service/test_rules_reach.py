"""How far a movement reaches: what it is filed under, who is asked for, who is judged again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from service.domain import TravelDocument
from service.policy import default_policy
from service.rules.reach import (
    STRETCH,
    Sought,
    afterwards_sought,
    company_again,
    company_sought,
    filed_under,
    first_sought,
    further_sought,
    passing_sought,
)
from tests.cases import ENTRY, EXIT, at, crossing, policy_with, recorded, somebody

POLICY = default_policy()
MADE = crossing("WEST", ENTRY, "2026-03-10 12:00", group_id="g", accompanying=("JOR:K9",), phone="0770 123 4567")
HOUR = timedelta(hours=1)


def with_number(number: str) -> TravelDocument:
    return TravelDocument("P", "JOR", number)


def beside(number: int, when: str = "2026-03-10 12:00", direction=ENTRY, **changes):
    return recorded(crossing("WEST", direction, when, **somebody(number, **changes)))


class TestMarks:
    def test_all_of_them(self):
        assert filed_under(MADE) == ("run:JOR:T#7#:12345", "group:g", "JOR:K9", "phone:701234567")

    def test_a_number_without_digits_belongs_to_no_stretch(self):
        assert filed_under(crossing("WEST", ENTRY, "2026-03-10", document=with_number("ABCDEF"))) == ()

    def test_a_mark_is_there_once(self):
        twice = crossing("WEST", ENTRY, "2026-03-10", document=with_number("X"), accompanying=("JOR:K9", "JOR:K9"))
        assert filed_under(twice) == ("JOR:K9",)


class TestSought:
    WITHIN = Sought(documents=frozenset({"JOR:T1234567"}), since=at("2026-03-10"), until=at("2026-03-11"))

    def test_a_moment_at_either_end_is_within(self):
        when = MADE.occurred_at
        assert replace(self.WITHIN, since=when, until=when).finds(MADE, ())
        assert not replace(self.WITHIN, since=when + HOUR).finds(MADE, ())
        assert not replace(self.WITHIN, since=None, until=when - HOUR).finds(MADE, ())

    def test_by_document_person_or_mark(self):
        kept = replace(MADE, person_keys=("p",))
        assert Sought(persons=frozenset({"p"})).finds(kept, ())
        assert Sought(marks=frozenset({"m"})).finds(kept, ("m",))
        assert not Sought(persons=frozenset({"q"}), marks=frozenset({"n"})).finds(kept, ("m",))

    def test_nothing_is_asked_for_by_time_alone(self):
        assert not Sought(since=at("2026-03-10"))
        assert all((Sought(frozenset({"d"})), Sought(persons=frozenset({"p"})), Sought(marks=frozenset({"m"}))))


def test_the_first_are_his_own_and_those_whom_the_crossing_names():
    first = first_sought(replace(MADE, person_keys=("p",)), ["JOR:OTHER"])
    assert first.documents == {"JOR:T1234567", "JOR:K9", "JOR:OTHER"}
    assert first.persons == {"p"}
    assert first.marks == {"JOR:T1234567", "JOR:K9", "group:g"}
    assert first_sought(replace(MADE, group_id=None)).marks == {"JOR:T1234567", "JOR:K9"}


def test_the_further_are_by_what_his_own_movements_say_and_was_not_asked_before():
    before = recorded(replace(MADE, document=with_number("OLD"), group_id="h", accompanying=("JOR:K8", "JOR:K9")))
    further = further_sought(MADE, [before, recorded(replace(MADE, group_id=None))])
    assert further.documents == {"JOR:OLD", "JOR:K8"}
    assert further.marks == {"JOR:OLD", "JOR:K8", "group:h"}


class TestPassing:
    def test_numbers_close_by_and_contacts_each_within_its_time(self):
        near, contacts = passing_sought(MADE, POLICY)
        assert near.marks == {"run:JOR:T#7#:12345"}
        assert (near.since, near.until) == (at("2026-03-09 12:00"), at("2026-03-11 12:00"))
        assert contacts.marks == {"phone:701234567"}
        assert (contacts.since, contacts.until) == (at("2026-02-08 12:00"), at("2026-04-09 12:00"))

    def test_a_run_reaches_into_the_stretches_beside(self):
        run = 20
        for number, stretches in ((STRETCH + run - 1, {0, 1}), (STRETCH + run, {1}), (2 * STRETCH - run, {1, 2})):
            made = crossing("WEST", ENTRY, "2026-03-10", document=with_number(f"{number:07}"))
            (near,) = passing_sought(made, POLICY)
            assert near.marks == {f"run:JOR:#7#:{stretch}" for stretch in stretches}

    def test_without_digits_and_without_contacts_nobody_is(self):
        assert not list(passing_sought(crossing("WEST", ENTRY, "2026-03-10", document=with_number("ABCDEF")), POLICY))

    def test_the_longest_time_of_any_post_counts(self):
        policy = replace(POLICY, posts={"SOUTH": {"D7": {"hours": 48}, "P5": {"days": 60}}})
        near, contacts = passing_sought(MADE, policy)
        assert (near.since, contacts.until) == (at("2026-03-08 12:00"), at("2026-05-09 12:00"))


class TestCompany:
    ALONE = recorded(crossing("WEST", ENTRY, "2026-03-10 12:00"))
    LEAVES = recorded(crossing("WEST", EXIT, "2026-03-12 12:00"))
    MEMBER = beside(1, group_id="g", person_keys=("p1",))
    CHILD = beside(2, "2026-03-10 12:00", born="2016-05-17", group_id="g", person_keys=("p2",))
    STRANGER = beside(3, person_keys=("p3",))
    DOCUMENT = MEMBER.crossing.document.key

    def test_of_who_enters_with_adults_nothing_else_is_asked(self):
        assert not company_sought(self.ALONE, [], [self.MEMBER], POLICY)

    def test_of_who_leaves_what_they_did_by_their_documents(self):
        sought = company_sought(self.LEAVES, [], [self.MEMBER, self.STRANGER], POLICY)
        assert sought == Sought(frozenset({self.DOCUMENT}))

    def test_where_there_is_a_child_or_a_group_leaves_by_any_document(self):
        of_member = Sought(frozenset({self.DOCUMENT}), frozenset({"p1"}))
        group = recorded(replace(self.LEAVES.crossing, group_id="g"))
        assert company_sought(group, [], [self.MEMBER], POLICY) == of_member
        young = company_sought(self.ALONE, [], [self.CHILD], POLICY)
        assert young.persons == {"p2"}
        child = recorded(replace(self.ALONE.crossing, traveller=self.CHILD.crossing.traveller))
        assert company_sought(child, [], [self.MEMBER], POLICY) == of_member

    def test_of_age_by_the_year_is_no_child(self):
        for born, found in (("2008", True), ("2007", False)):
            young = beside(2, born=born, group_id="g", person_keys=("p2",))
            assert bool(company_sought(self.ALONE, [], [young], POLICY)) is found
        unknown = beside(2, born="XXXX", group_id="g")
        assert not company_sought(self.ALONE, [], [unknown], POLICY)

    def test_who_is_named_belongs_to_it(self):
        own = recorded(replace(self.ALONE.crossing, accompanying=(self.STRANGER.crossing.document.key,)))
        assert company_sought(self.LEAVES, [own], [self.STRANGER], POLICY)
        assert not company_sought(self.LEAVES, [], [self.STRANGER], POLICY)

    def test_what_they_did_since_or_shortly_before_is_asked_by_any_document(self):
        sought = afterwards_sought(self.ALONE, [], [self.MEMBER, self.STRANGER], POLICY)
        assert (sought.documents, sought.persons) == ({self.DOCUMENT}, {"p1"})
        assert sought.since == at("2026-03-09 12:00")  # M8 waits for a day
        assert not afterwards_sought(self.ALONE, [], [self.STRANGER], POLICY)
        patient = replace(POLICY, posts={"SOUTH": {"M8": {"hours": 30}}})
        assert afterwards_sought(self.ALONE, [], [self.MEMBER], patient).since == at("2026-03-09 06:00")


class TestAgain:
    POLICY = policy_with({"M8": {"hours": 5}, "P3": {"minutes": 60}, "P4": {"minutes": 120}})
    MADE = recorded(crossing("WEST", EXIT, "2026-03-10 12:00"))

    def again(self, when: str, now: str):
        m = beside(1, when, EXIT)
        again, later = company_again(self.MADE, [m], self.POLICY, at(now))
        assert all(each is m for each in (*again, *(each for each, _ in later)))
        return len(again), [moment for _, moment in later]

    def test_who_crossed_after_it_is_judged_again(self):
        assert self.again("2026-03-10 12:01", "2026-03-10 12:02") == (1, [])

    def test_who_crossed_shortly_before_once_the_time_to_follow_is_over(self):
        moments = [at("2026-03-10 12:30"), at("2026-03-10 13:30"), at("2026-03-10 16:30")]
        assert self.again("2026-03-10 11:30", "2026-03-10 12:00") == (0, moments)
        assert self.again("2026-03-10 11:30", "2026-03-10 12:30") == (1, moments[1:])
        assert self.again("2026-03-10 11:30", "2026-03-11 12:00") == (1, [])

    def test_who_crossed_long_before_is_not(self):
        assert self.again("2026-03-10 07:00", "2026-03-11 12:00") == (1, [])
        assert self.again("2026-03-10 06:59", "2026-03-11 12:00") == (0, [])
