"""Every refusal as a problem document (RFC 9457), from one table of exception types.

The packages below raise exceptions worded for the operator that know nothing of HTTP; here each gets
its status and its problem type. To add one, add a row. The nearest class in an exception's ancestry
that has a row decides, so that a family of refusals needs one row only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api import logs
from ocr.frames import TooManyFrames
from ocr.image import ImageRefused, ImageTooLarge, NotAnImage
from ocr.layout import MrzError
from ocr.lstm import ModelUnreadable
from ocr.tesseract import EngineMissing
from ocr.worker import ReaderBusy, ReadFailed
from service import errors
from service.forms import FormNumberError
from service.json_rows import LineError
from service.redress import RedressNumberError
from service.toml_reader import TomlError
from watchlist.sources.reading import ListFileError

MEDIA_TYPE = "application/problem+json"
_URN = "urn:mabar:problem:"


class FieldProblem(BaseModel):
    """Which part of a request is wrong, and why. The value itself is never repeated."""

    location: str = Field(description="where: `body`, `query`, `path` or `header`, then the names inward, with dots")
    message: str


class Problem(BaseModel):
    """A refusal, after RFC 9457."""

    type: str = Field(description="what kind of problem; stable, to be told apart by programs")
    title: str = Field(description="the kind in words; the same for every occurrence")
    status: int
    detail: str = Field(description="what went wrong this time, for the operator; holds no personal data")
    instance: str = Field(description="the id of this request, under which the log knows it")
    errors: list[FieldProblem] | None = Field(default=None, description="of a request that does not fit its schema")


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the table: the HTTP status, the last part of the problem type, its title.

    `quotes` says that messages of this kind may quote what was sent; the quotations are struck out.
    """

    status: int
    slug: str
    title: str
    quotes: bool = False

    @property
    def type(self) -> str:
        return _URN + self.slug


