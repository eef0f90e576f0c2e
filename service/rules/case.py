"""What a rule is handed: the crossing, what came before it, the posts, the policy. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar

from service.domain import Crossing, CrossingPoint, Direction, Movement, Outcome, Source, Traveller
from service.person import Identity, same_birthday, same_person
from service.policy import Policy
from service.rules.stays import KnownStay, known_stays

Kind = TypeVar("Kind")
Moment = tuple[datetime, datetime]  # occurred, recorded


@dataclass(frozen=True)  # without slots: what several rules ask is worked out once and kept
class Case:
    """A crossing to be judged, and all that a rule may know.

    `history` holds movements of the same document or, by blocking keys, perhaps of the same person, in any order,
    without the crossing itself. `posts` is keyed by code. `as_of` is when the case is judged: nothing later can be
    known, and a post that writes here directly is heard up to it. `seq` and `recorded_at` are those of the crossing
    where it was recorded before; a crossing without a `seq` is the latest of its post.
    """

    crossing: Crossing
    history: Sequence[Movement]
    posts: Mapping[str, CrossingPoint]
    policy: Policy
    as_of: datetime
    seq: int | None = None
    recorded_at: datetime | None = None

    @classmethod
    def of(
        cls,
        movement: Movement,
        history: Sequence[Movement],
        posts: Mapping[str, CrossingPoint],
        policy: Policy,
        as_of: datetime,
    ) -> Case:
        """The case of a movement that was recorded before, to be judged again."""
        others = [other for other in history if other.id != movement.id]
        return cls(movement.crossing, others, posts, policy, as_of, movement.seq, movement.recorded_at)

    @cached_property
    def this(self) -> Movement:
        """The crossing as a movement that nobody has decided on."""
        seq = sys.maxsize if self.seq is None else self.seq
        return Movement(self.crossing, self.recorded_at or self.as_of, seq)

    @cached_property
    def presented(self) -> tuple[Movement, ...]:
        """Every earlier presentation of the document or of the person, refused ones among them, in order."""
        key, traveller = self.crossing.document.key, self.crossing.traveller
        own = [m for m in self.history if m.crossing.document.key == key or is_same(traveller, m.crossing.traveller)]
        ordered = in_order([*own, self.this])
        return tuple(ordered[: ordered.index(self.this)])

    @cached_property
    def earlier(self) -> tuple[Movement, ...]:
        """The same without the refused, who never crossed. The referred and the undecided may have: they count."""
        return tuple(m for m in self.presented if m.decision is not Outcome.REFUSED)

    @property
    def previous(self) -> Movement | None:
        """The last earlier movement that counts as presence."""
        return self.earlier[-1] if self.earlier else None

    @property
    def entry(self) -> Movement | None:
        """The entry that began the stay which this exit ends; None where it is not known."""
        last = self.previous
        is_exit = self.crossing.direction is Direction.EXIT
        return last if is_exit and last and last.crossing.direction is Direction.ENTRY else None

    @property
    def national(self) -> bool:
        """Whether the traveller has a right to enter: by this nationality or by a declared one."""
        traveller = self.crossing.traveller
        return not self.policy.home_states.isdisjoint({traveller.nationality, *traveller.other_nationalities})

    @cached_property
    def stays(self) -> tuple[KnownStay, ...]:
        """The stays up to the crossing, oldest first; the one that begins or ends with it is the last."""
        return tuple(known_stays((*self.earlier, self.this), self.day_of))

    @cached_property
    def day(self) -> date:
        """The local day of the crossing."""
        return self.day_of(self.crossing)

    def day_of(self, crossing: Crossing) -> date:
        """The local day of any crossing."""
        return self.policy.day_of(crossing.occurred_at)

    def jurisdiction(self, post: str) -> str | None:
        """Whose rules hold at a post; None where the post is not known."""
        return self.posts[post].jurisdiction if post in self.posts else None

    def parameter(self, rule_id: str, name: str, kind: type[Kind]) -> Kind:
        """What the policy sets at the post of the crossing; `kind` is that of the parameter's default."""
        value = self.policy.parameter(rule_id, name, self.crossing.crossing_point)
        if isinstance(value, kind):
            return value
        raise TypeError(f"parameter {name} of rule {rule_id} is {value!r}, not of type {kind.__name__}")

    @cached_property
    def unheard(self) -> tuple[CrossingPoint, ...]:
        """The posts that may hold an earlier movement not yet known here, the longest silent first.

        The crossing's own post is none of them: what it sends comes in its order.
        """
        until = min(self.crossing.occurred_at, self.as_of)
        silent = [
            (post.heard_until, post.code, post)
            for post in self.posts.values()
            if post.heard_until and post.heard_until < until and post.code != self.crossing.crossing_point
        ]
        return tuple(post for _, _, post in sorted(silent, key=lambda each: each[:2]))


def is_same(a: Traveller, b: Traveller) -> bool:
    """Whether two travellers are surely one person; the dates of birth, cheap to compare, are asked first."""
    if not same_birthday(a.date_of_birth, b.date_of_birth):
        return False
    return same_person(a, b).identity is Identity.SAME


def in_order(movements: Iterable[Movement]) -> list[Movement]:
    """Movements in the order in which they happened, whatever the order in which they came.

    Within a post live movements follow its `seq`: a clock that was set back does not reorder them, and a movement
    is taken to be no earlier than the one before it. Across posts, and for what was keyed from paper or imported
    later, `occurred_at` decides, then the time of recording. What no time can part has an order all the same, the same
    in every run.
    """
    latest: dict[str, Moment] = {}
    placed: list[tuple[Moment, Movement]] = []
    for m in sorted(movements, key=_recorded):
        moment, post = (m.crossing.occurred_at, m.recorded_at), m.crossing.crossing_point
        if m.crossing.source is Source.LIVE:
            moment = latest[post] = max(moment, latest.get(post, moment))
        placed.append((moment, m))
    placed.sort(key=lambda each: (each[0], each[1].seq, each[1].crossing.crossing_point))
    return [m for _, m in placed]


def _recorded(m: Movement) -> tuple[int, datetime, datetime, int]:
    return (m.seq, m.recorded_at, m.crossing.occurred_at, m.id.int)
