"""From the spool to the service: in order, each movement once, for as long as it takes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

import httpx

from api.camera.spool import Item, Spool

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds
# Answers that are about the movement itself. All others are about the service, the key or the way there, and pass.
_DEFINITE = frozenset({400, 409, 413, 415, 422})
_PASSING = frozenset({"urn:mabar:problem:future-time"})  # the two clocks will meet


class Verdict(Enum):
    """What the service makes of a movement."""

    TAKEN = auto()
    REFUSED = auto()  # for good
    LATER = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """The service's verdict, why, and how long it asks to be left alone (seconds)."""

    verdict: Verdict
    why: str = ""
    wait: float = 0.0


Post = Callable[[Item], Awaitable[Answer]]


def poster(client: httpx.AsyncClient) -> Post:
    """Posts movements as inspections. The id in the movement is what makes a repeat harmless."""

    async def post(item: Item) -> Answer:
        try:
            answer = await client.post("/v1/inspections", json=item, headers={"Idempotency-Key": str(item["id"])})
        except httpx.HTTPError as error:
            return Answer(Verdict.LATER, f"the service does not answer ({type(error).__name__})")
        return judged(answer)

    return post


def judged(answer: httpx.Response) -> Answer:
    """What an answer means for the movement that was posted."""
    if answer.is_success:
        return Answer(Verdict.TAKEN)
    problem = _problem(answer)
    why = f"{answer.status_code} {problem.get('detail') or problem.get('title') or answer.reason_phrase}"
    if answer.status_code in _DEFINITE and problem.get("type") not in _PASSING:
        return Answer(Verdict.REFUSED, why)
    asked = answer.headers.get("retry-after", "")
    return Answer(Verdict.LATER, why, float(asked) if asked.isdecimal() else 0.0)


def _problem(answer: httpx.Response) -> dict[str, str]:
    try:
        body = answer.json()
    except ValueError:  # not our service: a proxy before it
        return {}
    return body if isinstance(body, dict) else {}


def pauses(chance: random.Random) -> Iterator[float]:
    """Seconds between tries: twice as long each time, up to a minute, and never the same for two cameras."""
    longest = _FIRST_PAUSE
    while True:
        yield longest * chance.uniform(0.5, 1.0)
        longest = min(2 * longest, _LONGEST_PAUSE)


Pause = Callable[[float], Awaitable[object]]
Tell = Callable[..., None]


class Delivery:
    """Hands the spool's items to the service. `tell` hears what happens, in words without personal data."""

    def __init__(self, spool: Spool, post: Post, tell: Tell, pause: Pause = asyncio.sleep) -> None:
        self._spool, self._post, self._tell, self._pause = spool, post, tell, pause
        self._chance = random.Random()  # noqa: S311 - spreads cameras in time, guards nothing
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something waits."""
        self._news.set()

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            self._news.clear()
            for pause in pauses(self._chance):
                left = await self.deliver()
                if left is None:
                    break
                await self._pause(max(pause, left.wait))
            await self._news.wait()

    async def deliver(self) -> Answer | None:
        """Hand over what waits, oldest first, up to the first that must wait: its answer, None when all is gone."""
        for name in self._spool.waiting():
            try:
                answer = await self._hand_over(name)
            except OSError as error:  # the disk is full or fails; what the service has is told once more, to no harm
                answer = Answer(Verdict.LATER, f"the spool cannot be written: {error.strerror}")
            if answer.verdict is Verdict.LATER:
                self._tell("waiting", waiting=len(self._spool.waiting()), why=answer.why)
                return answer
        return None

    async def _hand_over(self, name: str) -> Answer:
        try:
            item = self._spool.item(name)
        except ValueError:
            answer = Answer(Verdict.REFUSED, "the file is damaged, or was sealed with a key that is not known here")
        else:
            answer = await self._post(item)
        if answer.verdict is Verdict.TAKEN:
            self._spool.erase(name)
            self._tell("delivered", id=Spool.id_of(name), waiting=len(self._spool.waiting()))
        elif answer.verdict is Verdict.REFUSED:
            self._spool.set_aside(name, answer.why)
            self._tell("set_aside", id=Spool.id_of(name), why=answer.why)
        return answer
