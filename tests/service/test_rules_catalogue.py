"""The catalogue as a whole: what each rule says, in which words, and under which policy."""

import json
import re
from dataclasses import replace
from datetime import date
from operator import attrgetter
from pathlib import Path

import pytest

from service.domain import (
    FailedCheckDigit,
    Listing,
    ListingKind,
    Observation,
    OtherReading,
    Outcome,
    PartialDate,
    ReadFrom,
    Visa,
)
from service.parameters import PARAMETERS
from service.policy import Policy, RuleSetting, RuleState, default_policy
from service.regimes import Regime
from service.rules.catalogue import RULES, awaited, irregularities, shadow
from service.rules.describing import catalogue
from service.wording import LANGUAGES, texts, word
from tests.cases import (
    ENTRY,
    EXIT,
    FOREIGNER,
    PASSPORT,
    SOUTH,
    at,
    case_of,
    crossing,
    of_national,
    policy_with,
    recorded,
    silent,
    somebody,
)

DAY = "2026-03-10"
BEHIND = [silent(SOUTH, "2026-03-01")]
UNSETTLED = policy_with({"M1": {"records_from": date(2026, 3, 1), "settling_days": 30}})
VISA_NEEDED = policy_with(regimes=(Regime("an invented law", date(2020, 1, 1), visa_required=True),))
USED_UP = Visa(number="V1", entries_allowed=0)


def entering(*history, behind=(), policy=None, **changes):
    return case_of(crossing("WEST", ENTRY, DAY, **changes), *history, posts=behind, policy=policy)


def leaving(*history, behind=(), policy=None, **changes):
    return case_of(crossing("WEST", EXIT, DAY, **changes), *history, posts=behind, policy=policy)


def returning(behind=(), policy=None):
    return case_of(of_national("WEST", ENTRY, DAY), posts=behind, policy=policy)


def born(birth: str):
    return replace(FOREIGNER, date_of_birth=PartialDate.parse(birth))


def expiring(expiry: str):
    return replace(PASSPORT, date_of_expiry=PartialDate.parse(expiry))


def seen(direction, when, post="WEST", **changes):
    return crossing(post, direction, when, **changes)


def beside(number, when, birth="1980-05-17", **changes):
    return seen(changes.pop("direction", ENTRY), when, **somebody(number, birth, **changes))


def incomplete(**more):
    """One of two leaves and the other does not follow."""
    leaves = seen(EXIT, DAY, group_id="coach-7")
    other = beside(1, "2026-03-01", group_id="coach-7")
    return case_of(leaves, others=[other], recorded_at=at("2026-03-10"), as_of=at("2026-03-20"), **more)


WITH_HIM = {"accompanying": (PASSPORT.key,)}
CHILDREN = [beside(number, "2026-03-10 11:00", "2015-01-01", **WITH_HIM) for number in (1, 2, 3)]
COMPANY = [beside(1, "2026-03-01 11:00", "2015-01-01", **WITH_HIM)]
CALLERS = [beside(number, "2026-03-09", phone="07701234567") for number in (1, 2, 3, 4)]
NEIGHBOURS = [
    beside(number, "2026-03-10 11:00", document=replace(PASSPORT, document_number=f"T123457{number}"))
    for number in (1, 2)
]
LONG_STAYS = [seen(ENTRY, "2025-12-01"), seen(EXIT, "2026-01-20"), seen(ENTRY, "2026-01-21")]

