"""Made-up travellers of a year, and irregular ones planted among them: a seeded simulator for the rules.

Nobody here exists. Regular travellers do what real ones do and rules must leave alone: they renew passports, are
spelt in several ways, come by coach and with families, cross at posts that report late and by clocks that are wrong.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from service.reference import crossing_points

Line = dict[str, Any]

START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
POSTS = tuple(point.code for point in crossing_points())
LATE = ("IQ-QAM", "IQ-HJO", "IQ-SHB")  # posts whose link is often down
HOME = "IRQ"
STATES = ("JOR", "IRN", "TUR", "SYR", "KWT", "SAU", "LBN", "PAK", "IND", "AZE", "GBR", "SWE")

_GIVEN = (
    "MOHAMMED AHMED ALI HUSSEIN HASSAN OMAR KHALED YOUSEF IBRAHIM MUSTAFA KARIM SAMIR TARIQ WALID ZIAD NABIL FARIS "
    "LUAY QUSAY DURAID SINAN RAAD MUNTHIR AYMAN BASIL ANMAR RAMI SAIF LAITH ADNAN HISHAM JALAL KAMAL MAZIN NIZAR "
    "AZAD DILSHAD HIWA KAWA NAWZAD REBIN SHERZAD ARAM BAHMAN CYRUS DARIUSH KAVEH FARHAD PEJMAN BORAN EMRE KEREM SERKAN"
).split()
_WOMEN = (
    "FATIMA ZAINAB MARYAM NOOR HUDA RANIA SALMA LAYLA SAWSAN INTISAR SHAHAD RUSUL TABARAK GHUFRAN NARMIN SHIRIN AVAN "
    "DILNAZ HANAR CHNAR PARISA SHABNAM NILOUFAR AYLIN SEVGI ELIF DEFNE SUHA RASHA WIJDAN"
).split()
_STEMS = "BAR DAL GHA HAM JUB KAR LAM MAL NAS QAS RAB SAM TAR WAS ZUB SHAM KHAL DUL FAT HIL".split()
_TAILS = "AWI OURI ANI EEMI AFI OUDI AJI ASHI AWNEH ADI ARI OSHI IYAN ABADI ZADEH".split()
_SPELLINGS = (("OU", "U"), ("EE", "I"), ("MOHAMMED", "MUHAMMAD"), ("AHMED", "AHMAD"), ("YOUSEF", "YUSUF"), ("Q", "K"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up: the fields of a line's traveller, and the document in hand."""

    traveller: Line
    document: Line

    @property
    def key(self) -> str:
        return f"{self.document['issuing_state']}:{self.document['document_number']}"