# Those of `service.errors`, then those of the packages below.
PROBLEMS: Mapping[type[Exception], Kind] = {
    errors.ServiceError: Kind(400, "refused", "The request was refused"),
    errors.NotSignedIn: Kind(401, "not-signed-in", "No valid credential"),
    errors.SessionLocked: Kind(401, "session-locked", "The session is locked"),
    errors.PasskeyRefused: Kind(422, "passkey-refused", "The passkey does not count"),
    errors.ProviderRefused: Kind(403, "provider-refused", "The identity provider lets nobody in"),
    errors.TooManyRequests: Kind(429, "too-many-requests", "Too many requests"),
    errors.SignInRefused: Kind(401, "sign-in-refused", "Account and password do not go together"),
    errors.TooManyAttempts: Kind(429, "too-many-attempts", "Too many attempts"),
    errors.Forbidden: Kind(403, "forbidden", "Not allowed"),
    errors.OtherPost: Kind(403, "other-post", "The record is of another crossing point"),
    errors.ReasonNeeded: Kind(422, "reason-needed", "This purpose needs its reason"),
    errors.HoldRefused: Kind(409, "hold-refused", "The hold or restriction cannot be placed or ended"),
    errors.RequestRefused: Kind(409, "request-refused", "The request cannot be recorded or answered so"),
    errors.GlassRefused: Kind(409, "glass-refused", "The record cannot be opened, or the notice not reviewed, so"),
    errors.PasswordRefused: Kind(422, "password-refused", "The password is not good enough"),
    errors.AccountRefused: Kind(409, "account-refused", "The account or key cannot be made"),
    errors.AccountNameTaken: Kind(409, "account-name-taken", "The account's name is taken"),
    errors.LastAdministrator: Kind(409, "last-administrator", "The last administrator's account stays"),
    errors.NotFound: Kind(404, "not-found", "No such record"),
    errors.UnknownCrossingPoint: Kind(422, "unknown-crossing-point", "No such crossing point"),
    errors.FutureTime: Kind(422, "future-time", "The movement lies in the future"),
    errors.UnconfirmedReading: Kind(409, "unconfirmed-reading", "The reading awaits an officer's confirmation"),
    errors.ConflictingReplay: Kind(409, "conflicting-replay", "The id is taken by other data"),
    errors.InvalidDecision: Kind(422, "invalid-decision", "The decision cannot be recorded"),
    errors.DecisionConflict: Kind(409, "decision-conflict", "Another decision stands"),
    errors.RefusalBarred: Kind(409, "refusal-barred", "Nobody may be refused on this movement for now"),
    errors.ReferralRefused: Kind(409, "referral-refused", "The referral cannot be made or go on so"),
    errors.SuspiciousImport: Kind(409, "suspicious-import", "The import would strike too much"),
    errors.UnknownListFormat: Kind(422, "unknown-list-format", "No such list format"),
    errors.ListTooLarge: Kind(413, "list-too-large", "The list is too large"),
    errors.ThinEntry: Kind(422, "thin-entry", "The entry or list says too little"),
    errors.ChangeRefused: Kind(409, "change-refused", "The change does not fit what stands"),
    errors.AdjudicationRefused: Kind(422, "adjudication-refused", "The adjudication cannot be recorded"),
    errors.AdjudicationConflict: Kind(409, "adjudication-conflict", "Another adjudication stands"),
    errors.CaseTaken: Kind(409, "case-taken", "Another officer has taken this case"),
    errors.ClearanceRefused: Kind(422, "clearance-refused", "The clearance cannot be given or ended"),
    errors.SourceRefused: Kind(409, "source-refused", "The list cannot be fetched"),
    errors.BackupRefused: Kind(409, "backup-refused", "The backup cannot be made or restored"),
    errors.CorrectionRefused: Kind(422, "correction-refused", "The correction cannot be recorded"),
    errors.LinkRefused: Kind(422, "link-refused", "The ruling on a link cannot be recorded"),
    errors.RulingConflict: Kind(409, "ruling-conflict", "Another ruling stands"),
    errors.GroupRefused: Kind(409, "group-refused", "The group cannot be opened"),
    errors.AlreadyRecorded: Kind(409, "already-recorded", "The crossing is on record under another id"),
    errors.FormRefused: Kind(409, "form-refused", "This cannot be said of the form"),
    errors.BadImport: Kind(422, "bad-import", "The movements cannot be imported"),
    errors.BadFilter: Kind(422, "bad-filter", "The filter cannot be read"),
    errors.Unavailable: Kind(503, "unavailable", "A part of the service does not answer"),
    errors.TooBusy: Kind(503, "too-busy", "More inspections wait than can be made in time"),
    ImageRefused: Kind(422, "image-refused", "The image is not read"),
    NotAnImage: Kind(415, "not-an-image", "This is no image that is read"),
    ImageTooLarge: Kind(413, "image-too-large", "The image is too large"),
    TooManyFrames: Kind(422, "too-many-frames", "More images than are read together"),
    MrzError: Kind(422, "not-a-zone", "The text is no machine-readable zone", quotes=True),
    ReadFailed: Kind(422, "reading-failed", "The image could not be read to its end"),
    ReaderBusy: Kind(503, "reader-busy", "More images wait than can be read in time"),
    EngineMissing: Kind(503, "engine-missing", "The reader has no engine"),
    ModelUnreadable: Kind(503, "model-unreadable", "The reader has no model that it knows"),
    ListFileError: Kind(422, "list-refused", "The list file must not be imported", quotes=True),
    RedressNumberError: Kind(422, "not-a-redress-number", "The text is no redress number"),
    FormNumberError: Kind(422, "not-a-form-number", "The text is no number of a paper form"),
    LineError: Kind(422, "line-refused", "A line is no movement", quotes=True),
    TomlError: Kind(422, "file-refused", "The file cannot be used", quotes=True),
}
# What the framework refuses by itself. Named here, because Python's own phrases change with its version.
HTTP: Mapping[int, Kind] = {
    400: Kind(400, "unreadable", "The request cannot be read"),
    404: Kind(404, "no-such-path", "There is nothing under this path"),
    405: Kind(405, "method-not-allowed", "The path knows no such method"),
    408: Kind(408, "too-slow", "The request did not arrive in time"),
    413: Kind(413, "content-too-large", "The body of the request is too large"),
    431: Kind(431, "headers-too-large", "The headers of the request are too large"),
    503: Kind(503, "crowded", "The service has more to do than it can"),
}
INVALID = Kind(422, "invalid-request", "The request does not fit its schema")
FAILED = Kind(500, "failed", "The service failed")


