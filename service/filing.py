"""Movements filed for the replay: under who presented which document, and under what leads to others. Pure.

Most travellers come again as they were, so what does not change with a movement (who, with which document) is filed
and compared once, as a `Holder`; only a group, a contact and a companion's name are filed a movement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from service.domain import Crossing, Direction, Movement, TravelDocument, Traveller
from service.light import light
from service.linking import Links
from service.policy import Policy
from service.rules.catalogue import childhood
from service.rules.links import contacts, number_of, run_of
from service.rules.persons import is_same
from service.rules.revision import latest

Filed = TypeVar("Filed")
Key = TypeVar("Key", str, int)

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Holder:
    """A traveller as described, with one document.

    `places` are those of the `movements`; `ties` are the groups and the companions' documents that they name. `latest`
    is the latest moment that one of them can be taken to have happened at. `same` are the holders who are one person
    with this one or bore its document, itself among them; `beside` are those whose document's number is near.
    """

    traveller: Traveller
    document: TravelDocument
    latest: datetime = NEVER
    movements: list[Movement] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    same: list[Holder] = field(default_factory=list)
    beside: list[Holder] = field(default_factory=list)
    ties: set[str] = field(default_factory=set)


@light(frozen=True, slots=True)
class Near:
    """What a movement is judged beside: the traveller's own, with their holders, and the others with their places.

    `company` are those of the others who travel with the traveller.
    """

    holders: list[Holder]
    own: list[Movement]
    places: Sequence[int] = ()
    others: Sequence[Movement] = ()
    company: Collection[Holder] = ()


class Filing:
    """Movements by their places, in the order in which they came."""

    def __init__(self, policy: Policy, links: Links) -> None:
        self.movements: list[Movement] = []
        self._holder: list[Holder] = []  # by place
        self._holders: dict[tuple[int, int], Holder] = {}  # by the identity of traveller and document
        self._under: dict[str, Holder | list[Holder]] = {}  # by document and person
        self._numbered: dict[str, dict[int, Holder | list[Holder]]] = {}  # by series, and stretch of its numbers
        self._marked: dict[str, int | list[int]] = {}  # places by group, contact and companion's document
        self._travelling: set[int] = set()  # places of those who are in a group or name somebody
        self._young: set[int] = set()  # places of those who may be children
        self._policy, self._run, self._age = policy, run_of(policy), childhood(policy)
        self._links, self._ruled = links, frozenset(key for pair in links.rulings for key in pair)

    def add(self, movement: Movement) -> int:
        """File a movement; returns its place."""
        place, crossing = len(self.movements), movement.crossing
        holder = self._holders.get((id(crossing.traveller), id(crossing.document))) or self._new_holder(movement)
        self.movements.append(movement)
        self._holder.append(holder)
        holder.movements.append(movement)
        holder.places.append(place)
        born = crossing.traveller.date_of_birth.year
        if born is not None and crossing.occurred_at.year - born <= self._age:  # by the year alone, which is quick
            self._young.add(place)
        if crossing.group_id or crossing.accompanying:
            self._travelling.add(place)
            group = (f"group:{crossing.group_id}",) if crossing.group_id else ()
            holder.ties.update(ties := (*group, *crossing.accompanying))
            self._mark(ties, place)
        self._mark(contacts(crossing, self._policy), place)
        return place

    def _new_holder(self, movement: Movement) -> Holder:
        crossing = movement.crossing
        keys = (crossing.document.key, *crossing.person_keys, *self._confirmed(crossing.document))
        holder = Holder(crossing.traveller, crossing.document)
        self._holders[id(crossing.traveller), id(crossing.document)] = holder
        for other in dict.fromkeys(each for key in keys for each in _all(self._under, key)):
            if self._same(holder, other):
                holder.same.append(other)
                other.same.append(holder)
        holder.same.append(holder)
        for key in keys:
            _put(self._under, key, holder)
        self._number(holder)
        return holder

    def _number(self, holder: Holder) -> None:
        """Find who has a document of the same stretch of numbers, or of one beside it."""
        if not (placed := number_of(holder.document)):
            return
        series, stretch = self._numbered.setdefault(placed[0], {}), placed[1] // self._run
        for other in [each for at in (stretch - 1, stretch, stretch + 1) for each in _all(series, at)]:
            holder.beside.append(other)
            other.beside.append(holder)
        _put(series, stretch, holder)

    def _confirmed(self, document: TravelDocument) -> Iterator[str]:
        """What all documents share that officers have said to be one person's, however unlike the bearers."""
        if document.key in self._ruled:
            yield f"confirmed:{min(self._links.confirmed(document.key))}"

    def _same(self, holder: Holder, other: Holder) -> bool:
        """Whether two holders are one person: by what officers said of their documents, else by likeness."""
        one, another = holder.document.key, other.document.key
        if one in self._ruled and another in self._ruled:
            if another in self._links.split_from(one):
                return False
            if another in self._links.confirmed(one):
                return True
        return one == another or is_same(holder.traveller, other.traveller)

    def _mark(self, marks: Iterable[str], place: int) -> None:
        for mark in marks:
            _put(self._marked, mark, place)

    def holder(self, place: int) -> Holder:
        """Who made a movement, with which document."""
        return self._holder[place]

    def near(self, place: int) -> Near:
        """The other movements of the same document or person, and those of others that are linked to it."""
        holder, this = self._holder[place], self.movements[place]
        same = holder.same
        own = [m for each in same for m in each.movements if m is not this]
        mine = [each.places for each in same]
        found, named = self._linked(this.crossing, holder)
        found.difference_update(*mine)
        if not found:
            return Near(same, own)
        party = found & self._travelling | found & named
        company = {self._holder[at] for at in party}
        found |= self._whatever(place, party, company)
        places = sorted(found.difference(*mine))
        return Near(same, own, places, [self.movements[at] for at in places], company)

    def _linked(self, crossing: Crossing, holder: Holder) -> tuple[set[int], set[int]]:
        """The movements that something links to a holder's crossing; and of them those that are named."""
        found = {place for each in holder.beside for place in each.places}
        marks = [each.document.key for each in holder.same]
        marks += contacts(crossing, self._policy)
        ties = {tie for each in holder.same for tie in each.ties}
        if not ties and self._marked.keys().isdisjoint(marks):
            return found, set()  # which is so of most
        named = self._under_any(ties)
        return found.union(self._marking((*marks, *ties)), named), named

    def _marking(self, marks: Iterable[str]) -> set[int]:
        return set().union(*[_all(self._marked, mark) for mark in marks])

    def _under_any(self, keys: Iterable[str]) -> set[int]:
        return set().union(*[each.places for key in keys for each in _all(self._under, key)])

    def _whatever(self, place: int, party: set[int], company: set[Holder]) -> set[int]:
        """Whatever else those did who belong to the company: under any document where there are children or a group."""
        documents = {each.document.key for each in company}
        crossing = self.movements[place].crossing
        leaving = crossing.direction is Direction.EXIT
        if (leaving and crossing.group_id) or place in self._young or not party.isdisjoint(self._young):
            more = set().union(*[each.places for holder in company for each in holder.same])
        elif leaving:
            more = self._under_any(documents)
        else:
            return set()
        return more.union(self._marking(documents))

    def afterwards(self, near: Near, since: datetime) -> Iterator[int]:
        """What those of the company did from a moment on under other documents, which are not among the others."""
        known = set(near.places)
        for each in {each for holder in near.company for each in holder.same}.difference(near.holders):
            if each.latest >= since:
                yield from (place for place in each.places if place not in known)

    def settle(self, place: int) -> None:
        """Count a movement among those that a later one is compared with."""
        holder = self._holder[place]
        holder.latest = max(holder.latest, latest(self.movements[place]))


def _put(filed: dict[Key, Filed | list[Filed]], key: Key, value: Filed) -> None:
    """File a value under a key, once: by itself while it is alone, which most are."""
    there = filed.get(key)
    if there is None:
        filed[key] = value
    elif isinstance(there, list):
        if there[-1] != value:
            there.append(value)
    elif there != value:
        filed[key] = [there, value]


def _all(filed: dict[Key, Filed | list[Filed]], key: Key) -> Iterable[Filed]:
    there = filed.get(key)
    if there is None:
        return ()
    return there if isinstance(there, list) else (there,)
