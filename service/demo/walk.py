"""The guided walk of a demonstration: made-up travellers, new at each walk, of whom each is really found what is told.

Whom a walk meets follows from its number alone; what must have happened before (an entry long ago, a passport reported
lost) is recorded when the walk begins.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ocr.mrz import MrzFormat, render
from service import movement_log
from service.acting import SERVICE, acting
from service.demo.load import CLERK, LIST, Step, dispose, import_demo_list
from service.domain import Direction, ListingKind, PartialDate, TravelDocument, Traveller, Visa
from service.inspection import inspect
from service.policy_book import Policies
from service.purposes import purposes, set_purpose
from service.screening import IndexInForce
from service.watchlists import import_list

Sessions = async_sessionmaker[AsyncSession]
LOST = "demo-lost-documents"
POST = "IQ-ZUR"
EXPIRY = date(2033, 9, 1)

_FAMILIES = (
    "KOHANSAL ZOLGHADR FIROUZBAKHT DASTYAR NEKOUEI BEHBAHANCHI GOLCHEHREH POURFATHI EBTEKARIAN SHIRVANCHI".split()
)
_MEN = "ARASH PEYMAN OMID HUMAN CYRUS JAMSHID SOROUSH KASRA BEHZAD NAVID".split()
_WOMEN = "BITA GHAZAL LADAN TINA MINOO AFSANEH NILOUFAR PARISA GOLNAZ ROYA".split()
_OWNERS = "CELIKBILEK YILDIZTEPE GUNDOGDULAR TASCIOGULLARI DEMIRKIRAN BOZKURTLU SARIKAYALAR OKUMUSOGLU".split()
_GIVEN = "EMRE KEREM BURAK TOLGA UFUK OZGUR SERKAN LEVENT".split()
_ADULTS = "VAZIRZADEH MEHRDADI TUTUNCHI ROKNABADI YEKTAMARD SHAHBAZPOUR".split()


class Story(StrEnum):
    """Whom the walk meets, in this order."""

    CLEAN = "clean"
    NAMESAKE = "namesake"
    OVERSTAY = "overstay"
    CHILD = "child"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Shown:
    """A document that is shown at the desk, and who is said to travel along."""

    traveller: Traveller
    document: TravelDocument
    accompanying: tuple[str, ...] = ()

    def zone(self) -> str:
        """Its machine-readable zone, as a swipe reader sends it."""
        person, paper = self.traveller, self.document
        lines = render(
            MrzFormat.TD3,
            document_code="P",
            issuing_state=paper.issuing_state,
            document_number=paper.document_number,
            nationality=person.nationality,
            date_of_birth=_six(person.date_of_birth),
            sex=person.sex,
            date_of_expiry=_six(paper.date_of_expiry or PartialDate(None)),
            primary_identifier=person.primary_identifier,
            secondary_identifier=person.secondary_identifier,
        )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Stop:
    """One story of a walk: where the desk stands, what is shown there one after the other, and what was before."""

    story: Story
    direction: Direction
    shown: tuple[Shown, ...]
    before: tuple[Step, ...] = ()
    post: str = POST


async def begin_walk(
    sessions: Sessions, screening: IndexInForce, policies: Policies, now: datetime
) -> tuple[Stop, ...]:
    """The stops of the next walk that nobody has begun; what comes before them is recorded."""
    with acting(SERVICE):
        number = await _next_number(sessions)
        await _see_to_lists(sessions, screening, number, now)
        stops = stops_of(number, now)
        for step in (step for stop in stops for step in stop.before):
            made = await inspect(
                sessions, screening.current, policies, step.crossing(), actor=CLERK, now=step.at + timedelta(seconds=2)
            )
            await dispose(sessions, policies, made)
    return stops


def stops_of(number: int, now: datetime) -> tuple[Stop, ...]:
    """Whom walk `number` meets."""
    chance = random.Random(f"walk {number}")  # noqa: S311  # made-up travellers, the same for the same number
    morning = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    namesake = _namesake(number)
    overstayer = _iranian(chance, "U", number)
    adult = _iranian(chance, "V", number, family=chance.choice(_ADULTS))
    child = _iranian(chance, "W", number, born=date(now.year - 9, chance.randint(1, 12), chance.randint(1, 28)))
    entered = Step(
        *(overstayer.traveller, overstayer.document, POST, Direction.ENTRY, morning - timedelta(days=100)),
        visa=Visa(kind="tourist"),
    )
    left = Step(namesake.traveller, namesake.document, POST, Direction.EXIT, morning - timedelta(days=4))
    return (
        Stop(Story.CLEAN, Direction.ENTRY, (_iranian(chance, "T", number),)),
        Stop(Story.NAMESAKE, Direction.ENTRY, (namesake,), (left,)),
        Stop(Story.OVERSTAY, Direction.EXIT, (overstayer,), (entered,)),
        Stop(Story.CHILD, Direction.ENTRY, (adult, replace(child, accompanying=(adult.document.key,)))),
        Stop(Story.LOST, Direction.ENTRY, (_lost(number),)),
    )


def _iranian(chance: random.Random, letter: str, number: int, *, family: str = "", born: date | None = None) -> Shown:
    sex = chance.choice("FM")
    given = f"{chance.choice(_WOMEN if sex == 'F' else _MEN)} {chance.choice(_MEN)}"
    born = born or date(chance.randint(1958, 1999), chance.randint(1, 12), chance.randint(1, 28))
    return _passport(family or chance.choice(_FAMILIES), given, "IRN", sex, born, f"{letter}{scattered(number)}")


def _namesake(number: int) -> Shown:
    """Bears the name of an entry of the demonstration's list, and is born in its month, on another day."""
    days = [day for day in range(10, 31) if day not in (12, 22)]  # no slip of typing away from the entry's second
    born = date(1968, 11, days[number * 7 % len(days)])
    return _passport("HUSSEIN", "MOHAMMED ALI", "IRQ", "M", born, f"B{scattered(number)}")


