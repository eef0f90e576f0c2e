"""The OpenAPI document: what each part is for, and that every refusal is a problem document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.problems import MEDIA_TYPE, Problem

DESCRIPTION = """
Reads travel documents, screens travellers against watchlists, applies the rules of movement, records
every crossing, and gives the officer an explained verdict: `CLEAR` or `REFER`. The machine finds and
explains; an officer decides.

Every request but those to `/health/` shows a credential: an officer's session token or a device key, as
a bearer token. Refusals are problem documents (RFC 9457); they never repeat what was sent.
""".strip()

TAGS = [
    {"name": "session", "description": "Signing in and out, and who one is."},
    {"name": "reading", "description": "Reading the machine-readable zone from an image or a text."},
    {"name": "inspection", "description": "A crossing inspected, and the officer's decision on it."},
    {"name": "corrections", "description": "What is said of a movement later, with who and why."},
    {"name": "people", "description": "Documents of one person, groups that travel together, and what waits for time."},
    {"name": "movements", "description": "The log of movements: searched, counted, exported."},
    {"name": "paper", "description": "Numbered paper forms for an outage, and what became of them."},
    {"name": "watchlists", "description": "Lists imported, written, approved, reviewed and screened against."},
    {"name": "hits", "description": "Second line: who a traveller is, and who was cleared of which entry."},
    {"name": "second line", "description": "Who waits for second line, who has taken whose case, other crossings."},
    {"name": "protection", "description": "Who may need protection: for the protection desk alone, sealed and apart."},
    {"name": "retention", "description": "How long what is kept: plans, notices, proofs of erasure, legal holds."},
    {"name": "rights", "description": "What a traveller may ask for: what is held, its correction, its restriction."},
    {"name": "policies", "description": "What the rules go by: proposed, compared, activated by a second person."},
    {"name": "inside", "description": "Foreigners inside: overstayers, expected exits, counts by right and post."},
    {"name": "statistics", "description": "The centre's figures: exact, without names, small cells withheld."},
    {"name": "stays", "description": "Days of stay, counted from what is sent: nobody's record is looked at."},
    {"name": "reference", "description": "Ports of entry, and how fresh what is known of each is."},
    {"name": "demonstration", "description": "A guided walk past made-up travellers, in a demonstration alone."},
    {"name": "accounts", "description": "Officers' accounts."},
    {"name": "devices", "description": "Keys of cameras, workstations and monitors."},
    {"name": "supervision", "description": "Records opened without the right, and unusual consultation, reviewed."},
    {"name": "audit", "description": "The trail of who did or saw what: searched, and proven unaltered."},
    {"name": "health", "description": "Whether the service lives and is ready, and what a monitor collects."},
]

RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "The request was refused."},
    "5XX": {"model": Problem, "description": "The service failed, or is not ready."},
}


def operation_id(route: APIRoute) -> str:
    """A name for a client's method, such as ``session_create``."""
    tag = str(route.tags[0]) if route.tags else "other"
    return f"{tag}_{route.name}".replace(" ", "_")


def install(app: FastAPI) -> None:
    """Name the media type that refusals really have; FastAPI would have them all be plain JSON."""
    generate = app.openapi

    def document() -> dict[str, Any]:
        made = not app.openapi_schema
        schema = generate()
        if made:
            _name_media_type(schema)
        return schema

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI's documentation gives


def _name_media_type(schema: dict[str, Any]) -> None:
    for path in schema["paths"].values():
        for operation in path.values():
            for status in RESPONSES:
                content = operation["responses"][str(status)]["content"]
                content[MEDIA_TYPE] = content.pop("application/json")
