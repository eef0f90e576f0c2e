"""The reference of the interface, for people. What it says is in the source anyway: no credential needed."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import ServicesDep
from api.reference import page

router = APIRouter(prefix="/docs", include_in_schema=False)
_STYLE = resources.files("api").joinpath("static", "reference.css").read_bytes()


@router.get("")
async def read(request: Request, services: ServicesDep) -> HTMLResponse:
    """Every operation and every shape, on one page."""
    return HTMLResponse(page(request.app.openapi(), demo=services.settings.demo))


@router.get("/style.css")
async def style() -> Response:
    """How the page looks."""
    return Response(_STYLE, media_type="text/css")
