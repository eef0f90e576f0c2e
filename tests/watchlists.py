"""Made-up lists, officers and namesakes for the tests of the life of watchlists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from made_up import NOON, crossing
from service.access import ALL_POSTS, Actor, Role
from service.clearances import NewClearance
from service.clearing import HitOutcome
from service.database import Database
from service.domain import Crossing, FindingStatus, PartialDate, TravelDocument, Traveller
from service.entries import Proposal, decide, propose
from service.freshness import bring_up_to_date
from service.hit_store import Adjudication
from service.hygiene import Change, Terms
from service.inspection import Recorded, inspect
from service.list_store import ImportReport
from service.policy import default_policy
from service.screening import IndexInForce
from service.watchlists import import_list
from watchlist.records import Entry, EntryName


def officer(number: int, *roles: Role) -> Actor:
    return Actor(UUID(int=number), f"officer-{number}", frozenset(roles), frozenset({ALL_POSTS}))


ANN, BEN = (officer(number, Role.WATCHLIST_MANAGER) for number in (21, 22))
SECOND_LINE = officer(31, Role.SECOND_LINE)
CLERK = officer(41, Role.FIRST_LINE)

# On the list, and a traveller who bears the same name and was born on the same day.
LISTED: dict[str, Any] = {
    "name": ["Sarmad Jawhar al-Tarifi"],
    "birthDate": ["1979-03-14"],
    "nationality": ["iq"],
    "gender": ["male"],
    "motherName": ["Nadira Salman"],
}
NAMESAKE = Traveller("AL TARIFI", "SARMAD JAWHAR", "IRQ", PartialDate(1979, 3, 14), "M", mother_name="HANA FADHIL")
PASSPORT = TravelDocument("P", "IRQ", "A19927730", PartialDate(2031, 8, 31))
RENEWED = TravelDocument("P", "IRQ", "B30411876", PartialDate(2036, 8, 31))
TERMS = Terms("Case desk 4", "Order 12/2026", "Do not detain; call the case desk.", date(2027, 5, 1), date(2027, 11, 1))
DILOVAN = Entry(
    "", "", (EntryName("Dilovan Hemin Shekhani"), EntryName("دلۆڤان هێمن شێخانی")), ("1985-04-05",), ("IRQ",), "M"
)
PEOPLE = {"x1": LISTED} | {
    f"crowd-{n}": {"name": [f"Kamran {word}ani"], "birthDate": [f"196{n}-02-03"]}
    for n, word in enumerate("Bahdin Dolm Gulz Harm Sirw Tovm Zagr".split())
}


def person(**changes: Any) -> dict[str, Any]:
    """The listed person with some properties changed."""
    return {**LISTED, **changes}


def ftm(people: dict[str, dict[str, Any]]) -> bytes:
    """A FollowTheMoney file of these persons by id."""
    lines = ({"id": key, "schema": "Person", "properties": values} for key, values in people.items())
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@dataclass
class Desk:
    """A database with its index, and the use cases on it, at a clock that is told."""

    database: Database
    screening: IndexInForce
    folder: Path

    @classmethod
    async def open(cls, database: Database, folder: Path) -> Desk:
        await bring_up_to_date(database.sessions)
        desk = cls(database, IndexInForce(database.sessions), folder)
        await desk.screening.refresh()
        return desk

    async def bring(
        self,
        people: dict[str, dict[str, Any]] | None = None,
        *,
        list_: str = "wanted",
        now: datetime = NOON,
        **more: Any,
    ) -> ImportReport:
        """Import these people as the list, and screen against it."""
        path = self.folder / "list.ftm.json"
        path.write_bytes(ftm(PEOPLE if people is None else people))
        asked = {"actor": ANN, "now": now, **more}
        report = await import_list(self.database.sessions, list_, "ftm", path, **asked)
        await self.screening.refresh()
        return report

    async def cross(
        self, traveller: Traveller = NAMESAKE, document: TravelDocument = PASSPORT, **more: Any
    ) -> Recorded:
        """Let somebody cross."""
        return await self.inspect(crossing(traveller=traveller, document=document, **more))

    async def inspect(self, made: Crossing) -> Recorded:
        now = made.occurred_at + timedelta(seconds=1)
        return await inspect(
            self.database.sessions, self.screening.current, default_policy(), made, actor=CLERK, now=now
        )

    async def propose(self, list_: str, entry_id: str = "", *, now: datetime = NOON, **more: Any) -> Change:
        values = {"terms": TERMS, "entry": DILOVAN if entry_id else None, "reason": "an order came"} | more
        wanted = Proposal(id=uuid4(), list=list_, entry_id=entry_id, **values)
        return await propose(self.database.sessions, wanted, actor=ANN, now=now)

    async def approve(self, change: Change, *, by: Actor = BEN, now: datetime = NOON) -> Change:
        decided = await decide(
            self.database.sessions,
            change.list,
            change.entry_id,
            change.revision,
            approve=True,
            reason="checked",
            actor=by,
            now=now,
        )
        await self.screening.refresh()
        return decided


def rules(made: Recorded) -> set[str]:
    """The rules of the findings that stand, and which kind of W4."""
    return {
        finding.rule if finding.rule != "W4" else finding.message.removeprefix("rule.")
        for finding in made.inspection.findings
        if finding.rule.startswith("W") and finding.status is FindingStatus.RAISED
    }


def said(hit_id: UUID, outcome: HitOutcome, reason: str, **more: Any) -> Adjudication:
    values: dict[str, Any] = {"officer": SECOND_LINE.name, "decided_at": NOON + timedelta(minutes=9), **more}
    return Adjudication(uuid4(), hit_id, outcome, reason, **values)


def clearance(made: Recorded, entry_id: str = "x1", **more: Any) -> NewClearance:
    values: dict[str, Any] = {
        "list": "wanted",
        "reason_code": "other_parents",
        "expires_at": NOON + timedelta(days=700),
        **more,
    }
    return NewClearance(uuid4(), made.inspection.crossing.id, entry_id=entry_id, **values)
