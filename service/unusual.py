"""What is unusual about how records are consulted: rules over the trail, without a clock or a database.

They find what a supervisor should ask about, and accuse nobody: whoever works much, or at night, may have been told to.
So each measures against what the officer and the post usually do, and says by how much it is passed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

MANY = "-"  # where a notice is of a record rather than of one officer
DAY = timedelta(days=1)


class NoticeKind(StrEnum):
    """What a supervisor is told of: a record opened without the right, or one of the patterns below."""

    BREAK_GLASS = "break_glass"
    VOLUME = "volume"
    HOUR = "hour"
    OWN_NAME = "own_name"
    SEARCHES = "searches"
    WATCHED = "watched"
    CROWD = "crowd"


def review_by(kind: NoticeKind, raised_at: datetime) -> datetime:
    """By when somebody is to say what a notice came to: of glass that was broken, while memories are fresh."""
    return raised_at + (timedelta(days=3) if kind is NoticeKind.BREAK_GLASS else timedelta(days=14))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something is unusual. The counts are floors: below them nothing is, however rare."""

    looks_an_hour: int = 60
    times_usual: float = 4.0
    hour_looks: int = 5
    hour_share: float = 0.02  # of the officer's looks that fell into this hour of the day and those beside it
    hour_history: int = 200  # looks before which an officer has no usual hours
    searches_an_hour: int = 8
    watched_a_day: int = 4
    officers_a_day: int = 5


@dataclass(frozen=True, slots=True)
class Look:
    """A row of the trail by which an officer saw or sought somebody, or dealt with a traveller who stood there.

    `own_name`: the record bears the officer's name. `watched`: a list has hit on it. `search`: a document or a name was
    looked for. `dealt`: it is no consultation, but a crossing, a decision or an adjudication.
    """

    at: datetime
    officer: str
    post: str | None = None
    subject: str | None = None
    own_name: bool = False
    watched: bool = False
    search: bool = False
    dealt: bool = False


@dataclass(frozen=True, slots=True)
class Usual:
    """What was usual of late: looks by hour of the day (UTC), and in how many hours there were any."""

    by_hour: Mapping[int, int] = field(default_factory=dict)
    hours: int = 0

    @property
    def looks(self) -> int:
        return sum(self.by_hour.values())

    @property
    def an_hour(self) -> float:
        return self.looks / self.hours if self.hours else 0.0

    def share_around(self, hour: int) -> float:
        """The share of looks at this hour of the day and those beside it."""
        near = sum(self.by_hour.get((hour + step) % 24, 0) for step in (-1, 0, 1))
        return near / self.looks if self.looks else 0.0


@dataclass(frozen=True, slots=True)
class Unusual:
    """What was found: of which officer, since when, how much, beside how much is usual; `subject` names the record."""

    kind: NoticeKind
    officer: str
    since: datetime
    posts: frozenset[str]
    measured: float
    usual: float
    subject: str | None = None


def unusual(
    looks: Sequence[Look],
    officers: Mapping[str, Usual],
    posts: Mapping[str, Usual],
    limits: Thresholds,
) -> list[Unusual]:
    """What stands out among the `looks` of about a day, beside what `officers` and `posts` usually do."""
    found: list[Unusual] = []
    for (officer, hour), its in _by_hour(looks).items():
        seen = [look for look in its if not look.dealt]
        found += _hour(officer, hour, seen, its, officers.get(officer, Usual()), posts, limits)
    return [*found, *_watched(looks, limits), *_crowds(looks, limits)]


def _by_hour(looks: Iterable[Look]) -> dict[tuple[str, datetime], list[Look]]:
    grouped: dict[tuple[str, datetime], list[Look]] = defaultdict(list)
    for look in looks:
        grouped[look.officer, look.at.replace(minute=0, second=0, microsecond=0)].append(look)
    return grouped


def _hour(
    officer: str,
    hour: datetime,
    seen: Sequence[Look],
    all_: Sequence[Look],
    own: Usual,
    posts: Mapping[str, Usual],
    limits: Thresholds,
) -> Iterator[Unusual]:
    at = _posts(all_)
    usual = max([own.an_hour, *(posts[post].an_hour for post in at if post in posts)])
    if len(seen) >= limits.looks_an_hour and len(seen) > limits.times_usual * usual:
        yield Unusual(NoticeKind.VOLUME, officer, hour, at, len(seen), usual)
    share = own.share_around(hour.hour)
    if len(seen) >= limits.hour_looks and own.looks >= limits.hour_history and share < limits.hour_share:
        yield Unusual(NoticeKind.HOUR, officer, hour, at, len(seen), share)
    searches = sum(look.search for look in seen)
    if searches >= limits.searches_an_hour and not any(look.dealt for look in all_):
        yield Unusual(NoticeKind.SEARCHES, officer, hour, at, searches, 0)
    for look in seen:
        if look.own_name:
            yield Unusual(NoticeKind.OWN_NAME, officer, hour, at, 1, 0, look.subject)
            break


def _watched(looks: Sequence[Look], limits: Thresholds) -> Iterator[Unusual]:
    """Records that lists hit on, looked at by somebody who had nothing to do with them."""
    dealt = {(look.officer, look.subject) for look in looks if look.dealt}
    probed: dict[tuple[str, datetime], list[Look]] = defaultdict(list)
    for look in looks:
        if look.watched and not look.dealt and (look.officer, look.subject) not in dealt:
            probed[look.officer, _day(look.at)].append(look)
    for (officer, day), its in probed.items():
        if (records := len({look.subject for look in its})) >= limits.watched_a_day:
            yield Unusual(NoticeKind.WATCHED, officer, day, _posts(its), records, 0)


def _crowds(looks: Sequence[Look], limits: Thresholds) -> Iterator[Unusual]:
    """One record that many look at. The record that most look at stands for the day."""
    who: dict[datetime, Counter[str]] = defaultdict(Counter)
    for day, subject, _ in {
        (_day(look.at), look.subject, look.officer) for look in looks if look.subject and not look.dealt
    }:
        who[day][subject] += 1
    for day, counted in who.items():
        subject, officers = counted.most_common(1)[0]
        if officers >= limits.officers_a_day:
            its = [look for look in looks if look.subject == subject]
            yield Unusual(NoticeKind.CROWD, MANY, day, _posts(its), officers, 0, subject)


def _posts(looks: Iterable[Look]) -> frozenset[str]:
    return frozenset(look.post for look in looks if look.post)


def _day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
