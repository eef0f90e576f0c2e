"""Replaying movements: verdicts as they came, what late facts changed, and the same end in any order."""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain import FindingStatus, Severity
from service.json_rows import LineError
from service.linking import Links, Ruling, pair_of
from service.movement_lines import read_line, uuid_of
from service.policy import Policy, default_policy
from service.reference import crossing_points
from service.replay import NO_LINKS, replay
from service.rules.revision import revision
from tests.cases import ENTRY, EXIT, POSTS, case_of, crossing, found, policy_with

HISTORIES = int(os.environ.get("MABAR_HISTORIES", "150"))  # `make rules-campaign` tries ten thousand

TRAVELLER = {
    "primary_identifier": "AL TARAWNEH",
    "secondary_identifier": "SUHAIB YOUSEF",
    "nationality": "JOR",
    "date_of_birth": "1980-05-17",
    "sex": "M",
}
DOCUMENT = {"document_code": "P", "issuing_state": "JOR", "document_number": "T1234567", "date_of_expiry": "2034-06-30"}


def line(name: str, post: str, direction: str, at: str, recorded_at: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "at": f"{at}:00Z",
        "recorded_at": f"{recorded_at or at}:10Z",
        "crossing_point": post,
        "direction": direction,
        "document": DOCUMENT,
        "traveller": TRAVELLER,
        **more,
    }


def replayed(*lines: Mapping[str, Any]) -> list[dict[str, Any]]:
    out = list(replay((json.dumps(each) for each in lines), default_policy(), POSTS))
    return [json.loads(json.dumps(each)) for each in out]


def rules(written: Mapping[str, Any]) -> list[str]:
    return [finding["rule"] for finding in written["findings"]]


IN = line("in", "WEST", "entry", "2026-03-01T09:00")
AGAIN = line("again", "WEST", "entry", "2026-03-10T09:00")
OUT = line("out", "SOUTH", "exit", "2026-03-05T09:00", "2026-03-11T09:00")


def test_a_line_a_movement():
    first, second = replayed(IN, AGAIN)
    assert first == {"id": "in", "verdict": "CLEAR", "findings": []}
    assert second["verdict"] == "REFER"
    (finding,) = second["findings"]
    assert finding["rule"] == "M2"
    assert (finding["severity"], finding["status"]) == ("irregular", "raised")
    assert finding["evidence"] == ["in", "again"]
    assert finding["message"].startswith("Entered at WEST on 2026-03-01 12:00")
    assert finding["rebuttable_by"]


def test_a_late_movement_withdraws():
    *_, late, change = replayed(IN, AGAIN, OUT)
    assert (late["id"], late["findings"]) == ("out", [])
    assert (change["caused_by"], change["id"], change["rule"], change["status"]) == ("out", "again", "M2", "withdrawn")


def test_a_late_movement_raises():
    leaving = line("leaving", "WEST", "exit", "2026-03-10T09:00")
    *_, change = replayed(IN, leaving, OUT)
    assert (change["caused_by"], change["id"], change["rule"], change["status"]) == ("out", "leaving", "M3", "raised")
    assert change["evidence"] == ["out", "leaving"]


def test_a_finding_on_other_evidence_is_another_finding():
    between = line("between", "SOUTH", "entry", "2026-03-05T09:00", "2026-03-11T09:00")
    changes = [each for each in replayed(IN, AGAIN, between) if "caused_by" in each]
    assert [(each["rule"], each["status"], each["evidence"]) for each in changes] == [
        ("M2", "withdrawn", ["in", "again"]),
        ("M2", "raised", ["between", "again"]),
    ]


def test_an_exit_keyed_from_paper_at_the_same_post():
    paper = line("paper", "WEST", "exit", "2026-03-05T09:00", "2026-03-12T09:00", source="paper", clock="uncertain")
    *_, change = replayed(IN, AGAIN, paper)
    assert (change["id"], change["rule"], change["status"]) == ("again", "M2", "withdrawn")


def test_five_simultaneous_entries():
    entries = [line(f"e{number}", "WEST", "entry", "2026-03-01T09:00") for number in range(1, 6)]
    assert [rules(each) for each in replayed(*entries)] == [[], ["M2"], ["M2"], ["M2"], ["M2"]]
    assert sorted(each for findings in standing(reversed(entries)).values() for each, _ in findings) == ["M2"] * 4


def test_a_clock_set_back_within_a_post():
    leaving = line("leaving", "WEST", "exit", "2026-03-01T08:50", "2026-03-01T09:05")
    assert [each["verdict"] for each in replayed(IN, leaving)] == ["CLEAR", "CLEAR"]


