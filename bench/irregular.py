"""Irregular stories, one for each way in which a rule can be broken, to be planted among the regular travellers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench.travellers import DAYS, HOME, POSTS, START, Person, World, household, renewed

Story = Callable[[World], None]
SHORT = timedelta(days=6)


def _visit(world: World, days: float = 6, who: Person | None = None, **exit_shows: Any) -> tuple[Person, str, str]:
    """An entry and an exit by land far apart in time; returns who, and the two ids."""
    who = who or world.person()
    at = world.moment(0, DAYS - days - 40)
    entry = world.cross(who, "entry", at)
    return who, entry, world.cross(who, "exit", at + timedelta(days=days), **exit_shows)


def _enter(world: World, rule: str, who: Person | None = None, **shows: Any) -> None:
    """A visit whose entry breaks a rule."""
    who = who or world.person()
    at = world.moment(0, 320)
    world.plant(world.cross(who, "entry", at, **shows), rule)
    world.cross(who, "exit", at + SHORT)


def overstay(world: World) -> None:
    until = world.moment(10, 200)
    who = world.person()
    world.cross(who, "entry", until - timedelta(days=9), admitted_until=f"{until:%Y-%m-%d}")
    world.plant(world.cross(who, "exit", until + timedelta(days=world.rng.randint(2, 30))), "E1")


def too_many_days(world: World) -> None:
    """Begun before the window: 60 days, then 60 more, of which the window holds more than 90."""
    who = world.person()
    at = world.moment(0, 60)
    world.cross(who, "entry", at)
    world.cross(who, "exit", at + timedelta(days=60))
    again = at + timedelta(days=70)
    world.cross(who, "entry", again)
    world.plant(world.cross(who, "exit", again + timedelta(days=60)), "E2")


def visa_expired(world: World) -> None:
    _enter(world, "E3", visa={"number": "V1", "kind": "business", "valid_until": "2024-12-01"})


def visa_used_up(world: World) -> None:
    who, visa = world.person(), {"number": f"V{world.rng.randrange(10**8)}", "kind": "business", "entries_allowed": 1}
    at = world.moment(0, 200)
    for number in range(2):
        entry = world.cross(who, "entry", at, visa=visa)
        if number:
            world.plant(entry, "E3")
        world.cross(who, "exit", at + SHORT, visa=visa)
        at += timedelta(days=60)


def document_expired(world: World) -> None:
    who = world.person()
    _enter(world, "E4", Person(who.traveller, world.document(who.traveller["nationality"], "2024-11-30")))


def document_too_short(world: World) -> None:
    who, at = world.person(), world.moment(0, 200)
    soon = Person(who.traveller, world.document(who.traveller["nationality"], f"{at + timedelta(days=100):%Y-%m-%d}"))
    world.plant(world.cross(soon, "entry", at), "E4")
    world.cross(soon, "exit", at + SHORT)


def banned(world: World) -> None:
    _enter(world, "E5", listings=[{"kind": "entry_ban", "reference": "bans:1", "exact": True}])


def misprinted(world: World) -> None:
    digit = {"field": "document_number", "printed": "1", "computed": "7"}
    _enter(world, "D1", failed_check_digits=[digit])


def chip_differs(world: World) -> None:
    _enter(world, "D2", other_readings=[{"source": "chip", "field": "date_of_birth", "value": "1901-02-03"}])


def stolen(world: World) -> None:
    who = world.person()
    _enter(world, "D3", who, listings=[{"kind": "lost_or_stolen", "reference": "SLTD:1", "document": who.document}])


def no_such_state(world: World) -> None:
    _enter(world, "D4", world.person("ZZZ"))


def two_on_one_document(world: World) -> None:
    """A look-alike document: another person leaves and enters on it."""
    who, other = world.person(), world.person()
    at = world.moment(0, 200)
    world.cross(who, "entry", at)
    world.cross(who, "exit", at + SHORT)
    borrowed = Person({**other.traveller, "date_of_birth": "1979-02-11"}, who.document)
    world.plant(world.cross(borrowed, "entry", at + timedelta(days=30)), "D5")
    world.cross(borrowed, "exit", at + timedelta(days=34))


def second_passport(world: World) -> None:
    """A rare name, for two common ones may be two people."""
    who = world.person(primary_identifier="AL QURTUBAWI", secondary_identifier="SHAHRIYAR ZULFIQAR")
    birth = f"{world.rng.randint(1950, 2000)}-05-{world.rng.randint(10, 28)}"
    who = Person({**who.traveller, "date_of_birth": birth}, who.document)
    _visit(world, who=who)
    at = START + timedelta(days=DAYS - 20, seconds=world.rng.randint(0, 80000))
    other = renewed(world, who)
    world.plant(world.cross(other, "entry", at), "D6")
    world.cross(other, "exit", at + SHORT)


def run_of_numbers(world: World) -> None:
    state, first = "LBN", world.rng.randrange(10**8)
    at, post = world.moment(0, 330), world.rng.choice(POSTS)
    for number in range(3):
        who = world.person(state)
        document = {**who.document, "document_number": f"Z{(first + 3 * number) % 10**8:08}"}
        holder = Person(who.traveller, document)
        entry = world.cross(holder, "entry", at + timedelta(hours=number), post)
        if number == 2:
            world.plant(entry, "D7")
        world.cross(holder, "exit", at + SHORT + timedelta(days=2 * number))


def exit_without_entry(world: World) -> None:
    world.plant(world.cross(world.person(), "exit", world.moment(1, 360)), "M1")


def national_without_exit(world: World) -> None:
    world.plant(world.cross(world.person(HOME), "entry", world.moment(1, 360)), "M1")


def entered_twice(world: World) -> None:
    who, at = world.person(), world.moment(0, 320)
    world.cross(who, "entry", at)
    world.plant(world.cross(who, "entry", at + SHORT), "M2")
    world.cross(who, "exit", at + 2 * SHORT)


def left_twice(world: World) -> None:
    who, at = world.person(), world.moment(0, 320)
    world.cross(who, "entry", at)
    world.cross(who, "exit", at + SHORT)
    world.plant(world.cross(who, "exit", at + 2 * SHORT), "M3")


def impossible_travel(world: World) -> None:
    """Two people on copies of one document: Trebil and Safwan lie 880 km apart."""
    who, at = world.person(), world.moment(0, 320)
    world.cross(who, "entry", at, "IQ-TRB", source="live")
    world.plant(world.cross(who, "exit", at + timedelta(hours=2), "IQ-SFW", source="live"), "M4")


def back_to_back(world: World) -> None:
    """44 and 46 days would be regular, and so is a week outside; these are 46, a day outside, and 44 more."""
    who, at = world.person(), world.moment(0, 150)
    world.cross(who, "entry", at)
    world.cross(who, "exit", at + timedelta(days=46))
    again = at + timedelta(days=48)
    world.cross(who, "entry", again)
    world.plant(world.cross(who, "exit", again + timedelta(days=46)), "M5")


def refused_elsewhere(world: World) -> None:
    who, at = world.person(), world.moment(0, 320)
    world.cross(who, "entry", at, "IQ-TRB", decision="refused", source="live")
    world.plant(world.cross(who, "entry", at + timedelta(hours=30), "IQ-QAM"), "M6")
    world.cross(who, "exit", at + SHORT)


def other_route(world: World) -> None:
    who, at = world.person(), world.moment(0, 320)
    world.cross(who, "entry", at, visa={"kind": "business", "exit_point": "IQ-BGW"})
    world.plant(world.cross(who, "exit", at + SHORT, "IQ-TRB"), "M7")


def group_dissolves(world: World) -> None:
    group, at, post = f"trip-{len(world.lines)}", world.moment(0, 320), world.rng.choice(POSTS)
    members = [world.person("PAK") for _ in range(8)]
    for number, who in enumerate(members):
        world.cross(who, "entry", at + timedelta(minutes=number), post, group_id=group)
    for number, who in enumerate(members[:5]):
        leaves = world.cross(who, "exit", at + SHORT + timedelta(minutes=number), post, group_id=group, source="live")
        if number == 4:
            world.plant(leaves, "M8")


def undecided(world: World) -> None:
    who, at = world.person(), world.moment(0, 320)
    world.plant(world.cross(who, "entry", at, source="live", decision="pending"), "M9")
    world.cross(who, "exit", at + SHORT)


def child_alone(world: World) -> None:
    world.plant(_visit(world, who=world.person(age=world.rng.randint(9, 16)))[1], "P1")


def child_of_part_known_age(world: World) -> None:
    who = world.person(age=15)
    birth = who.traveller["date_of_birth"][:4]
    world.plant(_visit(world, who=Person({**who.traveller, "date_of_birth": birth}, who.document))[1], "P1")


def child_with_stranger(world: World) -> None:
    adult, child = world.person(), world.person(age=10)
    at, post = world.moment(0, 320), world.rng.choice(POSTS)
    for days, direction in ((0, "entry"), (6, "exit")):
        world.cross(adult, direction, at + timedelta(days=days), post)
        shown = {"accompanying": [adult.key]}
        crossed = world.cross(child, direction, at + timedelta(days=days, minutes=1), post, **shown)
        world.plant(crossed, "P2")


def trafficker(world: World) -> None:
    """Brings a child a fortnight, another each time, each under a consent that nobody compares."""
    adult = world.person()
    at = world.moment(0, 100)
    for journey in range(4):
        child = world.person(age=world.rng.randint(6, 15))
        shown = {"accompanying": [adult.key], "consent": f"notary {journey}"}
        world.cross(child, "entry", at - timedelta(minutes=2), "IQ-TRB", source="live", **shown)
        entry = world.cross(adult, "entry", at, "IQ-TRB", source="live")
        if journey >= 2:
            world.plant(entry, "P3")
        world.cross(child, "exit", at + timedelta(days=3, minutes=-2), "IQ-TRB", source="live", **shown)
        world.cross(adult, "exit", at + timedelta(days=3), "IQ-TRB", source="live")
        at += timedelta(days=14)


def leaves_the_children(world: World) -> None:
    group, at, post = f"kin-{len(world.lines)}", world.moment(0, 300), world.rng.choice(POSTS)
    (father, shown), _, *children = household(world, group)
    for number, (who, more) in enumerate(((father, shown), *children)):
        world.cross(who, "entry", at + timedelta(minutes=number), post, **more)
    world.plant(world.cross(father, "exit", at + SHORT, post), "P4")


def one_phone(world: World) -> None:
    phone, at = f"+964 780 {world.rng.randrange(10**7):07}", world.moment(0, 300)
    for number in range(6):
        who = world.person(primary_identifier=f"AL {'ABCDEF'[number]}HMAROUDI")
        entry = world.cross(who, "entry", at + timedelta(days=number), phone=phone)
        if number >= 4:
            world.plant(entry, "P5")
        world.cross(who, "exit", at + timedelta(days=number) + SHORT)


def seen(rule: str, *signs: str) -> Story:
    def story(world: World) -> None:
        _enter(world, rule, observations=list(signs))

    return story


STORIES: dict[str, Story] = {
    "stayed past the admitted date": overstay,
    "120 of 130 days, begun before the window": too_many_days,
    "expired visa": visa_expired,
    "single-entry visa used twice": visa_used_up,
    "expired document": document_expired,
    "document valid for three months": document_too_short,
    "entry ban": banned,
    "wrong check digit": misprinted,
    "chip says another birthday": chip_differs,
    "stolen document": stolen,
    "no such state": no_such_state,
    "another person on the document": two_on_one_document,
    "undeclared second passport": second_passport,
    "three of a run of numbers": run_of_numbers,
    "exit without entry": exit_without_entry,
    "national's entry without exit": national_without_exit,
    "entered twice": entered_twice,
    "left twice": left_twice,
    "two posts within two hours": impossible_travel,
    "two long stays, a day between": back_to_back,
    "refused, and back elsewhere": refused_elsewhere,
    "left by another route": other_route,
    "three of a group stay behind": group_dissolves,
    "no decision": undecided,
    "child alone": child_alone,
    "child alone, year of birth only": child_of_part_known_age,
    "child with a stranger": child_with_stranger,
    "four children in two months": trafficker,
    "father leaves the children": leaves_the_children,
    "one phone for six": one_phone,
    "document held, and fear": seen("P6", "document_held", "fear"),
    "fear": seen("P7", "fear"),
    "asylum wish": seen("P9", "asylum_wish"),
    "ill": seen("P10", "medical"),
}