# Every message that a rule can give, and a case that makes it.
MESSAGES = {
    "E1.overstay": leaving(seen(ENTRY, "2026-03-01", admitted_until=date(2026, 3, 5))),
    "E2.stayed_too_long": leaving(seen(ENTRY, "2025-11-01")),
    "E2.no_days_left": entering(seen(ENTRY, "2025-11-01"), seen(EXIT, "2026-03-01")),
    "E3.visa_missing": entering(policy=VISA_NEEDED),
    "E3.visa_not_yet_valid": entering(visa=Visa(valid_from=date(2026, 4, 1))),
    "E3.visa_expired": entering(visa=Visa(valid_until=date(2026, 3, 1))),
    "E3.visa_elsewhere": entering(visa=Visa(jurisdiction="IQ-KR")),
    "E3.visa_used_up": entering(visa=USED_UP),
    "E4.expired": entering(document=expiring("2026-03-01")),
    "E4.short_validity": entering(document=expiring("2026-04-01")),
    "E5.entry_ban": case_of(seen(ENTRY, DAY), listings=(Listing(ListingKind.ENTRY_BAN, "bans:1", exact=True),)),
    "D2.differs": entering(other_readings=(OtherReading(ReadFrom.CHIP, "sex", "F"),)),
    "D3.reported": case_of(
        seen(ENTRY, DAY), listings=(Listing(ListingKind.LOST_OR_STOLEN, "SLTD:1", document=PASSPORT),)
    ),
    "D7.consecutive": case_of(seen(ENTRY, DAY), others=NEIGHBOURS),
    "D1.check_digit": entering(failed_check_digits=(FailedCheckDigit("date_of_birth", "1", "2"),)),
    "D1.composite": entering(failed_check_digits=(FailedCheckDigit("composite", "1", "2"),)),
    "D4.specimen": entering(document=replace(PASSPORT, issuing_state="UTO")),
    "D4.unknown_state": entering(document=replace(PASSPORT, issuing_state="ZZZ")),
    "D5.other_person": entering(seen(EXIT, "2026-03-01", traveller=born("1990-02-03"))),
    "D6.other_document": entering(seen(EXIT, "2026-03-01", document=replace(PASSPORT, document_number="T0000001"))),
    "M1.exit_without_entry": leaving(),
    "M1.exit_without_entry.unheard": leaving(behind=BEHIND),
    "M1.exit_without_entry.before_records": leaving(policy=UNSETTLED),
    "M1.entry_without_exit": returning(),
    "M1.entry_without_exit.unheard": returning(behind=BEHIND),
    "M1.entry_without_exit.before_records": returning(policy=UNSETTLED),
    "M2.already_inside": entering(seen(ENTRY, "2026-03-01")),
    "M2.already_inside.unheard": entering(seen(ENTRY, "2026-03-01"), behind=BEHIND),
    "M3.already_outside": leaving(seen(EXIT, "2026-03-01")),
    "M3.already_outside.unheard": leaving(seen(EXIT, "2026-03-01"), behind=BEHIND),
    "M4.too_fast_by_land": leaving(seen(ENTRY, "2026-03-10 11:00", "SOUTH")),
    "M4.too_fast_by_air": leaving(seen(ENTRY, "2026-03-10 11:00", "AIR")),
    "M5.back_to_back": leaving(*LONG_STAYS),
    "M6.refused_elsewhere": entering(recorded(seen(ENTRY, "2026-03-09", "SOUTH"), decision=Outcome.REFUSED)),
    "M7.other_route": leaving(visa=Visa(exit_point="AIR")),
    "M8.group_incomplete": incomplete(),
    "M8.group_incomplete.unheard": incomplete(posts=BEHIND),
    "M9.undecided": case_of(seen(ENTRY, DAY), awaiting=True, recorded_at=at("2026-03-10"), as_of=at("2026-03-11")),
    "P2.unrelated_adult": entering(traveller=born("2015-01-01"), accompanying=("a cousin",)),
    "P3.several_children": case_of(seen(ENTRY, DAY), others=CHILDREN),
    "P4.dependants_left": case_of(
        seen(EXIT, DAY), seen(ENTRY, "2026-03-01"), others=COMPANY, recorded_at=at("2026-03-10"), as_of=at("2026-03-11")
    ),
    "P5.one_contact": case_of(seen(ENTRY, DAY, phone="0770 1234567"), others=CALLERS),
    "P6.document_held": case_of(seen(ENTRY, DAY), observed=frozenset({Observation.DOCUMENT_HELD, Observation.FEAR})),
    "P7.observed": case_of(seen(ENTRY, DAY), observed=frozenset({Observation.FEAR})),
    "P9.asylum": case_of(seen(ENTRY, DAY), observed=frozenset({Observation.ASYLUM_WISH})),
    "P10.assistance": case_of(seen(ENTRY, DAY), observed=frozenset({Observation.MEDICAL})),
    "P1.unaccompanied_child": entering(traveller=born("2015-01-01")),
    "P1.age_unknown": entering(traveller=born("XXXX-XX-XX")),
}  # fmt: skip


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_its_words_and_what_fills_them(name):
    (finding,) = (finding for finding in irregularities(MESSAGES[name]) if finding.message == f"rule.{name}")
    for language in LANGUAGES:
        text = texts(language)[finding.message]
        assert placeholders(text) <= set(finding.params)
        assert "{" not in word(finding.message, finding.params, language)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_finding_is_json_and_names_nobody(name):
    for finding in irregularities(MESSAGES[name]):
        written = json.dumps(dict(finding.params))
        assert json.loads(written) == finding.params
        assert "SUHAIB" not in written
        assert finding.evidence[-1] == str(MESSAGES[name].crossing.id)


def test_there_is_no_text_without_a_message():
    own = {f"rule.{name}" for name in MESSAGES} | {rule.title for rule in RULES}
    written = {message for message in texts("en") if message.startswith("rule.") and not message.startswith("rule.W")}
    assert written == own


