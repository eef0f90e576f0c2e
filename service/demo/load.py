"""Fill an empty service with made-up travellers, movements and a list, by the same use cases that officers use."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib import resources
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import movement_log
from service.access import ALL_POSTS, Actor, Role
from service.decision import decide
from service.domain import Crossing, Decision, Direction, Outcome, PartialDate, TravelDocument, Traveller, Verdict, Visa
from service.inspection import Recorded, inspect
from service.person import person_keys
from service.policy_book import Policies
from service.screening import IndexInForce
from service.watchlists import import_list

LIST = "demo-watchlist"
CLERK = Actor(
    UUID(int=1), "demonstration", frozenset({Role.FIRST_LINE, Role.WATCHLIST_MANAGER}), frozenset({ALL_POSTS})
)

_GIVEN = {
    "IRQ": (("M", "HAIDER SAAD YASSIN MUSTAFA KARRAR AZAD REBWAR"), ("F", "ZAINAB NOOR SHILAN RUQAYA HIBA")),
    "IRN": (("M", "MEHDI REZA KAVEH SIAVASH"), ("F", "MARYAM PARISA SHIRIN")),
    "TUR": (("M", "EMRE KEREM BURAK"), ("F", "ELIF ZEYNEP")),
    "JOR": (("M", "OMAR TAREQ LAITH"), ("F", "RANA DIMA")),
}
_FATHER = "JABBAR HAMEED SALIH KAREEM NAWZAD KHALAF TALIB ANWAR SHAKIR BAHMAN"
_FAMILY = {
    "IRQ": "AL TAMARI AL ZUBAIDAWI BARZINJAWI AL KHALISANI DOSKIWAN",
    "IRN": "SARVESTANIFAR KOHANDEL MEHRPANAH",
    "TUR": "YAYLADAG OZKANLI KARSLIOGLU",
    "JOR": "AL MAANAWI AL KARAKANI",
}
_POSTS = {
    "IRQ": ("IQ-ZUR", "IQ-BGW", "IQ-IBK", "IQ-TRB"),
    "IRN": ("IQ-ZUR", "IQ-SHL", "IQ-MND", "IQ-NJF"),
    "TUR": ("IQ-IBK", "IQ-EBL"),
    "JOR": ("IQ-TRB", "IQ-BGW"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One crossing of the demonstration: who, with what, where, which way, when."""

    traveller: Traveller
    document: TravelDocument
    post: str
    direction: Direction
    at: datetime
    visa: Visa | None = None

    def crossing(self) -> Crossing:
        keys, document, traveller = person_keys(self.traveller), self.document, self.traveller
        return Crossing(
            uuid4(), self.post, self.direction, self.at, document, traveller, person_keys=keys, visa=self.visa
        )


