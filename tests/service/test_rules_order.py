"""In which order movements happened, and how late each can be taken to have."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain import Movement, Source
from service.rules.order import moments
from service.rules.revision import CLOCK_AHEAD, latest, to_judge_again
from tests.cases import ENTRY, EXIT, at, crossing

NOON = at("2026-03-10 12:00")
ONE = st.tuples(
    st.sampled_from(["WEST", "SOUTH"]),
    st.sampled_from(Source),
    st.integers(0, 600),  # minutes after noon at which it is recorded
    st.integers(-300, CLOCK_AHEAD // timedelta(minutes=1)),  # by which its clock is ahead
)


@given(st.lists(ONE, max_size=6))
def test_no_movement_is_taken_to_be_later_than_its_latest(drawn: list[tuple[str, Source, int, int]]) -> None:
    """However far ahead, of what is allowed, the clock of its post was when the one before it was recorded."""
    made = []
    for seq, (post, source, minute, ahead) in enumerate(sorted(drawn, key=lambda each: each[2]), start=1):
        heard = NOON + timedelta(minutes=minute)
        when = f"{heard + timedelta(minutes=ahead):%Y-%m-%d %H:%M}"
        made.append(Movement(crossing(post, ENTRY, when, source=source), heard, seq, None))
    for (moment, _), m in moments(made):
        assert m.crossing.occurred_at <= moment <= latest(m)


def test_what_happened_in_the_same_minute_is_judged_again_by_what_was_recorded_before_it() -> None:
    """As where the time of a movement is corrected to the minute of another's."""
    keyed = Movement(crossing("WEST", ENTRY, "2026-03-10 12:00", source=Source.PAPER), at("2026-03-10 15:00"), 2, None)
    other = crossing("SOUTH", EXIT, "2026-03-10 12:00", source=Source.PAPER)
    assert to_judge_again(Movement(other, at("2026-03-10 14:00"), 1, None), [keyed]) == [keyed]


def test_what_a_late_one_moves_may_no_longer_come_before_others() -> None:
    """By its own clock `behind` came before `between`; its post had recorded a later movement before it."""
    arrived = Movement(crossing("WEST", ENTRY, "2026-03-10 12:10"), at("2026-03-10 12:10"), 1, None)
    behind = Movement(crossing("WEST", EXIT, "2026-03-10 12:00"), at("2026-03-10 12:11"), 2, None)
    between = Movement(crossing("SOUTH", ENTRY, "2026-03-10 12:03"), at("2026-03-10 12:03"), 1, None)
    assert latest(between) < arrived.crossing.occurred_at
    assert to_judge_again(arrived, [between, behind]) == [between, behind]
