"""Which movements of other travellers a case may need, and how to find them. Pure.

A crossing carries *marks*: its group, its contacts, the stretch of numbers that its document belongs to. Two crossings
of different travellers are linked where they share a mark, or where one names the other's document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from sys import intern

from service.domain import Crossing, Movement, TravelDocument
from service.kept import once
from service.policy import Policy

LICENSED = "licensed:"  # begins the token of a contact that the policy of its time licensed (`service.contact_store`)
_NUMBER = re.compile(r"(.*?)(\d{1,15})(\D*)")
_SPACE = re.compile(r"\s+")
_NOT_DIGITS = re.compile(r"\D")


def contacts(crossing: Crossing, policy: Policy) -> Iterator[str]:
    """Phone, address and sponsor in one spelling, without those of the licensed."""
    if not (crossing.phone or crossing.address or crossing.sponsor):
        return
    given = (("phone", crossing.phone), ("address", crossing.address), ("sponsor", crossing.sponsor))
    for kind, value in given:
        if not value or value.startswith(LICENSED):
            continue
        if (plain := plain_contact(value)) not in licensed(policy, crossing.crossing_point):
            yield f"{kind}:{plain}"


def licensed(policy: Policy, post: str) -> frozenset[str]:
    """The contacts of operators and employers that many travellers may give, in one spelling."""
    named = policy.parameter("P5", "licensed", post)
    return _plain_contacts(named) if isinstance(named, tuple) else frozenset()


@lru_cache(maxsize=1 << 8)
def _plain_contacts(written: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(plain_contact, written))


@lru_cache(maxsize=1 << 12)
def plain_contact(text: str) -> str:
    """A phone number as its last nine digits, which a country code leaves alone; any other text in small letters."""
    digits = _NOT_DIGITS.sub("", text)
    bare = _SPACE.sub(" ", text).strip().casefold()
    return digits[-9:] if len(digits) >= 7 and not any(map(str.isalpha, bare)) else bare


@once
def number_of(document: TravelDocument) -> tuple[str, int] | None:
    """The stretch of an issuer's numbers that a document belongs to, and its number there; None without digits."""
    match = _NUMBER.fullmatch(document.document_number.upper())
    if not match:
        return None
    head, digits, tail = match.groups()
    return intern(f"run:{document.issuing_state}:{head}#{len(digits)}#{tail}"), int(digits)


def run_of(policy: Policy) -> int:
    """How many consecutive numbers make a run anywhere; a stretch is as long."""
    posts = (post["D7"]["run"] for post in policy.posts.values() if "run" in post.get("D7", {}))
    return max(int(str(run)) for run in (policy.parameter("D7", "run", ""), *posts, 1))


def parties(movements: Iterable[Movement], *, by_name: bool = False) -> list[list[Movement]]:
    """Movements put together by who travels with whom: one document, one group, or one names the other.

    `by_name` also puts together those who bear one primary identifier.
    """
    party_of: dict[str, int] = {}
    found: dict[int, tuple[list[str], list[Movement]]] = {}
    for number, m in enumerate(movements):
        signs, members = list(_signs(m.crossing, by_name=by_name)), [m]
        for joined in {party_of[sign] for sign in signs if sign in party_of}:
            more_signs, more = found.pop(joined)
            signs += more_signs
            members = [*more, *members]
        found[number] = (signs, members)
        party_of.update(dict.fromkeys(signs, number))
    return [members for _, members in found.values()]


def _signs(crossing: Crossing, *, by_name: bool) -> Iterator[str]:
    yield crossing.document.key
    yield from crossing.accompanying
    if crossing.group_id:
        yield f"group:{crossing.group_id}"
    if by_name:
        yield f"name:{crossing.traveller.primary_identifier.casefold()}"