@dataclass(slots=True)
class World:
    """Chance, the next id, and what has been recorded; `planted` names what a rule must find: movement id and rule."""

    seed: int
    posts: tuple[str, ...] = POSTS
    lines: list[tuple[datetime, int, str]] = field(default_factory=list)
    planted: set[tuple[str, str]] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)  # movements of planted stories
    rng: random.Random = field(init=False)
    skew: dict[str, timedelta] = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - made-up travellers, not secrets
        self.skew = {post: timedelta(minutes=self.rng.randint(-7, 7)) for post in POSTS}

    def person(self, nationality: str | None = None, age: int | None = None, **changes: Any) -> Person:
        rng = self.rng
        nationality = nationality or rng.choice(STATES)
        sex = rng.choice("MF")
        given = [rng.choice(_GIVEN if sex == "M" else _WOMEN), rng.choice(_GIVEN), rng.choice(_GIVEN)]
        years = age if age is not None else rng.randint(20, 75)
        born = START - timedelta(days=years * 365.25 + rng.randint(30, 330))
        birth = f"{born.year}-01-01" if rng.random() < 0.03 else f"{born:%Y-%m-%d}"
        traveller = {
            "primary_identifier": f"AL {rng.choice(_STEMS)}{rng.choice(_TAILS)}",
            "secondary_identifier": " ".join(given[: rng.choice((2, 3, 3))]),
            "nationality": nationality,
            "date_of_birth": birth,
            "sex": sex,
            **changes,
        }
        return Person(traveller, self.document(nationality))

    def document(self, state: str, expiry: str | None = None) -> Line:
        rng = self.rng
        number = f"{rng.choice('ABCDEFGHKLMNPRTUVWX')}{rng.randrange(10**8):08}"
        expires = START + timedelta(days=rng.randint(700, 3600))
        return {
            "document_code": "P",
            "issuing_state": state,
            "document_number": number,
            "date_of_expiry": expiry or f"{expires:%Y-%m-%d}",
        }

    def moment(self, first: float = 0, last: float = DAYS) -> datetime:
        """A moment of a day in the year, by day of the year."""
        return START + timedelta(days=self.rng.uniform(first, last), seconds=self.rng.randint(0, 86399))

    def cross(self, who: Person, direction: str, at: datetime, post: str | None = None, **more: Any) -> str:
        """Record a crossing; returns its id. Late posts send hours or days later, paper is keyed later still."""
        post = post if post in self.posts else self.rng.choice(self.posts)
        recorded = at + timedelta(seconds=self.rng.randint(2, 40))
        if post in LATE and at.day % 5 == 0:
            recorded = at.replace(hour=23, minute=0, second=0) + timedelta(hours=20, seconds=len(self.lines) % 600)
        if self.rng.random() < 0.004 and "source" not in more:
            recorded += timedelta(hours=self.rng.randint(2, 60))
            more = {**more, "source": "paper", "clock": "uncertain"}
        return self.record(who, direction, at + self.skew[post], recorded + self.skew[post], post, **more)

    def record(self, who: Person, direction: str, at: datetime, recorded: datetime, post: str, **more: Any) -> str:
        name = f"m{len(self.lines)}"
        line = {
            "id": name,
            "at": at.isoformat(),
            "recorded_at": recorded.isoformat(),
            "crossing_point": post,
            "direction": direction,
            "document": who.document,
            "traveller": who.traveller,
            "decision": "admitted",
            **more,
        }
        self.lines.append((recorded, len(self.lines), json.dumps({k: v for k, v in line.items() if v is not None})))
        return name

    def plant(self, movement: str, *rules: str) -> None:
        self.planted.update((movement, rule) for rule in rules)

    def recorded(self) -> Iterator[str]:
        """The lines in the order of recording."""
        for _, _, text in sorted(self.lines):
            yield text


def respelt(world: World, who: Person) -> Person:
    """The same person and document, as another officer's reader has it."""
    names = {name: who.traveller[name] for name in ("primary_identifier", "secondary_identifier")}
    for old, new in world.rng.sample(_SPELLINGS, 2):
        names = {name: value.replace(old, new) for name, value in names.items()}
    return Person({**who.traveller, **names}, who.document)


def renewed(world: World, who: Person) -> Person:
    return Person(who.traveller, world.document(who.document["issuing_state"]))


# --- regular lives ---------------------------------------------------------------------------------------------


def visitor(world: World) -> None:
    """A visit or several, never long; sometimes respelt, sometimes on a renewed passport."""
    rng = world.rng
    who = world.person()
    at = world.moment(0, 330)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
        last = at + timedelta(days=rng.uniform(1, 18))
        shown = respelt(world, who) if rng.random() < 0.1 else who
        world.cross(shown, "entry", at)
        world.cross(who, "exit", last)
        at = last + timedelta(days=rng.uniform(25, 70))
        if (at - START).days > DAYS:
            return


def renewing(world: World) -> None:
    """The old passport runs out within the year, and the second visit is on a new one, now and then respelt."""
    expiry = f"{START + timedelta(days=world.rng.randint(200, 360)):%Y-%m-%d}"
    who = world.person()
    old = Person(who.traveller, world.document(who.traveller["nationality"], expiry))
    new = respelt(world, who) if world.rng.random() < 0.2 else who
    at = world.moment(1, 10)
    world.cross(old, "entry", at)
    world.cross(old, "exit", at + timedelta(days=5))
    world.cross(new, "entry", at + timedelta(days=150))
    world.cross(new, "exit", at + timedelta(days=155))


