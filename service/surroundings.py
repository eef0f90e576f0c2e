"""The log as the judge asks it (`service.judging.Records`), from the database: all SQL of that. Never commits.

Movements are read as they count now: with their corrections, and with the officer's last word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service import finding_store, hit_cases, people_store, protection_store, stay_store, store
from service.correcting import corrected, rebutted
from service.domain import Crossing, CrossingPoint, Finding, Listing, ListingKind, Movement, TravelDocument
from service.driver import driver
from service.judging import EVERY_RULE, Beside, Judge
from service.linking import Links
from service.list_store import entry_of
from service.list_tables import ListEntryRow
from service.mapping import MOVEMENT, movement_of
from service.people_tables import CorrectionRow, ListPurposeRow, WaitingRow
from service.policy_book import Policies
from service.rules.case import Case
from service.rules.reach import Sought, filed_under, passing_sought
from service.rules.revision import Revision
from watchlist.records import Entry

_LAST = """(
    SELECT outcome FROM decision WHERE movement_id = movement.id
    AND NOT EXISTS (SELECT FROM decision AS later WHERE later.supersedes = decision.id) LIMIT 1
) AS decision"""
_COLUMNS = {"decision": _LAST, "details": "nullif(details, '{}')"}
_MOVEMENTS = f"SELECT {', '.join(_COLUMNS.get(name, name) for name in MOVEMENT)} FROM movement WHERE "  # noqa: S608 - names of ours alone
_ALWAYS = "document_key = ANY(${}::text[]) OR person_keys && ${}::text[] OR marks && ${}::text[]"
# The sum keeps PostgreSQL from looking by time: it would go through everybody who crossed in these days.
_WITHIN = (
    f"({_ALWAYS}) AND occurred_at + interval '0' "
    "BETWEEN coalesce(${}::timestamptz, '-infinity') AND coalesce(${}::timestamptz, 'infinity')"
)
_AWAY = _MOVEMENTS + "(occurred_at, id) IN (SELECT * FROM unnest($1::timestamptz[], $2::uuid[]))"  # noqa: S608 - likewise


@dataclass(slots=True)
class Surroundings:
    """The log in one transaction. `heard_at` is the post where the fact is recorded that makes judging necessary."""

    session: AsyncSession
    policy: Policies
    heard_at: str
    now: datetime
    standing_rows: dict[UUID, dict[UUID, Finding]] = field(default_factory=dict)

    async def filed(self, *sought: Sought) -> list[Movement]:
        """The movements that any of these ask for, as they count now."""
        recorded = await self._movements(*_asked(sought))
        corrections = await people_store.corrections_beside(self.session, [m.crossing.id for m in recorded], sought)
        if not corrections:
            return recorded
        found = {m.id: m for m in recorded}
        away = [(rows[0].movement_occurred_at, id) for id, rows in corrections.items() if id not in found]
        if away:
            found |= {m.id: m for m in await self._movements(_AWAY, *zip(*away, strict=True))}
        counting = [_counting(m, corrections.get(m.id, ())) for m in found.values()]
        return [m for m in counting if m and any(each.finds(m.crossing, filed_under(m.crossing)) for each in sought)]

    async def _movements(self, statement: str, *values: object) -> list[Movement]:
        asking = await driver(self.session)
        await asking.keep_plans()
        return [movement_of(row) for row in await asking.rows(statement, *values)]

    async def movement(self, id: UUID) -> Movement | None:
        """A movement as it counts now; None where it was found never to have been."""
        movement = await store.movement(self.session, id)
        return corrected(movement, await people_store.corrections(self.session, id))

    async def links(self, *documents: str) -> Links:
        """The rulings that say whose documents are."""
        return await people_store.links(self.session, *documents)

    async def beside(self, movement: Movement) -> Beside:
        """What lists say by the hits that stand, what was observed, and what was rebutted."""
        standing = await self._standing(movement.id)
        rebuttals = await people_store.rebuttals(self.session, movement.id)
        return Beside(
            await listings(self.session, movement.crossing, standing.values()),
            await protection_store.observed(self.session, movement.id),
            rebutted(rebuttals),
        )

    async def standing(self, id: UUID) -> Collection[Finding]:
        """The rules' findings that stand on a movement."""
        return [finding for finding in (await self._standing(id)).values() if finding.rule in EVERY_RULE]

    async def _standing(self, id: UUID) -> Mapping[UUID, Finding]:
        if id not in self.standing_rows:
            self.standing_rows[id] = await finding_store.standing(self.session, await store.movement(self.session, id))
        return self.standing_rows[id]

    async def revise(self, id: UUID, change: Revision, cause: str) -> None:
        """Withdraw and raise findings, and tell the centre."""
        movement = await store.movement(self.session, id)
        standing = await self._standing(id)
        await finding_store.add_revision(
            self.session,
            movement,
            change,
            standing,
            policy_version=self.policy.at(movement.crossing.occurred_at).version,
            cause=cause,
            heard_at=self.heard_at,
            now=self.now,
        )
        del self.standing_rows[id]

    async def wait(self, id: UUID, moment: datetime, cause: str) -> None:
        """Have a movement judged again at a moment."""
        await (await driver(self.session)).do(_WAIT, id, moment, cause)

    async def place(self, id: UUID, case: Case | None, *, new: bool = False) -> None:
        """Take a movement into its traveller's stays, or out of them."""
        await stay_store.place(self.session, id, case, new=new)

    async def wait_no_longer(self, id: UUID, cause: str) -> None:
        """What a movement waited for has come."""
        await self.session.execute(delete(WaitingRow).where(WaitingRow.movement_id == id, WaitingRow.cause == cause))

    async def hold(self, ids: Iterable[UUID]) -> None:
        """Wait until nobody else judges these movements; to be asked for before a number of a post is taken."""
        await store.lock(self.session, (f"judged:{id}" for id in ids))

    def judge(self, posts: Mapping[str, CrossingPoint]) -> Judge:
        """The judge of this log, at its moment and under its policy."""
        return Judge(self, self.policy, posts, self.now)


