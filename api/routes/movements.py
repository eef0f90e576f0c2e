"""The movement log: filtered pages, streamed exports, counts."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import asdict, replace
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from api.deps import ServicesDep, permit, require
from api.present import movement_out
from api.rows import COLUMNS, as_cells, as_csv, as_exchange, as_ndjson
from api.schemas.base import DocumentNumber, Moment, PostCode, State
from api.schemas.log import CountOut, LogImportOut, MovementPage, RefusedOut
from api.sheets import SheetFormat, given_out, written
from service import disclosure, movement_log
from service.access import ALL_POSTS, Action, Actor
from service.domain import Direction, Verdict
from service.errors import Forbidden
from service.exchange import OURS, ExchangeFormat, read_mapping
from service.importing import Fate, Importer, begin, lines_of
from service.movement_log import Filter

router = APIRouter(prefix="/v1/movements", tags=["movements"])


async def wanted_of(
    since: Annotated[Moment | None, Query(alias="from", description="included")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="not included")] = None,
    crossing_point: PostCode | None = None,
    direction: Direction | None = None,
    nationality: State | None = None,
    document_number: DocumentNumber | None = None,
    issuing_state: State | None = None,
    rule: Annotated[str | None, Query(pattern=r"^[A-Z]\d{1,2}$", examples=["M2"])] = None,
    verdict: Verdict | None = None,
) -> Filter:
    """The filter that the query asks for; the posts of the asker are added by `_within`."""
    return Filter(
        since=since,
        until=until,
        crossing_point=crossing_point,
        direction=direction,
        nationality=nationality,
        document_number=document_number,
        issuing_state=issuing_state,
        rule=rule,
        verdict=verdict,
    )


Wanted = Annotated[Filter, Depends(wanted_of)]


async def _within(request: Request, wanted: Filter, actor: Actor, action: Action) -> Filter:
    """`wanted`, cut to the posts that `actor` serves. A foreign post asked for by name is refused."""
    if wanted.crossing_point is not None:
        await require(request, actor, action, wanted.crossing_point)
    return replace(wanted, posts=None if ALL_POSTS in actor.posts else actor.posts)


@router.get("")
async def page(
    request: Request,
    services: ServicesDep,
    wanted: Wanted,
    actor: Annotated[Actor, permit(Action.READ_MOVEMENTS)],
    limit: Annotated[int, Query(ge=1, le=movement_log.PAGE_MOST)] = 50,
    cursor: str | None = None,
) -> MovementPage:
    """Movements, newest first. Pages neither skip nor repeat while new movements arrive."""
    wanted = await _within(request, wanted, actor, Action.READ_MOVEMENTS)
    lines, following = await disclosure.page(
        services.database.reader_sessions, services.database.sessions, wanted, actor=actor, limit=limit, cursor=cursor
    )
    return MovementPage(items=[movement_out(line) for line in lines], next=following)


@router.get("/counts")
async def counts(
    request: Request, services: ServicesDep, wanted: Wanted, actor: Annotated[Actor, permit(Action.READ_STATISTICS)]
) -> list[CountOut]:
    """How many crossed, by post, direction and hour (UTC). No personal data."""
    if wanted.document_number is not None:
        raise Forbidden("counts are of many: nobody is counted by the number of a document")
    wanted = await _within(request, wanted, actor, Action.READ_STATISTICS)
    async with services.database.reader_sessions() as session:
        return [CountOut(**asdict(count)) for count in await movement_log.counts(session, wanted)]


@router.get("/export", response_class=StreamingResponse)
async def export(
    request: Request,
    services: ServicesDep,
    wanted: Wanted,
    actor: Annotated[Actor, permit(Action.EXPORT_MOVEMENTS)],
    format: Literal["csv", "xlsx", "parquet", "ndjson", "exchange", "exchange-csv"] = "csv",
    recipient: Annotated[str | None, Query(min_length=2, max_length=200, description="to whom it is given")] = None,
) -> StreamingResponse:
    """The filtered log as a file, oldest first, with bounded memory. The export is audited before its first byte.

    `csv`, `xlsx`, `parquet` and `ndjson` are the log with its verdicts; `exchange` (JSON lines) and `exchange-csv` are
    movements alone, as other systems send and take them. Of workbooks and Parquet the trail keeps rows and digest too.
    """
    wanted = await _within(request, wanted, actor, Action.EXPORT_MOVEMENTS)
    sessions = services.database.sessions
    lines = await disclosure.export(
        services.database.reader_sessions, sessions, wanted, actor=actor, recipient=recipient
    )
    if format in ("xlsx", "parquet"):
        sheet = await written(as_cells(movement_out(line) async for line in lines), COLUMNS, SheetFormat(format))
        given = disclosure.Given(recipient or "", format, sheet.rows, sheet.digest)
        await disclosure.note_given(sessions, "gave_movements", {}, given, actor=actor, post=wanted.crossing_point)
        return given_out(sheet, "movements")
    is_csv = format.endswith("csv")
    if format.startswith("exchange"):
        body = as_exchange(lines, csv=is_csv)
    else:
        rows = (movement_out(line) async for line in lines)
        body = as_csv(rows) if is_csv else as_ndjson(rows)
    disposition = {"Content-Disposition": f'attachment; filename="movements.{"csv" if is_csv else "ndjson"}"'}
    return StreamingResponse(body, media_type=_CSV if is_csv else _NDJSON, headers=disposition)


_CSV, _NDJSON = "text/csv; charset=utf-8", "application/x-ndjson"
MAPPING_MOST = 20_000  # characters
LINES_MOST = 1000  # of one request's import; the rest is sent again with `after`


@router.post("/import", openapi_extra={"requestBody": {"content": {_NDJSON: {}, "text/csv": {}}}})
async def import_(
    request: Request,
    services: ServicesDep,
    actor: Annotated[Actor, permit(Action.IMPORT_MOVEMENTS)],
    sender: Annotated[
        str, Query(description="who sends it: keeps its ids apart from others'", examples=["pisces-bgw"])
    ],
    format: ExchangeFormat = ExchangeFormat.NDJSON,
    mapping: Annotated[
        str | None,
        Query(max_length=MAPPING_MOST, description="of another layout: the mapping file's text, in TOML"),
    ] = None,
    after: Annotated[int, Query(ge=0, description="go on after this line of the body")] = 0,
) -> LogImportOut:
    """Movements of another system, as JSON lines or CSV, in our layout or by a mapping. What is known is passed over.

    At most 1,000 lines are taken in; where `more` is true, send the same body again `after` the last line. A line that
    is refused is named with its number and the reason, and keeps no other from being taken.
    """
    layout = read_mapping(mapping) if mapping else OURS
    await begin(services.database.sessions, sender, actor=actor)
    importer = Importer(
        services.database.sessions, services.screening.current, services.policy, sender, actor, services.now
    )
    body = io.StringIO((await request.body()).decode("utf-8-sig", "replace"), newline="")
    lines = lines_of(body, format, layout, after)
    made = [await importer.take(number, text) for number, text in islice(lines, LINES_MOST)]
    counts = Counter(each.fate for each in made)
    return LogImportOut(
        recorded=counts[Fate.RECORDED],
        known=counts[Fate.KNOWN],
        refused=[RefusedOut(line=each.number, reason=each.reason) for each in made if each.fate is Fate.REFUSED],
        last_line=made[-1].number if made else after,
        more=next(lines, None) is not None,
    )