def test_by_another_passport_and_spelling():
    renewed = {**DOCUMENT, "document_number": "T7654321"}
    respelt = {**TRAVELLER, "primary_identifier": "ALTARAWNAH", "secondary_identifier": "SOHAIB YUSUF"}
    *_, second = replayed(IN, {**AGAIN, "document": renewed, "traveller": respelt})
    assert rules(second) == ["D6", "M2"]


def test_the_bundled_posts_have_places():
    posts = {post.code: post for post in crossing_points()}
    far = line("far", "IQ-SFW", "exit", "2026-03-01T10:00")
    lines = [json.dumps(each) for each in (line("in", "IQ-TRB", "entry", "2026-03-01T09:00"), far)]
    *_, second = replay(lines, default_policy(), posts)
    assert rules(second) == ["M4"]


def standing(lines: Iterable[Mapping[str, Any]]) -> dict[str, set[tuple[str, tuple[str, ...]]]]:
    """What stands at the end, read from the output alone: rule and evidence by movement."""
    stands: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for each in replayed(*lines):
        if "verdict" in each:
            stands[each["id"]] = {(finding["rule"], tuple(finding["evidence"])) for finding in each["findings"]}
        elif each["status"] == "raised":
            stands[each["id"]].add((each["rule"], tuple(each["evidence"])))
        else:
            stands[each["id"]].remove((each["rule"], tuple(each["evidence"])))
    return stands


@st.composite
def journeys(draw):
    """Some movements of two travellers on three documents: late, refused, keyed from paper, at one moment."""
    lines = []
    for number in range(draw(st.integers(1, 7))):
        hour, delay = draw(st.integers(0, 60)), draw(st.sampled_from([0, 0, 5, 30]))
        paper = draw(st.booleans())
        lines.append(
            {
                **line(
                    "", draw(st.sampled_from(["WEST", "SOUTH", "AIR"])), draw(st.sampled_from(["entry", "exit"])), ""
                ),
                "id": f"m{number}",
                "at": f"2026-03-{1 + hour // 24:02}T{hour % 24:02}:00:00Z",
                "recorded_at": f"2026-03-{1 + (hour + delay) // 24:02}T{(hour + delay) % 24:02}:00:00Z",
                "source": "paper" if paper else "live",
                "clock": "uncertain" if paper else "certain",
                "decision": draw(st.sampled_from([None, "admitted", "refused", "referred"])),
                "document": {**DOCUMENT, "document_number": draw(st.sampled_from(["T1", "T2", "T3"]))},
                "traveller": {
                    **TRAVELLER,
                    "secondary_identifier": draw(st.sampled_from(["SUHAIB YOUSEF", "RASHED ALI"])),
                },
            }
        )
    return lines, draw(st.permutations(lines))


WRONG = {
    "no JSON": ("{", "line 1: is not JSON"),
    "nested": ('{"a": ' + "[" * 100_000, "line 1: is not JSON"),
    "digits": (f'{{"a": {"1" * 5000}}}', "line 1: is not JSON"),
    "not a number": ('{"a": NaN}', "line 1: is not JSON"),
    "half a pair": ('{"a": "\\ud800"}', "line 1: is not JSON"),
    "half a pair as it is": ('{"a": "\ud800"}', "line 1: is not JSON"),
    "no object": ("[]", "line 1: is no JSON object"),
    "no id": ({"id": None}, "line 1: id: must be a text"),
    "direction": ({"direction": "in"}, "line 1: direction: must be one of entry, exit"),
    "moment": ({"at": "yesterday"}, "line 1: at: must be a moment such as"),
    "no offset": ({"recorded_at": "2026-03-01T09:00:00"}, "line 1: recorded_at: must say its offset"),
    "document": ({"document": "T1234567"}, "line 1: document: must be an object"),
    "number": ({"document": {**DOCUMENT, "document_number": ""}}, "line 1: document.document_number: must be a text"),
    "birth": (
        {"traveller": {**TRAVELLER, "date_of_birth": "1980-13-01"}},
        "line 1: traveller.date_of_birth: must be a",
    ),
    "day": ({"admitted_until": "soon"}, "line 1: admitted_until: must be a date such as"),
    "count": ({"visa": {"entries_allowed": -1}}, "line 1: visa.entries_allowed: must be a whole number"),
    "decision": ({"decision": "maybe"}, "line 1: decision: must be one of admitted, refused, referred"),
}


