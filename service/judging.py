"""How a log's movements are judged: what each is judged beside, and which others a new fact may change.

No clock, no SQL: the log is asked through `Records`, which the service answers from its database and tests from
memory. The findings that stand in the end depend on what was said, not on the order in which it was.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from service.correcting import unrebutted
from service.domain import CrossingPoint, Finding, Listing, Movement, Observation, Outcome, Source
from service.linking import Links
from service.policy_book import Policies
from service.rules.case import Case
from service.rules.catalogue import RULES, irregularities, waits_by_rule
from service.rules.reach import (
    Sought,
    afterwards_sought,
    company_again,
    company_sought,
    filed_under,
    first_sought,
    further_sought,
    passing_sought,
)
from service.rules.revision import Revision, revision, to_judge_again

EVERY_RULE = frozenset(rule.id for rule in RULES)  # what screening found is not for the rules to withdraw
OF_FACTS = EVERY_RULE - {"M9"}  # which time and the decision alone change: no other fact is its cause


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a movement beside the log: lists, what was observed, what was shown against its findings."""

    listings: tuple[Listing, ...] = ()
    observed: frozenset[Observation] = frozenset()
    rebutted: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Near:
    """What a movement is judged beside: the traveller's own movements, those of others, and who shares but a key."""

    own: list[Movement]
    others: list[Movement] = field(default_factory=list)
    strangers: list[Movement] = field(default_factory=list)
    links: Links = field(default_factory=Links)