def kind_of(exc: type[Exception]) -> Kind:
    """The row of the nearest ancestor that has one, else the internal failure."""
    return next((PROBLEMS[base] for base in exc.__mro__ if base in PROBLEMS), FAILED)


def install(app: FastAPI, suspects: Iterable[type[Exception]], is_outage: Callable[[Exception], bool]) -> None:
    """Answer every exception that leaves a route of `app` with a problem document.

    Of `suspects`, those that `is_outage` confirms say that the database is away; the others are faults.
    """
    for exc in PROBLEMS:
        app.add_exception_handler(exc, _refused)
    for exc in suspects:
        app.add_exception_handler(exc, partial(_suspect, is_outage))
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _refused(request: Request, exc: Exception) -> JSONResponse:
    return refusal(request.scope, exc)


def refusal(scope: Mapping[str, Any], exc: Exception) -> JSONResponse:
    """What is answered to what the use cases refuse."""
    kind = kind_of(type(exc))
    if kind.status >= 500 and not isinstance(exc, _NO_FAULTS):
        logs.report("refused for a fault of our own", exc)
    detail = _QUOTED.sub("…", str(exc)) if kind.quotes else str(exc)
    return answer(scope, kind, detail, headers=_headers(exc, kind))


def _headers(exc: Exception, kind: Kind) -> dict[str, str]:
    if kind.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(exc, errors.TooManyAttempts | errors.TooManyRequests):
        return {"Retry-After": str(exc.wait)}
    if isinstance(exc, _NO_FAULTS):
        return {"Retry-After": "5"}
    return {}


_NO_FAULTS = (errors.Unavailable, ReaderBusy)  # which pass by themselves


async def _suspect(is_outage: Callable[[Exception], bool], request: Request, exc: Exception) -> JSONResponse:
    if not is_outage(exc):
        raise exc
    logs.report("the database does not answer", exc)
    detail = "the database does not answer for the moment; try again"
    return answer(request.scope, PROBLEMS[errors.Unavailable], detail, headers={"Retry-After": "5"})


async def _http(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    unnamed = Kind(exc.status_code, f"http-{exc.status_code}", "The request was refused")
    return answer(request.scope, HTTP.get(exc.status_code, unnamed), exc.detail, headers=exc.headers)


async def _invalid(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)
    found = [FieldProblem(location=_location(e["loc"]), message=_message(e)) for e in exc.errors()[:_SHOWN]]
    where = ", ".join(problem.location for problem in found[:5])
    return answer(request.scope, INVALID, f"the request does not fit its schema: {where}", fields=found)


def failed(scope: Mapping[str, Any], exc: Exception) -> JSONResponse:
    """The answer to a fault of our own: it says under which id the log tells more, and nothing else."""
    logs.report("request failed", exc)
    return answer(scope, FAILED, "the fault is in the log of the service under the id of this request")


def answer(
    scope: Mapping[str, Any],
    kind: Kind,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    fields: list[FieldProblem] | None = None,
) -> JSONResponse:
    """A problem document for the request of `scope`."""
    instance = f"urn:uuid:{scope.get('state', {}).get('request_id', '')}"
    problem = Problem(
        type=kind.type, title=kind.title, status=kind.status, detail=detail, instance=instance, errors=fields
    )
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, kind.status, dict(headers or {}), media_type=MEDIA_TYPE)


_SHOWN = 50  # faults of one request: more help nobody
_QUOTED = re.compile(r"(['\"]).*?\1", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")


def _location(parts: Sequence[int | str]) -> str:
    """Names of fields and positions; what cannot be a name of ours came from the client and stays out."""
    return ".".join(str(part) if isinstance(part, int) or _NAME.fullmatch(part) else "…" for part in parts)


def _message(error: Mapping[str, Any]) -> str:
    """Why a value is wrong, without the value: a validator's message may quote it."""
    message = str(error["msg"]).removeprefix("Value error, ")
    for text in sorted(_texts(error.get("input")), key=len, reverse=True):
        message = message.replace(text, "…")
    return message


def _texts(value: object) -> Iterator[str]:
    """Every text inside an input, with numbers as text."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str | int | float) and len(text := str(value)) > 2:
        yield text
