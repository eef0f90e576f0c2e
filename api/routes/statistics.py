"""The centre's figures: small tables of counts by what is asked, the live day, and what of it is given out."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.deps import Services, ServicesDep, permit, require
from api.schemas.base import Day, Moment, PostCode, State
from api.schemas.statistics import (
    CatalogueOut,
    FigureOut,
    PassageOut,
    PassagePage,
    PostFreshnessOut,
    StatisticOut,
    StatisticRowOut,
    UsualDayOut,
)
from api.sheets import Row, SheetFormat, given_out, written
from service import disclosure, pseudonymous, statistics, usual
from service.access import Action, Actor
from service.domain import Direction, Verdict
from service.figures import AGE_BANDS, FIGURES, Asked, Figure
from service.movement_log import PAGE_MOST, Filter
from service.statistics import Line, Table
from service.tabulation import Key

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])
Reader = Annotated[Actor, permit(Action.READ_STATISTICS)]
Known = Annotated[str | None, Header(alias="If-None-Match", description="the ETag of the answer that is at hand")]
_DAY = {"ge": date(2000, 1, 1), "le": date(2199, 12, 31)}
DAYS = 30  # told where no first day is named


async def asked_of(
    services: ServicesDep,
    by: Annotated[
        str, Query(description="dimensions with commas between, such as `day,direction`", examples=["crossing_point"])
    ] = "",
    first: Annotated[Day | None, Query(alias="from", description="the first day, at the posts", **_DAY)] = None,
    last: Annotated[Day | None, Query(alias="to", description="the last day, included; today", **_DAY)] = None,
    against: Annotated[Day | None, Query(description="the first day of as long a period to compare", **_DAY)] = None,
    crossing_point: PostCode | None = None,
    direction: Direction | None = None,
    nationality: State | None = None,
    issuing_state: State | None = None,
    age_band: Annotated[str | None, Query(examples=["25-34"])] = None,
    document_type: Annotated[str | None, Query(max_length=1)] = None,
    reason: Annotated[str | None, Query(max_length=1, description="of a refusal, A to I")] = None,
    rule: Annotated[str | None, Query(pattern=r"^[A-Z]\d{1,2}$", examples=["M2"])] = None,
    list: Annotated[str | None, Query(max_length=64, description="of hits")] = None,  # the word of the wire
    regime: Annotated[str | None, Query(max_length=64, description="by which right people are inside")] = None,
    stage: Annotated[str | None, Query(pattern=r"^(verdict|first_line|second_line)$")] = None,
) -> Asked:
    """What is asked for, but for the posts that the asker may see."""
    today = services.policy.at(services.now()).day_of(services.now())
    only = {
        "nationality": nationality,
        "issuing_state": issuing_state,
        "age_band": age_band,
        "document_type": document_type,
        "reason": reason,
        "rule": rule,
        "list": list,
        "regime": regime,
        "stage": stage,
    }
    until = last or today
    return Asked(
        first or until - timedelta(DAYS - 1),
        until,
        tuple(filter(None, by.split(","))),
        None,
        crossing_point,
        direction,
        {name: value for name, value in only.items() if value is not None},
        against,
    )


Question = Annotated[Asked, Depends(asked_of)]


@router.get("")
async def catalogue(services: ServicesDep, actor: Reader) -> CatalogueOut:
    """Which figures there are, by what each can be asked, and from how small a cell on you are told."""
    return CatalogueOut(
        figures=[
            FigureOut(
                figure=figure,
                dimensions=[*shape.dimensions],
                filters=["from", "to", "against", "crossing_point", "direction", *shape.columns],
                measures=[*shape.told],
            )
            for figure, shape in FIGURES.items()
        ],
        age_bands=[*AGE_BANDS],
        smallest_cell=_smallest(services, actor),
    )


@router.get("/usual-day", response_model=UsualDayOut)
async def usual_day(
    request: Request,
    services: ServicesDep,
    actor: Reader,
    day: Annotated[Day | None, Query(description="at the posts; today", **_DAY)] = None,
    weeks: Annotated[int, Query(ge=1, le=52, description="how many of this weekday it is compared with")] = 8,
    crossing_point: PostCode | None = None,
    direction: Direction | None = None,
    known: Known = None,
) -> Response:
    """The day so far, by hour and by post and direction, beside what is usual: the same weekday of the weeks before.

    For a big screen: ask every few seconds with `If-None-Match`, and a day on which nothing happened since is a 304.
    """
    now = services.now()
    today = day or services.policy.at(now).day_of(now)
    asked = await _within(request, Asked(today, today, (), None, crossing_point, direction), actor)
    smallest = _smallest(services, actor)
    found = await usual.usual_day(services.database.reader_sessions, asked, weeks, now=now, smallest=smallest)
    return _cached(UsualDayOut(**asdict(found), smallest_cell=smallest, as_of=now), known)


@router.get("/pseudonymous-movements")
async def pseudonymous_movements(
    request: Request,
    services: ServicesDep,
    actor: Annotated[Actor, permit(Action.READ_PSEUDONYMS)],
    since: Annotated[Moment | None, Query(alias="from", description="included")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="not included")] = None,
    crossing_point: PostCode | None = None,
    direction: Direction | None = None,
    rule: Annotated[str | None, Query(pattern=r"^[A-Z]\d{1,2}$", examples=["M2"])] = None,
    verdict: Verdict | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 50,
    cursor: str | None = None,
) -> PassagePage:
    """Movements without a name, a number or a time of day, newest first; the look leaves its trace."""
    posts = statistics.seen_by(actor)
    wanted = Filter(since, until, posts, crossing_point, direction, rule=rule, verdict=verdict)
    if crossing_point is not None:
        await require(request, actor, Action.READ_PSEUDONYMS, crossing_point)
    smallest = services.settings.statistics_smallest_cell
    found, following = await pseudonymous.page(
        services.database.sessions, wanted, actor=actor, smallest=smallest, limit=limit, cursor=cursor
    )
    return PassagePage(items=[PassageOut(**asdict(each)) for each in found], next=following)


@router.get("/{figure}", response_model=StatisticOut)
async def table(
    request: Request, services: ServicesDep, figure: Figure, actor: Reader, asked: Question, known: Known = None
) -> Response:
    """A figure by what is asked for: exact to the last commit, late, corrected and withdrawn facts counted right.

    What a figure is not kept by is refused with what it is kept by. An unchanged figure is a 304 to `If-None-Match`.
    """
    made = await _table(request, services, figure, asked, actor)
    now = services.now()
    fresh = await statistics.freshness(services.database.reader_sessions, now)
    shape = FIGURES[figure]
    told = StatisticOut.model_construct(
        figure=figure,
        dimensions=[*asked.by],
        measures=[*shape.told],
        rows=[_row(line, line.key) for line in made.lines],
        total=_row(made.total, ()),
        first=asked.first,
        last=asked.last,
        against=asked.against,
        smallest_cell=made.smallest,
        withheld=sum(bool(line.withheld) for line in made.lines),
        posts=[
            PostFreshnessOut(crossing_point=code, heard_until=post.heard_until) for code, post in fresh.posts.items()
        ],
        as_of=now,
    )
    return _cached(told, known)


@router.get("/{figure}/export", response_class=StreamingResponse)
async def export(
    request: Request,
    services: ServicesDep,
    figure: Figure,
    actor: Annotated[Actor, permit(Action.EXPORT_STATISTICS)],
    asked: Question,
    recipient: Annotated[
        str, Query(min_length=2, max_length=200, description="to whom it is given; it stays in the trail")
    ],
    format: SheetFormat = SheetFormat.CSV,
) -> StreamingResponse:
    """The same as a file. Before its first byte the trail says who gives what to whom, with the digest of the file."""
    made = await _table(request, services, figure, asked, actor, Action.EXPORT_STATISTICS)
    columns, numbers = sheet_columns(made)
    sheet = await written(sheet_rows(made), columns, format, numbers=numbers)
    said = {"figure": figure, "by": ",".join(asked.by), "from": asked.first, "to": asked.last, **asked.only}
    given = disclosure.Given(recipient, format, sheet.rows, sheet.digest)
    sessions = services.database.sessions
    await disclosure.note_given(sessions, "export_statistics", said, given, actor=actor, post=asked.crossing_point)
    return given_out(sheet, f"{figure}-{asked.first}-{asked.last}")


def sheet_columns(made: Table) -> tuple[list[str], list[str]]:
    """The columns of a figure as a file, and those of them that hold numbers."""
    measures = FIGURES[made.figure].told
    compared = [f"{name}_compared" for name in measures] if made.asked.against else []
    return [*made.asked.by, *measures, *compared, "withheld"], [*measures, *compared]


async def sheet_rows(made: Table) -> AsyncIterator[Row]:
    """The rows of a figure as a file; a figure by nothing is its total alone."""
    for line in made.lines if made.asked.by else [made.total]:
        key = line.key if made.asked.by else ()
        yield [*key, *line.values.values(), *(line.compared or {}).values(), " ".join(line.withheld)]


def _row(line: Line, key: Key) -> StatisticRowOut:
    return StatisticRowOut(key, line.values, line.compared, line.withheld)


def _smallest(services: Services, actor: Actor) -> int:
    return statistics.smallest_told(actor, services.settings.statistics_smallest_cell)


async def _within(request: Request, asked: Asked, actor: Actor, action: Action = Action.READ_STATISTICS) -> Asked:
    """`asked`, cut to the posts that `actor` serves. A foreign post asked for by name is refused."""
    if asked.crossing_point is not None:
        await require(request, actor, action, asked.crossing_point)
    return statistics.confined(asked, actor)


async def _table(
    request: Request,
    services: Services,
    figure: Figure,
    asked: Asked,
    actor: Actor,
    action: Action = Action.READ_STATISTICS,
) -> Table:
    asked = await _within(request, asked, actor, action)
    return await statistics.table(services.database.reader_sessions, figure, asked, smallest=_smallest(services, actor))


def _cached(told: BaseModel, known: str | None) -> Response:
    """The answer, or that it is the one at hand: the same but for the moment at which it was asked for."""
    lasting = told.model_dump_json(exclude={"as_of"})
    tag = f'"{hashlib.sha256(lasting.encode()).hexdigest()[:32]}"'
    if known is not None and tag in (each.strip().removeprefix("W/") for each in known.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    moment = told.model_dump_json(include={"as_of"})
    return Response(f"{lasting[:-1]},{moment[1:]}", media_type="application/json", headers={"ETag": tag})