def national(world: World) -> None:
    """Leaves and comes home; once in a while with a second, declared nationality."""
    rng = world.rng
    who = world.person(HOME)
    at = world.moment(0, 300)
    for _ in range(rng.choice((1, 1, 2, 4))):
        world.cross(who, "exit", at)
        at += timedelta(days=rng.uniform(2, 40))
        world.cross(who, "entry", at)
        at += timedelta(days=rng.uniform(2, 40))


def commuter(world: World) -> None:
    """A driver, there and back in a day, once a week."""
    who, post = world.person("TUR"), "IQ-IBK"
    first = world.moment(0, 6)
    visa = {"number": f"C{world.rng.randrange(10**8)}", "kind": "driver"}
    for week in range(51):
        at = first.replace(hour=5) + timedelta(weeks=week)
        world.cross(who, "entry", at, post, visa=visa)
        world.cross(who, "exit", at + timedelta(hours=world.rng.uniform(2, 12)), post, visa=visa)


def student(world: World) -> None:
    """Most of a year under a residence permit, with a holiday between."""
    who = world.person(age=22)
    visa = {"number": f"R{world.rng.randrange(10**8)}", "kind": "residence", "valid_from": "2024-12-01"}
    visa["valid_until"] = "2026-12-01"
    at = world.moment(0, 40)
    for days in (140, 150):
        world.cross(who, "entry", at, visa=visa)
        world.cross(who, "exit", at + timedelta(days=days), visa=visa)
        at += timedelta(days=days + 3)


def household(world: World, group: str) -> list[tuple[Person, dict[str, Any]]]:
    """Two parents and their children, each child's relation recorded: who, and what is shown at the desk."""
    rng = world.rng
    state = rng.choice(STATES)
    family = f"AL {rng.choice(_STEMS)}{rng.choice(_TAILS)}"
    parents = [world.person(state), world.person(state)]
    children = [world.person(state, rng.randint(1, 15), primary_identifier=family) for _ in range(rng.randint(1, 4))]
    relations = [{"to": each.key, "kind": "parent"} for each in parents]
    with_them = [each.key for each in parents]
    shown = [(each, {"group_id": group}) for each in parents]
    return [
        *shown,
        *((child, {"group_id": group, "accompanying": with_them, "relations": relations}) for child in children),
    ]


def family(world: World) -> None:
    """Comes and leaves together; the father sometimes leaves first, and the others with the mother."""
    rng = world.rng
    group = f"family-{len(world.lines)}"
    members = household(world, group)
    at, days, way_in, way_out = (
        world.moment(0, 330),
        rng.uniform(2, 20),
        rng.choice(world.posts),
        rng.choice(world.posts),
    )
    rng.shuffle(members)
    for number, (who, shown) in enumerate(members):
        world.cross(who, "entry", at + timedelta(seconds=50 * number), way_in, **shown)
    for number, (who, shown) in enumerate(members):
        world.cross(who, "exit", at + timedelta(days=days, seconds=50 * number), way_out, **shown)


def coach(world: World) -> None:
    """Pilgrims with a leader; one of them leaves alone, before the others."""
    rng = world.rng
    state, group = rng.choice(STATES), f"coach-{len(world.lines)}"
    members = [world.person(state) for _ in range(rng.randint(12, 35))]
    phone = f"+98 21 {rng.randrange(10**7):07}"
    at, way = world.moment(0, 330), rng.choice(world.posts)
    for number, who in enumerate(members):
        world.cross(who, "entry", at + timedelta(seconds=40 * number), way, group_id=group, phone=phone)
    world.cross(members[0], "exit", at + timedelta(days=4))
    for number, who in enumerate(members[1:]):
        world.cross(who, "exit", at + timedelta(days=9, seconds=40 * number), way, group_id=group)


REGULAR = ((visitor, 60), (renewing, 4), (national, 18), (commuter, 0.4), (student, 2), (family, 4), (coach, 0.7))
