"""What is found unusual of consultations, and what is not: false alarms cost a supervisor's trust."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.unusual import MANY, Look, NoticeKind, Thresholds, Unusual, Usual, unusual

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = Thresholds()
BY_DAY = Usual(dict.fromkeys(range(7, 17), 40), hours=20)  # 20 looks an hour, from 7 to 16


def looks(n: int, at: datetime = NOON, officer: str = "layla", **more: object) -> list[Look]:
    given: dict[str, object] = {"post": "IQ-ZUR", **more}
    return [Look(at + timedelta(seconds=20 * i), officer, subject=str(i), **given) for i in range(n)]  # type: ignore[arg-type]


def found(seen: list[Look], own: Usual = BY_DAY, post: Usual = BY_DAY) -> list[Unusual]:
    return unusual(seen, {"layla": own}, {"IQ-ZUR": post}, LIMITS)


def kinds(seen: list[Look], own: Usual = BY_DAY, post: Usual = BY_DAY) -> set[NoticeKind]:
    return {each.kind for each in found(seen, own, post)}


def test_volume_is_held_against_what_the_officer_and_the_post_usually_do() -> None:
    (told,) = found(looks(90))
    assert (told.kind, told.officer, told.measured, told.usual) == (NoticeKind.VOLUME, "layla", 90, 20)
    assert (told.since, told.posts) == (NOON, {"IQ-ZUR"})
    assert not found(looks(79)), "four times the usual"
    assert not found(looks(90), post=Usual({12: 300}, hours=10)), "a post where that is the usual"
    assert not found(looks(59), own=Usual(), post=Usual()), "a newcomer is not unusual for working"


def test_an_hour_that_was_never_this_officers() -> None:
    night = NOON.replace(hour=2)
    assert kinds(looks(5, night)) == {NoticeKind.HOUR}
    assert not kinds(looks(4, night))
    assert not kinds(looks(5, NOON.replace(hour=17))), "the shift ran over"
    assert not kinds(looks(5, night), own=Usual({2: 3, 12: 20}, hours=10)), "too little is known of the officer"


def test_searching_while_nobody_stands_at_the_desk() -> None:
    searching = looks(8, search=True)
    assert kinds(searching) == {NoticeKind.SEARCHES}
    assert not kinds([*searching, *looks(1, dealt=True)]), "somebody crossed in that hour"
    assert not kinds(looks(7, search=True))


def test_the_own_name_is_told_once_an_hour() -> None:
    assert [each.kind for each in found(looks(3, own_name=True))] == [NoticeKind.OWN_NAME]


def test_watched_records_of_others() -> None:
    probing = looks(4, watched=True)
    assert kinds(probing) == {NoticeKind.WATCHED}
    assert not kinds([*probing, *looks(4, dealt=True)]), "they stood at the officer's own desk"
    assert not kinds(looks(1, watched=True) * 4), "one record, looked at again"


def test_a_record_that_many_look_at() -> None:
    crowd = [look for n in range(5) for look in looks(1, officer=f"officer {n}")]
    (told,) = found(crowd)
    assert (told.kind, told.officer, told.subject, told.measured) == (NoticeKind.CROWD, MANY, "0", 5)
    assert not found(crowd[:4])


@given(st.integers(0, 59), st.integers(8, 15), st.integers(0, 40))
def test_an_ordinary_shift_raises_nothing(minute: int, hour: int, n: int) -> None:
    at = NOON.replace(hour=hour, minute=minute)
    assert not found([*looks(n, at), *looks(n, at, dealt=True)])


@pytest.mark.parametrize("n", [0, 1])
def test_without_a_history_there_is_no_usual(n: int) -> None:
    assert Usual().share_around(n) == 0.0
    assert Usual().an_hour == 0.0
