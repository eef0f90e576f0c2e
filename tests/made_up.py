"""Made-up crossings for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from service.access import ALL_POSTS, Actor, Role
from service.domain import Crossing, Direction, PartialDate, TravelDocument, Traveller
from service.person import person_keys

NOON = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
OFFICER = Actor(UUID(int=7), "officer-7", frozenset({Role.FIRST_LINE}), frozenset({ALL_POSTS}))
TRAVELLER = Traveller("KOHANDEL", "PARISA", "IRN", PartialDate(1991, 4, 19), "F")
DOCUMENT = TravelDocument("P", "IRN", "K52210487", PartialDate(2031, 8, 31))


def crossing(**changes: Any) -> Crossing:
    """A regular entry at Shalamcheh at `NOON`, but for `changes`."""
    made = Crossing(uuid4(), "IQ-SHL", Direction.ENTRY, NOON, DOCUMENT, TRAVELLER)
    made = replace(made, **changes)
    return replace(made, person_keys=person_keys(made.traveller))


def later(**span: float) -> datetime:
    return NOON + timedelta(**span)
