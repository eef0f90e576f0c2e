"""The guided walk of a demonstration, on the wire."""

from __future__ import annotations

from pydantic import BaseModel

from service.demo.walk import Story
from service.domain import Direction


class ShownOut(BaseModel):
    """A document of a made-up traveller: its zone as a swipe reader sends it, and who is said to travel along."""

    mrz: str
    document_number: str
    accompanying: list[str]


class StopOut(BaseModel):
    """One story: where the desk stands, and what is shown there one after the other."""

    story: Story
    crossing_point: str
    direction: Direction
    documents: list[ShownOut]


class WalkOut(BaseModel):
    """A walk with travellers of its own, whose past was recorded as it began."""

    stops: list[StopOut]