def _lost(number: int) -> Shown:
    """The holder of a passport that is on the list of lost ones; unlike anybody else of the walk."""
    chance = random.Random(f"lost {number}")  # noqa: S311  # likewise
    born = date(chance.randint(1960, 1999), chance.randint(1, 12), chance.randint(1, 28))
    family, given = chance.choice(_OWNERS), f"{chance.choice(_GIVEN)} {chance.choice(_GIVEN)}"
    return _passport(family, given, "TUR", "M", born, f"X{scattered(number)}")


def _passport(primary: str, secondary: str, state: str, sex: str, born: date, number: str) -> Shown:
    person = Traveller(primary, secondary, state, PartialDate.of(born), sex)
    return Shown(person, TravelDocument("P", state, number, PartialDate.of(EXPIRY)))


def scattered(number: int) -> str:
    """Eight digits of a document's number; those of neighbouring walks are no run (D7)."""
    return f"{(number + 1) * 7_654_321 % 10**8:08}"


def _six(day: PartialDate) -> str:
    return str(day).replace("-", "")[2:]


async def _next_number(sessions: Sessions) -> int:
    """The first walk whose overstayer has not entered yet."""
    async with sessions() as session:
        for number in count():
            wanted = movement_log.Filter(document_number=f"U{scattered(number)}")
            if not (await movement_log.page(session, wanted, limit=1, cursor=None))[0]:
                return number
    raise AssertionError("numbers do not end")


async def _see_to_lists(sessions: Sessions, screening: IndexInForce, number: int, now: datetime) -> None:
    """The list of persons, and that of lost passports up to this walk's, which says what it is for."""
    if LIST not in {each.name for each in screening.lists}:
        await import_demo_list(sessions, now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lost.ftm.json"
        path.write_text(
            "".join(json.dumps(each) + "\n" for walk in range(number + 1) for each in _report(walk)), "utf-8"
        )
        await import_list(sessions, LOST, "ftm", path, actor=CLERK, now=now, confirmed=True)
    if LOST not in await purposes(sessions):
        await set_purpose(sessions, LOST, ListingKind.LOST_OR_STOLEN, actor=CLERK, now=now)
    await screening.refresh()


def _report(number: int) -> Iterator[dict[str, object]]:
    """The passport of a walk's last stop and its holder, as FollowTheMoney."""
    shown = _lost(number)
    id_, person = f"lost-{number:04}", shown.traveller
    name = f"{person.secondary_identifier} {person.primary_identifier}".title()
    yield {"id": id_, "schema": "Person", "properties": {"name": [name], "notes": ["Made up."]}}
    properties = {"holder": [id_], "number": [shown.document.document_number], "country": ["tr"]}
    yield {"id": f"{id_}-passport", "schema": "Passport", "properties": properties}
