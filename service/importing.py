"""Take in movements of another system, each as if it had come late: screened, judged, and judging others again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_DNS, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import ALL_POSTS, Actor, require_post
from service.decision import decide
from service.domain import Decision, Movement, Source
from service.errors import AlreadyRecorded, BadImport, ServiceError
from service.exchange import OURS, ExchangeFormat, ExchangeMapping, imported_id, rows, sender_error
from service.inspection import inspect
from service.json_rows import LineError
from service.movement_lines import read_line
from service.policy_book import Policies
from service.screening import Screens

Sessions = async_sessionmaker[AsyncSession]


class Fate(StrEnum):
    """What became of a line: recorded now, known before, or refused."""

    RECORDED = "recorded"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the line of this number; `movement` is its id here, `reason` why it was refused."""

    number: int
    fate: Fate
    movement: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Importer:
    """Takes in a sender's movements. `sender` keeps its ids apart from everybody else's.

    Each line is a transaction of its own, and what was taken in before is known again: an import that broke off is
    begun anew, or gone on with after the last line that was reported.
    """

    sessions: Sessions
    index: Screens
    policies: Policies
    sender: str
    actor: Actor
    now: Callable[[], datetime]

    async def take(self, number: int, text: str) -> Imported:
        """Take in one line, as `service.movement_lines` writes it.

        Only what happened is taken: what lists or officers elsewhere said of the traveller is left where it was said.
        """
        try:
            line = read_line(number, text)
            crossing = replace(line.movement.crossing, id=imported_id(self.sender, line.name), source=Source.IMPORT)
            require_post(self.actor, crossing.crossing_point)
            return await self._record(number, replace(line.movement, crossing=crossing), line.reason_code)
        except (LineError, ServiceError) as refusal:
            reason = str(refusal).removeprefix(f"line {number}: ")
            return Imported(number, Fate.REFUSED, reason=reason)

    async def _record(self, number: int, movement: Movement, reason_code: str | None) -> Imported:
        crossing, now = movement.crossing, self.now()
        try:
            recorded = await inspect(
                self.sessions, self.index, self.policies, crossing, actor=self.actor, now=now, once=True
            )
        except AlreadyRecorded as known:
            return Imported(number, Fate.KNOWN, known.movement_id)
        if movement.decision and not await self._decided(crossing.id):
            made, officer = uuid5(crossing.id, "decision"), f"import:{self.sender}"
            decision = Decision(made, crossing.id, movement.decision, officer, now, reason_code)
            await decide(self.sessions, self.policies, decision, actor=self.actor)
        return Imported(number, Fate.KNOWN if recorded.known else Fate.RECORDED, crossing.id)

    async def _decided(self, movement: UUID) -> bool:
        async with self.sessions() as session:
            return bool(await store.decisions(session, movement))


def lines_of(
    lines: Iterable[str], format_: ExchangeFormat, mapping: ExchangeMapping = OURS, after: int = 0
) -> Iterator[tuple[int, str]]:
    """The lines of a file that come after a number, each as a JSON line of ours with its number."""
    return ((number, text) for number, text in rows(lines, format_, mapping) if number > after)


def importer(sender: str) -> Actor:
    """Who takes in a sender's movements at the command line: anybody's, at any post."""
    return Actor(uuid5(NAMESPACE_DNS, sender), f"import:{sender}", frozenset(), frozenset({ALL_POSTS}))


async def begin(sessions: Sessions, sender: str, *, actor: Actor | None) -> None:
    """Leave a trace of an import before its first line.

    Raises:
        BadImport: the sender has no proper name.
    """
    if wrong := sender_error(sender):
        raise BadImport(wrong)
    async with sessions.begin() as session:
        details = {"sender": sender}
        await audit.record(session, actor, "import_movements", purpose="border_control", details=details)