async def load_demo(
    sessions: async_sessionmaker[AsyncSession],
    screening: IndexInForce,
    policy: Policies,
    now: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Import the made-up list and let the made-up travellers cross; returns how many crossings there were.

    A service that already holds movements is left as it is, and 0 returned.
    """
    async with sessions() as session:
        if (await movement_log.page(session, movement_log.Filter(), limit=1, cursor=None))[0]:
            return 0
    await import_demo_list(sessions, now)
    await screening.refresh()
    chance = random.Random(9303)  # noqa: S311  # made-up travel, the same each time
    steps = sorted([*_crowd(now, chance), *_stories(now)], key=lambda step: step.at)
    for done, step in enumerate(steps, 1):
        made = await inspect(
            sessions, screening.current, policy, step.crossing(), actor=CLERK, now=step.at + timedelta(seconds=2)
        )
        await dispose(sessions, policy, made)
        progress(done)
    return len(steps)


async def import_demo_list(sessions: async_sessionmaker[AsyncSession], now: datetime) -> None:
    """Put the made-up list into force."""
    with resources.as_file(resources.files("service.demo").joinpath("watched.ftm.json")) as path:
        await import_list(sessions, LIST, "ftm", path, actor=CLERK, now=now, confirmed=True)


async def dispose(sessions: async_sessionmaker[AsyncSession], policy: Policies, made: Recorded) -> None:
    """The officer's part: a clear traveller is admitted, any other one referred."""
    clear = made.inspection.verdict is Verdict.CLEAR
    outcome = Outcome.ADMITTED if clear else Outcome.REFERRED
    decided_at = made.recorded_at + timedelta(seconds=20)
    decision = Decision(uuid4(), made.inspection.crossing.id, outcome, CLERK.name, decided_at)
    await decide(sessions, policy, decision, actor=CLERK)


def _crowd(now: datetime, chance: random.Random) -> Iterator[Step]:
    """Ordinary travel of 45 people over the last seven weeks."""
    for number in range(45):
        nationality = chance.choice(list(_GIVEN))
        traveller, document = _person(chance, nationality, number)
        at = now - timedelta(days=chance.randint(20, 48), minutes=chance.randint(0, 1400))
        home = nationality == "IRQ"
        for direction in (Direction.EXIT, Direction.ENTRY) if home else (Direction.ENTRY, Direction.EXIT):
            yield Step(traveller, document, chance.choice(_POSTS[nationality]), direction, at)
            at += timedelta(days=chance.randint(3, 18), minutes=chance.randint(0, 600))


def _person(chance: random.Random, nationality: str, number: int) -> tuple[Traveller, TravelDocument]:
    sex, names = chance.choice(_GIVEN[nationality])
    family = chance.choice(_FAMILY[nationality].replace("AL ", "AL_").split()).replace("_", " ")
    given = f"{chance.choice(names.split())} {chance.choice(_FATHER.split())}"
    born = date(chance.randint(1955, 2003), chance.randint(1, 12), chance.randint(1, 28))
    expiry = date(chance.randint(2028, 2033), chance.randint(1, 12), chance.randint(1, 28))
    document = TravelDocument(
        "P", nationality, f"{chance.choice('ABCKL')}{10_000_000 + number * 7919}", PartialDate.of(expiry)
    )
    return Traveller(family, given, nationality, PartialDate.of(born), sex), document


def _stories(now: datetime) -> Iterator[Step]:
    """The cases that the guide walks through; each is a past movement that the next crossing will be judged by."""
    today = now.replace(hour=6, minute=0, second=0, microsecond=0)
    overstayer = _made_up("SARVESTANIFAR", "NIMA", "IRN", "1987-04-19", "K52210487")
    yield Step(*overstayer, "IQ-SHL", Direction.ENTRY, today - timedelta(days=120))
    hurried = _made_up("KARSLIOGLU", "TUNCAY", "TUR", "1991-10-08", "T30551872")
    yield Step(*hurried, "IQ-IBK", Direction.ENTRY, today - timedelta(days=1, hours=-1))
    twice = _made_up("AL MAANAWI", "SALEEM", "JOR", "1983-06-30", "L61120945")
    yield Step(*twice, "IQ-TRB", Direction.ENTRY, today - timedelta(days=9))
    namesake = _made_up("HUSSEIN", "MOHAMMED ALI", "IRQ", "1996-02-17", "A55190233")
    yield Step(*namesake, "IQ-ZUR", Direction.EXIT, today - timedelta(days=4))
    listed = _made_up("AL TARIFI", "SARMAD JAWHAR", "IRQ", "1979-03-14", "A19927730")
    yield Step(*listed, "IQ-SFW", Direction.EXIT, today - timedelta(days=2))
    child = _made_up("MEHRPANAH", "SARA", "IRN", f"{now.year - 9}-05-11", "K90017264")
    yield Step(replace(child[0], sex="F"), child[1], "IQ-MND", Direction.ENTRY, today - timedelta(days=1))


def _made_up(
    primary: str, secondary: str, nationality: str, born: str, number: str
) -> tuple[Traveller, TravelDocument]:
    traveller = Traveller(primary, secondary, nationality, PartialDate.parse(born), "M")
    return traveller, TravelDocument("P", nationality, number, PartialDate.of(date(2031, 8, 31)))
