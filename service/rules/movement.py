"""M: movements that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt

from service.domain import Clock, Direction, Movement, Outcome, PostKind, Severity
from service.rules.case import Case
from service.rules.rule import Found, Look, Rule
from service.rules.stays import KnownStay

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def _gap(case: Case, message: str, previous: Movement | None) -> Found:
    """A movement is missing: a notice while some post may still hold it, an irregularity once all are heard."""
    last = previous.crossing if previous else None
    return Found(
        f"{message}.unheard" if case.unheard else message,
        {"since": last.occurred_at, "at_post": last.crossing_point} if last else {},
        Severity.NOTICE if case.unheard else Severity.IRREGULAR,
        (previous,) if previous else (),
        case.unheard,
    )


def _no_beginning(case: Case) -> Iterator[Found]:
    """A foreigner's story begins with an entry, a national's with an exit."""
    begins = Direction.EXIT if case.national else Direction.ENTRY
    if case.previous is None and case.crossing.direction is not begins:
        message = "entry_without_exit" if case.national else "exit_without_entry"
        settled = case.parameter("M1", "records_from", date) + timedelta(case.parameter("M1", "settling_days", int))
        if case.day < settled:
            yield Found(f"{message}.before_records", {"settled": settled}, Severity.NOTICE)
        else:
            yield _gap(case, message, None)


M1 = Rule(
    "M1",
    1,
    "Finds an exit without an entry before it; for a national, an entry without an exit. "
    "It is a notice while a post that may hold the missing movement is not heard, or while it may be older than the "
    "records.",
    ("rebut.movement_supplied", "rebut.crossed_before_records", "rebut.namesake"),
    _no_beginning,
)


def _twice(direction: Direction, message: str) -> Look:
    def look(case: Case) -> Iterator[Found]:
        last = case.previous
        if last and case.crossing.direction is last.crossing.direction is direction:
            yield _gap(case, message, last)

    return look


M2 = Rule(
    "M2",
    1,
    "Finds an entry of someone who is already inside by the records. "
    "It is a notice while a post that may hold the missing exit is not heard.",
    ("rebut.movement_supplied", "rebut.namesake", "rebut.data_corrected"),
    _twice(Direction.ENTRY, "already_inside"),
    needs="history",
    only=Direction.ENTRY,
)

M3 = Rule(
    "M3",
    1,
    "Finds an exit of someone who is already outside by the records. "
    "It is a notice while a post that may hold the missing entry is not heard.",
    ("rebut.movement_supplied", "rebut.namesake", "rebut.data_corrected"),
    _twice(Direction.EXIT, "already_outside"),
    needs="history",
    only=Direction.EXIT,
)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The great-circle distance of two positions in degrees, by the haversine formula; good to 0.5 %."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, position)) for position in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def _impossible_travel(case: Case) -> Iterator[Found]:
    """Against the nearest earlier movement of which time and place are sure; refused or not, somebody stood there."""
    here = case.posts.get(case.crossing.crossing_point)
    latest_first = reversed(case.presented)
    sure = (m for m in latest_first if m.crossing.clock is Clock.CERTAIN and m.crossing.crossing_point in case.posts)
    if not here or case.crossing.clock is Clock.UNCERTAIN or not (last := next(sure, None)):
        return
    there = case.posts[last.crossing.crossing_point]
    if there.code == here.code:
        return
    minutes = max(0.0, (case.crossing.occurred_at - last.crossing.occurred_at) / timedelta(minutes=1))
    km = distance_km(here.position, there.position)
    by_air = PostKind.AIR in (here.kind, there.kind)
    needed = _minutes_needed(case, km, by_air=by_air)
    if minutes + case.parameter("M4", "tolerance_minutes", int) < needed:
        figures = {"km": round(km), "minutes": round(minutes), "needed_minutes": round(needed)}
        message = "too_fast_by_air" if by_air else "too_fast_by_land"
        yield Found(message, {"from_post": there.code, **figures}, evidence=(last,))


def _minutes_needed(case: Case, km: float, *, by_air: bool) -> float:
    """The shortest time between two posts: a flight where either is an airport, else the road."""
    if by_air:
        return 60 * km / case.parameter("M4", "air_km_h", float) + case.parameter("M4", "air_minutes", int)
    return 60 * km / case.parameter("M4", "land_km_h", float)


M4 = Rule(
    "M4",
    1,
    "Finds two presentations at two posts that lie too far apart for the time between them. "
    "Nothing is found where either time is uncertain, or within what two clocks may differ.",
    ("rebut.clock_wrong", "rebut.namesake", "rebut.data_corrected"),
    _impossible_travel,
    needs="history",
)


def _counts(case: Case, stay: KnownStay) -> bool:
    """Whether both ends of a stay are recorded, and it was under no exempt visa or permit."""
    return bool(stay.entry and stay.exit) and not any(_exempt(case, visa.kind) for visa in stay.visas)


def _exempt(case: Case, kind: str | None) -> bool:
    return kind in case.policy.permit_kinds or kind in case.parameter("M5", "exempt_visa_kinds", tuple)


def _back_to_back(case: Case) -> Iterator[Found]:
    if case.national or len(case.earlier) < 2 * case.parameter("M5", "stays", int) - 1:
        return  # each stay that counts has two ends
    gap = timedelta(case.parameter("M5", "gap_days", int) + 1)
    if not case.leaving and case.day - case.day_of(case.earlier[-1].crossing) > gap:
        return  # too long outside, whatever came before
    run: list[KnownStay] = []
    for stay in case.stays():
        if (run[-1].first if run else case.day) - stay.last > gap:
            break
        if _counts(case, stay):
            if (stay.last - stay.first).days + 1 < case.parameter("M5", "stay_days", int):
                break
            run.append(stay)
    if len(run) >= case.parameter("M5", "stays", int):
        evidence = tuple(m for stay in reversed(run) for m in stay.evidence)
        yield Found("back_to_back", {"stays": len(run), "since": run[-1].first}, evidence=evidence)


M5 = Rule(
    "M5",
    1,
    "Finds long stays that follow each other with hardly a day outside. "
    "Nationals, residents and registered commuters, drivers and traders are exempt.",
    ("rebut.residence_permit", "rebut.registered_commuter"),
    _back_to_back,
    needs="history",
    of_foreigners=True,
)


def _refused_elsewhere(case: Case) -> Iterator[Found]:
    """A refusal counts until somebody admits the traveller."""
    if len(case.presented) == len(case.earlier):
        return  # nobody refused the traveller ever
    here, limit = case.crossing, timedelta(hours=case.parameter("M6", "hours", int))
    admitted = [at for at, m in enumerate(case.presented) if m.decision is Outcome.ADMITTED]
    since = case.presented[admitted[-1] + 1 if admitted else 0 :]
    refused = [m for m in since if m.decision is Outcome.REFUSED and m.crossing.crossing_point != here.crossing_point]
    if refused and here.occurred_at - refused[-1].crossing.occurred_at <= limit:
        last = refused[-1].crossing
        yield Found(
            "refused_elsewhere", {"at_post": last.crossing_point, "at": last.occurred_at}, evidence=(refused[-1],)
        )


M6 = Rule(
    "M6",
    1,
    "Finds a traveller who was refused at another post shortly before. An admission since then ends the matter.",
    ("rebut.refusal_lifted", "rebut.namesake"),
    _refused_elsewhere,
    needs="history",
)


def _other_route(case: Case) -> Iterator[Found]:
    shown = [case.crossing.visa, case.entry.crossing.visa if case.entry else None]
    required = next((visa.exit_point for visa in shown if visa and visa.exit_point), None)
    if case.crossing.direction is Direction.EXIT and required and required != case.crossing.crossing_point:
        yield Found("other_route", {"required_post": required}, evidence=(case.entry,) if case.entry else ())


M7 = Rule(
    "M7",
    1,
    "Finds an exit through another post than the visa requires. Nothing is found where no such condition is recorded.",
    ("rebut.route_permitted", "rebut.post_closed"),
    _other_route,
    only=Direction.EXIT,
)