_WAIT = "INSERT INTO waiting (movement_id, due_at, cause) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


def fact_keys(crossing: Crossing, policies: Policies) -> list[str]:
    """What two transactions must not both be about: document, person, whom it names, group, contacts, numbers near."""
    passing = (mark for sought in passing_sought(crossing, policies.at(crossing.occurred_at)) for mark in sought.marks)
    group = [f"group:{crossing.group_id}"] if crossing.group_id else []
    return [crossing.document.key, *crossing.person_keys, *crossing.accompanying, *group, *passing]


def _counting(m: Movement, corrections: Iterable[CorrectionRow]) -> Movement | None:
    return corrected(m, map(people_store.correction_of, corrections))


def _asked(sought: Iterable[Sought]) -> tuple[str, *tuple[Any, ...]]:
    """The statement that asks for any of these, and its values."""
    values: list[object] = []
    shape = []
    for each in sought:
        within = each.since, each.until
        values += sorted(each.documents), sorted(each.persons), sorted(each.marks), *(within if any(within) else ())
        shape.append(any(within))
    return _statement(tuple(shape)), *values


@cache
def _statement(shape: tuple[bool, ...]) -> str:
    """One condition for each that is sought, within a time where `shape` says so."""
    conditions = " OR ".join(f"({_WITHIN if within else _ALWAYS})" for within in shape)
    return _MOVEMENTS + conditions.format(*range(1, conditions.count("{}") + 1))


async def listings(session: AsyncSession, crossing: Crossing, findings: Iterable[Finding]) -> tuple[Listing, ...]:
    """What lists of documents reported lost, and of bans, say of a traveller, by the hits that stand (W1, W2).

    A listing is exact where the document itself is listed (W1): a name and a date of birth only resemble. Of a ban
    second line has the last word: exact once it said that this is the listed person, not exact once that it is another.
    """
    named = {_entry(each): each.rule for each in findings if each.rule in ("W1", "W2")}
    if not named:
        return ()
    entry = tuple_(ListEntryRow.list, ListEntryRow.entry_id)
    rows = await session.execute(
        select(ListPurposeRow.purpose, ListEntryRow.payload, ListEntryRow.list)
        .join(ListPurposeRow, ListPurposeRow.list == ListEntryRow.list)
        .where(entry.in_(sorted(named)), ListEntryRow.last_version.is_(None))
        .order_by(ListEntryRow.list, ListEntryRow.entry_id)
    )
    said = [(ListingKind(purpose), entry_of({**payload, "list": list_})) for purpose, payload, list_ in rows]
    bans = {(entry.list, entry.id) for kind, entry in said if kind is ListingKind.ENTRY_BAN}
    exact = {key: rule == "W1" for key, rule in named.items()}
    exact |= await hit_cases.identified(session, crossing, bans) if bans else {}
    return tuple(
        listing for kind, entry in said for listing in _listings(kind, entry, exact=exact[entry.list, entry.id])
    )


def _entry(hit: Finding) -> tuple[str, str]:
    list_, _, entry_id = hit.evidence[0].partition(":")
    return list_, entry_id


def _listings(kind: ListingKind, entry: Entry, *, exact: bool) -> Iterator[Listing]:
    reference = entry.reference or f"{entry.list}:{entry.id}"
    days = [date.fromisoformat(day) if day else None for day in (entry.valid_from, entry.valid_until)]
    if kind is ListingKind.ENTRY_BAN:
        yield Listing(kind, reference, exact, None, *days)
        return
    for document in entry.documents:
        code = _CODES.get((document.kind or "").strip().casefold()[:2])
        if code and document.issuing_state:
            yield Listing(kind, reference, exact, TravelDocument(code, document.issuing_state, document.number), *days)


_CODES = {"p": "P", "pa": "P", "pp": "P", "i": "I", "id": "I", "ca": "I", "na": "I", "v": "V", "vi": "V"}
"""The first letters of what lists call a kind of document (passport, identification, card, national id, visa)."""