Later = list[tuple[UUID, datetime]]


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a fact may change: the movements to judge again now, and those once a moment has come."""

    again: list[UUID] = field(default_factory=list)
    later: Later = field(default_factory=list)

    def and_(self, other: Reached) -> Reached:
        """Both together, each movement once."""
        return Reached(list(dict.fromkeys((*self.again, *other.again))), [*self.later, *other.later])


class Records(Protocol):
    """A log of movements as they count now, corrections and links taken in, and what stands on each."""

    async def filed(self, *sought: Sought) -> list[Movement]:
        """The movements that any of these ask for, in any order."""

    async def movement(self, id: UUID) -> Movement | None:
        """One movement; None where it was found never to have been."""

    async def links(self, *documents: str) -> Links:
        """The rulings that say whose these documents are."""

    async def beside(self, movement: Movement) -> Beside:
        """What is known of a movement beside the log."""

    async def standing(self, id: UUID) -> Collection[Finding]:
        """The rules' findings that stand on a movement."""

    async def revise(self, id: UUID, change: Revision, cause: str) -> None:
        """Withdraw and raise findings."""

    async def wait(self, id: UUID, moment: datetime, cause: str) -> None:
        """Have a movement judged again at a moment."""

    async def place(self, id: UUID, case: Case | None) -> None:
        """Take a movement into its traveller's stays: the one it begins and the one it ends; None takes it out."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges movements of a log at a moment, each under the policy of its own time."""

    records: Records
    policy: Policies
    posts: Mapping[str, CrossingPoint]
    now: datetime

    async def near(self, movement: Movement) -> Near:
        """What the movement is judged beside; it is itself none of them."""
        crossing = movement.crossing
        links = await self.records.links(crossing.document.key)
        confirmed = links.confirmed(crossing.document.key)
        policy = self.policy.at(crossing.occurred_at)
        first = [first_sought(crossing, confirmed), *passing_sought(crossing, policy)]
        found = {m.crossing.id: m for m in await self.records.filed(*first)}
        found.pop(movement.id, None)
        shared = [m for m in found.values() if _shares(m, movement, confirmed)]
        own = links.movements(crossing, shared)
        further = further_sought(crossing, own)
        found |= {m.crossing.id: m for m in await self._filed(further) if m.crossing.id != movement.id}
        for m in own:
            del found[m.crossing.id]
        others = [m for m in found.values() if _is_beside(m, [*first, further])]
        near = Near(own, others, [m for m in shared if m.crossing.id in found], links)
        return await self._with_company(movement, near, company_sought(movement, own, others, policy))

    async def _with_company(self, movement: Movement, near: Near, sought: Sought) -> Near:
        """The same with what is sought of the company, on all documents that officers have said to be theirs."""
        if not sought:
            return near
        links = await self.records.links(movement.crossing.document.key, *sorted(sought.documents))
        found = await self._filed(replace(sought, documents=frozenset(links.confirmed(*sought.documents))))
        known = {movement.id, *(m.id for m in (*near.own, *near.others))}
        return replace(near, others=[*near.others, *(m for m in found if m.id not in known)], links=links)

    async def _filed(self, sought: Sought) -> list[Movement]:
        return await self.records.filed(sought) if sought else []

    def case(self, movement: Movement, near: Near, beside: Beside, *, new: bool = False) -> Case:
        """The case of a movement; a `new` one is the latest of its post."""
        return Case(
            movement.crossing,
            near.own,
            self.posts,
            self.policy.at(movement.crossing.occurred_at),
            as_of=self.now,
            seq=None if new else movement.seq,
            recorded_at=movement.recorded_at,
            others=near.others,
            listings=beside.listings,
            observed=beside.observed,
            awaiting=movement.decision is None and movement.crossing.source is Source.LIVE,
            persons=near.links,
        )

    async def again(self, id: UUID, cause: str, judged: Container[str] = EVERY_RULE) -> int:
        """Judge a recorded movement anew and record the difference; returns how many findings changed.

        `judged` are the rules asked; what others found stays as it stands.
        """
        movement = await self.records.movement(id)
        after: Iterable[Finding] = ()
        case = None
        if movement is not None:
            beside = await self.records.beside(movement)
            case = self.case(movement, await self.near(movement), beside)
            after = unrebutted(irregularities(case), beside.rebutted)
            await self.wait(case)
        await self.records.place(id, case if movement and movement.decision is not Outcome.REFUSED else None)
        before, after = (
            [each for each in some if each.rule in judged] for some in (await self.records.standing(id), after)
        )
        change = revision(before, after)
        if change.withdrawn or change.raised:
            await self.records.revise(id, change, cause)
        return len(change.withdrawn) + len(change.raised)

    async def wait(self, case: Case) -> None:
        """Have a case judged again when a rule can say more; which rule of protection waits is nobody's to read."""
        for moment, rule in waits_by_rule(case):
            await self.records.wait(case.crossing.id, moment, rule if rule == "M9" else "time")

    async def reached(self, movement: Movement, near: Near, *, late: bool) -> Reached:
        """Whom the movement may change, as it counts now or counted before; itself not among them.

        `late` says that others of its post may have been recorded after it: then whoever was, on any of the
        documents of the traveller's own movements, takes part in the order.
        """
        around: list[Movement] = []
        if late and near.own:
            documents = frozenset(m.crossing.document.key for m in near.own)
            persons = frozenset(key for m in near.own for key in m.crossing.person_keys)
            around = await self.records.filed(Sought(documents, persons))
        own = to_judge_again(movement, near.own, around)
        policy = self.policy.at(movement.crossing.occurred_at)
        near = await self._with_company(movement, near, afterwards_sought(movement, near.own, near.others, policy))
        company, later = company_again(movement, near.others, policy, self.now)
        return Reached([m.id for m in (*own, *company)], [(m.id, moment) for m, moment in later])

    async def reached_by(self, movement: Movement) -> Reached:
        """The same for a movement that was recorded before."""
        return await self.reached(movement, await self.near(movement), late=True)

    async def follow(self, reached: Reached, cause: str) -> int:
        """Judge again whoever was reached, now or later; returns how many findings changed."""
        for id, moment in reached.later:
            await self.records.wait(id, moment, cause)
        return sum([await self.again(id, cause, OF_FACTS) for id in reached.again])


def _shares(m: Movement, movement: Movement, confirmed: Collection[str]) -> bool:
    crossing = m.crossing
    return crossing.document.key in confirmed or not set(crossing.person_keys).isdisjoint(movement.crossing.person_keys)


def _is_beside(m: Movement, asked: Iterable[Sought]) -> bool:
    """Whether somebody is linked to the movement by more than a key of the person."""
    marks = filed_under(m.crossing)
    return any(
        Sought(each.documents, frozenset(), each.marks, each.since, each.until).finds(m.crossing, marks)
        for each in asked
    )