def test_every_language_has_every_text_with_the_same_placeholders():
    for language in LANGUAGES:
        assert texts(language).keys() == texts("en").keys()
        for message, text in texts("en").items():
            assert placeholders(texts(language)[message]) == placeholders(text), message


def test_every_rule_can_be_rebutted_in_words():
    for rule in RULES:
        assert rule.rebuttable_by
        assert set(rule.rebuttable_by) <= texts("en").keys()


def test_lists_of_fields_are_worded():
    params = {"fields": ["name", "date_of_birth"]}
    assert word("rule.D5.other_person", params).endswith("What differs: name, date of birth.")
    assert word("rule.D5.other_person", params, "ar").endswith("ما يختلف: الاسم، تاريخ الميلاد.")


def test_rules_are_described_once_and_in_two_sentences():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.id for rule in RULES} == PARAMETERS.keys()
    for rule in RULES:
        assert len(re.findall(r"[.](?: |$)", rule.description)) == 2, rule.id
        assert rule.parameters is PARAMETERS[rule.id]


def test_a_regular_journey_raises_nothing():
    journey = [seen(ENTRY, "2026-03-01"), seen(EXIT, "2026-03-05", "SOUTH")]
    assert irregularities(entering(*journey)) == ()
    assert irregularities(leaving(*journey[:1])) == ()


def test_findings_come_in_the_order_of_the_catalogue():
    case = leaving(document=expiring("2026-03-01"), traveller=born("2015-01-01"))
    assert [finding.rule for finding in irregularities(case)] == ["E4", "M1", "P1"]


@pytest.mark.parametrize(
    ("state", "shown", "hidden"), [(RuleState.ACTIVE, 1, 0), (RuleState.SHADOW, 0, 1), (RuleState.OFF, 0, 0)]
)
def test_a_rule_is_active_in_shadow_or_off(state, shown, hidden):
    base = default_policy()
    case = leaving(policy=replace(base, rules={**base.rules, "M1": RuleSetting(state)}))
    assert (len(irregularities(case)), len(shadow(case))) == (shown, hidden)


def test_a_rule_that_the_policy_does_not_name_runs_in_shadow():
    case = leaving(policy=Policy("1", date(2026, 1, 1)))
    assert irregularities(case) == ()
    assert [finding.rule for finding in shadow(case)] == ["M1"]


def test_a_parameter_of_the_wrong_type_is_refused():
    case = leaving(policy=policy_with({"M1": {"settling_days": "30"}}))
    with pytest.raises(TypeError, match="parameter settling_days of rule M1 is '30'"):
        irregularities(case)


def test_judging_again_leaves_the_movement_itself_out():
    first, again = recorded(seen(ENTRY, "2026-03-01"), seq=1), recorded(seen(ENTRY, DAY), seq=2)
    case = entering()
    case = type(case).of(again, [first, again], case.posts, case.policy, again.recorded_at)
    assert [finding.rule for finding in irregularities(case)] == ["M2"]
    assert irregularities(type(case).of(first, [first, again], case.posts, case.policy, again.recorded_at)) == ()


def test_the_documentation_is_what_the_code_says():
    written = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
    _, _, after = written.partition("<!-- catalogue -->\n")
    assert after.partition("<!-- end of catalogue -->")[0] == catalogue(default_policy())


def test_what_is_not_active_is_said_to_be():
    policy = Policy("1", date(2026, 1, 1), rules={"E1": RuleSetting(RuleState.OFF)})
    assert "**E1, version 1, off: " in catalogue(policy)
    assert "**E2, version 1, shadow: " in catalogue(policy)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.needs or rule.only or rule.of_foreigners], ids=lambda rule: rule.id
)
def test_a_rule_finds_nothing_where_it_is_not_asked(rule):
    def asked(case):
        there = not rule.needs or attrgetter(rule.needs)(case)
        exempt = rule.of_foreigners and case.national
        return there and not exempt and rule.only in (None, case.crossing.direction)

    lacking = [case for case in MESSAGES.values() if not asked(case)]
    assert lacking
    assert not any(list(rule.look(case)) for case in lacking)


def test_the_company_of_one_who_leaves_is_waited_for_by_three_rules_and_of_one_who_enters_by_one() -> None:
    policy = policy_with({"M8": {"hours": 4}, "P3": {"minutes": 30}, "P4": {"minutes": 90}})
    leaves, enters = crossing("WEST", EXIT, "2026-03-10 12:00"), crossing("WEST", ENTRY, "2026-03-10 12:00")
    assert {rule: until for until, rule in awaited(policy, leaves)} == {
        "M8": at("2026-03-10 16:00"),
        "P3": at("2026-03-10 12:30"),
        "P4": at("2026-03-10 13:30"),
    }
    assert [*awaited(policy, enters)] == [(at("2026-03-10 12:30"), "P3")]
