"""What a rule is handed: the crossing, what came before it, who else crossed, the posts, the policy. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import takewhile
from typing import TypeVar

from service.domain import (
    Crossing,
    CrossingPoint,
    Direction,
    Listing,
    Movement,
    Observation,
    Outcome,
    Traveller,
)
from service.kept import kept
from service.light import light
from service.policy import Bounds, Policy, Resolved
from service.regimes import Asked
from service.rules.order import happened, in_order
from service.rules.persons import BY_LIKENESS, Persons
from service.rules.stays import KnownStay, known_stays

Kind = TypeVar("Kind")


@light(frozen=True, slots=False)  # without slots: what several rules ask is worked out once and kept
class Case:
    """A crossing to be judged, and all that a rule may know.

    `history` holds movements of the same document or, by blocking keys, perhaps of the same person, in any order,
    without the crossing itself. `posts` is keyed by code. `as_of` is when the case is judged: nothing later can be
    known, and a post that writes here directly is heard up to it. `seq` and `recorded_at` are those of the crossing
    where it was recorded before; a crossing without a `seq` is the latest of its post.

    `others` are movements of other travellers that may belong to it (see `rules.links`), `listings` what lists say of
    the document and the traveller, `observed` what an officer saw that may call for protection. `awaiting` says that
    the crossing is known to be undecided still. `persons` says whose movements are one person's.
    """

    crossing: Crossing
    history: Sequence[Movement]
    posts: Mapping[str, CrossingPoint]
    policy: Policy
    as_of: datetime
    seq: int | None = None
    recorded_at: datetime | None = None
    others: Sequence[Movement] = ()
    listings: tuple[Listing, ...] = ()
    observed: frozenset[Observation] = frozenset()
    awaiting: bool = False
    persons: Persons = BY_LIKENESS

    @classmethod
    def of(
        cls,
        movement: Movement,
        history: Iterable[Movement],
        posts: Mapping[str, CrossingPoint],
        policy: Policy,
        as_of: datetime,
    ) -> Case:
        """The case of a movement that was recorded before, to be judged again."""
        before = [other for other in history if other.id != movement.id]
        return cls(movement.crossing, before, posts, policy, as_of, movement.seq, movement.recorded_at)

    @kept
    def this(self) -> Movement:
        """The crossing as a movement that nobody has decided on."""
        seq = sys.maxsize if self.seq is None else self.seq
        return Movement(self.crossing, self.recorded_at or self.as_of, seq)

    @kept
    def presented(self) -> tuple[Movement, ...]:
        """Every earlier presentation by the person, refused ones among them, in order."""
        return self._before(self._own)

    @kept
    def _own(self) -> list[Movement]:
        return self.persons.movements(self.crossing, self.history)

    @kept
    def same_document(self) -> tuple[Movement, ...]:
        """Every earlier presentation of the document, whoever brought it, in order."""
        key = self.crossing.document.key
        same = [m for m in self.history if m.crossing.document.key == key]
        return self.presented if same == self._own else self._before(same)

    def _before(self, movements: Sequence[Movement]) -> tuple[Movement, ...]:
        if not movements:
            return ()
        ordered = in_order([*movements, self.this])
        if ordered[-1] is self.this:
            return tuple(ordered[:-1])
        return tuple(ordered[: next(at for at, m in enumerate(ordered) if m is self.this)])

    @kept
    def earlier(self) -> tuple[Movement, ...]:
        """`presented` without the refused, who never crossed. The referred and the undecided may have: they count."""
        if not self.history:
            return ()
        crossed = tuple([m for m in self.presented if m.decision is not Outcome.REFUSED])
        return crossed if len(crossed) < len(self.presented) else self.presented

    @kept
    def around(self) -> tuple[Movement, ...]:
        """The movements of others that count as presence, in order."""
        return tuple(sorted([m for m in self.others if m.decision is not Outcome.REFUSED], key=happened))

    @property
    def accompanied(self) -> bool:
        """Whether anybody may travel along or follow, now or by the entry that this exit answers."""
        here, entry = self.crossing, self.entry
        if self.others or here.group_id or here.accompanying:
            return True
        return entry is not None and bool(entry.crossing.group_id or entry.crossing.accompanying)

    @property
    def contacted(self) -> bool:
        """Whether a phone, an address or a sponsor was given."""
        here = self.crossing
        return bool(here.phone or here.address or here.sponsor)

    @property
    def young(self) -> bool:
        """Whether the traveller may be a child to P1 or P2: by the year alone, or because nobody knows it."""
        born, year = self.crossing.traveller.date_of_birth.year, self.crossing.occurred_at.year
        return born is None or year - born <= self.bounds.child

    @kept
    def previous(self) -> Movement | None:
        """The last earlier movement that counts as presence."""
        return self.earlier[-1] if self.earlier else None

    @kept
    def leaving(self) -> bool:
        """Whether the crossing is an exit."""
        return self.crossing.direction is Direction.EXIT

    @kept
    def entry(self) -> Movement | None:
        """The entry that began the stay which this exit ends; None where it is not known."""
        last = self.previous
        return last if self.leaving and last and last.crossing.direction is Direction.ENTRY else None

    @kept
    def national(self) -> bool:
        """Whether the traveller has a right to enter: by this nationality or by a declared one."""
        return self.is_national(self.crossing.traveller)

    def is_national(self, traveller: Traveller) -> bool:
        """The same of anybody."""
        homes = self.policy.home_states
        return traveller.nationality in homes or not homes.isdisjoint(traveller.other_nationalities)

    @kept
    def all_stays(self) -> tuple[KnownStay, ...]:
        """The stays up to the crossing, the latest first: that which begins or ends with it."""
        return tuple(self._stays())

    def stays(self) -> Iterator[KnownStay]:
        """The same, for whoever needs but the first few."""
        return iter(self.all_stays) if "all_stays" in self.__dict__ else self._stays()

    def _stays(self) -> Iterator[KnownStay]:
        return known_stays((*self.earlier, self.this), self.day_of)

    def stays_since(self, day: date) -> list[KnownStay]:
        """The stays of which something lies on or after a day, oldest first."""
        return list(takewhile(lambda stay: stay.last >= day, self.stays()))[::-1]

    @kept
    def day(self) -> date:
        """The local day of the crossing."""
        return self.day_of(self.crossing)

    def day_of(self, crossing: Crossing) -> date:
        """The local day of any crossing."""
        return self.policy.day_of(crossing.occurred_at)

    def jurisdiction(self, post: str) -> str | None:
        """Whose rules hold at a post; None where the post is not known."""
        return self.posts[post].jurisdiction if post in self.posts else None

    @kept
    def asked_here(self) -> tuple[str, Asked]:
        """What a regime is looked up by for the crossing itself."""
        return self.asked(self.crossing, self.day)

    def asked(self, crossing: Crossing, on: date) -> tuple[str, Asked]:
        """What a regime is looked up by: the kind of visa, and traveller, document, jurisdiction and day."""
        kind = (crossing.visa.kind if crossing.visa else None) or "none"
        where = self.jurisdiction(crossing.crossing_point)
        return kind, (crossing.traveller.nationality, crossing.document.document_code, where, on)

    def parameter(self, rule_id: str, name: str, kind: type[Kind]) -> Kind:
        """What the policy sets at the post of the crossing; `kind` is that of the parameter's default."""
        value = self._parameters[rule_id, name]
        if isinstance(value, kind):
            return value
        raise TypeError(f"parameter {name} of rule {rule_id} is {value!r}, not of type {kind.__name__}")

    @kept
    def _parameters(self) -> Resolved:
        return self.policy.resolved(self.crossing.crossing_point)

    @kept
    def bounds(self) -> Bounds:
        """What no parameter and no row of the law goes beyond here."""
        return self.policy.bounds(self.crossing.crossing_point)

    @kept
    def unheard(self) -> tuple[CrossingPoint, ...]:
        """The posts that may hold an earlier movement not yet known here, the longest silent first."""
        return self.unheard_until(self.crossing.occurred_at)

    def unheard_until(self, moment: datetime) -> tuple[CrossingPoint, ...]:
        """The same for movements up to a moment.

        The crossing's own post is none of them: what it sends comes in its order.
        """
        until = min(moment, self.as_of)
        silent = [
            (post.heard_until, post.code, post)
            for post in self.posts.values()
            if post.heard_until and post.heard_until < until and post.code != self.crossing.crossing_point
        ]
        return tuple(post for _, _, post in sorted(silent, key=lambda each: each[:2]))
