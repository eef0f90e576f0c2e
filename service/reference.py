"""Crossing points: reference data that the program brings along."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources

from service.domain import CrossingPoint, PostKind


def crossing_points() -> Iterator[CrossingPoint]:
    """The crossing points of `crossing_points.toml`, in the file's order."""
    table = tomllib.loads(resources.files("service").joinpath("crossing_points.toml").read_text("utf-8"))
    for code, row in table.items():
        latitude, longitude = row["position"]
        yield CrossingPoint(code, PostKind(row["kind"]), row["names"], (latitude, longitude), row["jurisdiction"])