@pytest.mark.parametrize(("wrong", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_pointed_at(wrong, message):
    text = wrong if isinstance(wrong, str) else json.dumps({**IN, **wrong})
    with pytest.raises(LineError) as raised:
        list(replay([text], default_policy(), POSTS))
    assert str(raised.value).startswith(message)


def test_an_id_is_there_once():
    with pytest.raises(LineError, match="line 3: id: in was there before"):
        list(replay([json.dumps(IN), "", json.dumps(IN)], default_policy(), POSTS))


def test_all_that_may_be_left_out():
    bare = {key: IN[key] for key in ("id", "at", "recorded_at", "crossing_point", "direction")}
    document = {"issuing_state": "JOR", "document_number": "T1234567"}
    traveller = {"primary_identifier": "AL TARAWNEH", "nationality": "JOR", "date_of_birth": "1980"}
    read = read_line(1, json.dumps({**bare, "document": document, "traveller": traveller})).movement
    assert (read.crossing.document.document_code, read.crossing.document.date_of_expiry) == ("P", None)
    assert (read.crossing.traveller.secondary_identifier, read.crossing.traveller.sex) == ("", "X")
    assert (read.decision, read.crossing.visa, read.crossing.admitted_until) == (None, None, None)


def test_visa_group_and_days_are_read():
    visa = {"number": "V1", "kind": "tourist", "valid_until": "2026-03-31", "entries_allowed": 2, "exit_point": "AIR"}
    read = read_line(1, json.dumps({**IN, "visa": visa, "group_id": "g", "admitted_until": "2026-03-30"})).movement
    assert (read.crossing.visa.kind, read.crossing.visa.entries_allowed, read.crossing.visa.exit_point) == (
        "tourist",
        2,
        "AIR",
    )
    assert str(read.crossing.visa.valid_until) == "2026-03-31"
    assert (read.crossing.group_id, str(read.crossing.admitted_until)) == ("g", "2026-03-30")


def test_ids_become_uuids_that_sort_alike():
    real = "0195a1d0-1111-7000-8000-000000000001"
    assert str(uuid_of(real)) == real
    assert uuid_of("e1") < uuid_of("e2") < uuid_of("f")
    assert uuid_of("movement-1") != uuid_of("movement-2")


def test_a_revision_names_what_stands_no_longer_and_what_stands_now():
    entered, again = crossing("WEST", ENTRY, "2026-03-01"), crossing("WEST", ENTRY, "2026-03-10")
    before = found("M2", case_of(again, entered))
    assert revision(before, before) == revision([], [])
    change = revision(before, found("M2", case_of(again, entered, crossing("WEST", EXIT, "2026-03-05"))))
    assert [finding.status for finding in change.withdrawn] == [FindingStatus.WITHDRAWN]
    assert change.raised == ()
    assert revision([], before).raised == tuple(before)
    assert before[0].severity is Severity.IRREGULAR


PEOPLE = {
    "father": {**TRAVELLER},
    "mother": {**TRAVELLER, "secondary_identifier": "RANIA NABIL", "date_of_birth": "1984-07-02", "sex": "F"},
    "child": {**TRAVELLER, "secondary_identifier": "SAIF SUHAIB", "date_of_birth": "2015-03-09"},
    "other": {**TRAVELLER, "primary_identifier": "HADDAD", "secondary_identifier": "LUAY", "date_of_birth": "2014"},
}
NUMBERS = {
    "father": ("T1234567", "T5550001"),
    "mother": ("T1234569",),
    "child": ("T1234571", "T7770001"),
    "other": ("T1234580",),
}


def travelling(who: str, name: str, direction: str, at: str, number: int = 0, **more: Any) -> dict[str, Any]:
    document = {**DOCUMENT, "document_number": NUMBERS[who][number]}
    return line(name, "WEST", direction, at, **{"traveller": PEOPLE[who], "document": document, **more})


def test_who_stays_is_heard_of_after_the_other_left_on_a_second_passport():
    came = [
        travelling("child", "child", "entry", "2026-03-01T09:00"),
        travelling("father", "came", "entry", "2026-03-01T09:01", accompanying=["JOR:T1234571"]),
        travelling("father", "left", "exit", "2026-03-02T09:00", number=1),
        travelling("other", "later", "entry", "2026-03-03T09:00"),
    ]
    mother = travelling("mother", "mother", "entry", "2026-03-01T09:02", accompanying=["JOR:T1234567"])
    late = {**mother, "recorded_at": "2026-03-04T09:00:00Z", "source": "paper"}
    assert {rule for rule, _ in standing(came)["left"]} == {"P4", "D6"}
    assert {rule for rule, _ in standing([*came, late])["left"]} == {"D6"}


def test_a_member_of_a_group_who_leaves_on_another_document_completes_it_however_late_that_is_heard():
    came = [travelling(who, who, "entry", "2026-03-01T09:00", group_id="g") for who in ("mother", "child")]
    left = travelling("mother", "left", "exit", "2026-03-02T09:00", group_id="g")
    later = travelling("other", "later", "entry", "2026-03-04T09:00")
    child = travelling("child", "out", "exit", "2026-03-02T10:00", number=1)
    late = {**child, "recorded_at": "2026-03-05T09:00:00Z", "source": "paper"}
    assert {rule for rule, _ in standing([*came, left, later])["left"]} == {"M8", "P4"}
    assert not standing([*came, left, later, late])["left"]
    assert not standing([*came, left, child, later])["left"]


@st.composite
def companies(draw):
    """Some movements of a family and a stranger on documents of one run: in groups, naming each other, undecided."""
    lines = []
    for number in range(draw(st.integers(1, 9))):
        who = draw(st.sampled_from(sorted(PEOPLE)))
        minute, delay = draw(st.integers(0, 40)) * 47, draw(st.sampled_from([0, 0, 30, 180, 2000]))
        lines.append(
            {
                **line("", "WEST", draw(st.sampled_from(["entry", "exit"])), ""),
                "id": f"m{number}",
                "at": moment(minute),
                "recorded_at": moment(minute + delay),
                "source": draw(st.sampled_from(["live", "live", "paper"])),
                "crossing_point": draw(st.sampled_from(["WEST", "WEST", "NORTH"])),
                "decision": draw(st.sampled_from(["admitted", "admitted", "refused", "pending"])),
                "traveller": PEOPLE[who],
                "document": {**DOCUMENT, "document_number": draw(st.sampled_from(NUMBERS[who]))},
                "group_id": draw(st.sampled_from([None, None, "g"])),
                "accompanying": draw(st.sampled_from([[], [], ["JOR:T1234567"], ["JOR:T1234571", "JOR:T1234580"]])),
                "phone": draw(st.sampled_from([None, "0770 1234567"])),
            }
        )
    return lines, draw(st.permutations(lines))


def moment(minute: int) -> str:
    return (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minute)).isoformat()


SMALL_CROWDS = policy_with({"P5": {"travellers": 2}, "P3": {"children": 1}, "D7": {"documents": 2}, "M8": {"hours": 5}})


def ends(lines: Iterable[Mapping[str, Any]], policy: Policy, links: Links = NO_LINKS) -> dict[str, set[str]]:
    """All that stands at the end, word for word."""
    stands: dict[str, set[str]] = {}
    for each in map(dict, replay(map(json.dumps, lines), policy, POSTS, links)):
        if "verdict" in each:
            stands[each["id"]] = {said(finding) for finding in each["findings"]}
        elif each["status"] == "raised":
            assert said(each) not in stands[each["id"]]
            stands[each["id"]].add(said(each))
        else:
            stands[each["id"]].remove(said(each))
    return stands


def said(finding: Mapping[str, Any]) -> str:
    kept = {name: finding[name] for name in ("rule", "severity", "evidence", "message")}
    return json.dumps(kept, sort_keys=True)


KEYS = sorted(f"JOR:{number}" for numbers in NUMBERS.values() for number in numbers)
PAIRS = st.sampled_from([pair_of(one, other) for one, other in combinations(dict.fromkeys(KEYS), 2)])
RULINGS = st.dictionaries(PAIRS, st.sampled_from([Ruling.CONFIRMED, Ruling.SPLIT, Ruling.REOPENED]), max_size=2)


@settings(max_examples=HISTORIES)
@given(companies(), st.just({}) | RULINGS)
def test_a_company_is_judged_alike_in_any_order_of_arrival(company, rulings):
    lines, shuffled = company
    assert ends(lines, SMALL_CROWDS, Links(rulings)) == ends(shuffled, SMALL_CROWDS, Links(rulings))


def test_officers_say_whose_documents_they_are():
    """Somebody under two names, whom likeness keeps apart, and a namesake whom it takes for one."""
    other = {**DOCUMENT, "document_number": "T7654321"}
    unlike = {**AGAIN, "document": other, "traveller": {**TRAVELLER, "primary_identifier": "QASIM"}}
    pair = pair_of("JOR:T1234567", "JOR:T7654321")
    assert ends([IN, unlike], default_policy())["again"] == set()
    joined = ends([IN, unlike], default_policy(), Links({pair: Ruling.CONFIRMED}))["again"]
    assert {json.loads(each)["rule"] for each in joined} == {"D6", "M2"}
    namesake = {**AGAIN, "document": other}
    assert {json.loads(each)["rule"] for each in ends([IN, namesake], default_policy())["again"]} == {"D6", "M2"}
    assert ends([IN, namesake], default_policy(), Links({pair: Ruling.SPLIT}))["again"] == set()
    chain = Links({pair_of("JOR:T1234567", "X:1"): Ruling.CONFIRMED, pair_of("X:1", "JOR:T7654321"): Ruling.CONFIRMED})
    assert ends([IN, unlike], default_policy(), chain)["again"] == joined
    said_apart = Links({**chain.rulings, pair: Ruling.SPLIT})
    assert ends([IN, unlike], default_policy(), said_apart)["again"] == set()


@settings(max_examples=HISTORIES)
@given(journeys())
def test_journeys_are_judged_alike_word_for_word(journey):
    lines, shuffled = journey
    assert ends(lines, default_policy()) == ends(shuffled, default_policy())
