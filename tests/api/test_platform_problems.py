"""The table of problems is whole: no exception of ours reaches a client as a mere failure."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import ocr
import service
import watchlist
from api.problems import FAILED, HTTP, INVALID, PROBLEMS, kind_of
from ocr.layout import MrzError
from service.errors import NotFound, ServiceError

NOT_SERVED = ("ocr.training.",)  # tools that make the model; the service never runs them


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.startswith(NOT_SERVED):
            yield importlib.import_module(found.name)


def exceptions() -> list[type[Exception]]:
    """Every public exception that the packages below the interface define."""
    found = {
        member
        for package in (ocr, watchlist, service)
        for module in modules(package)
        for name, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Exception) and member.__module__ == module.__name__ and not name.startswith("_")
    }
    return sorted(found, key=lambda member: (member.__module__, member.__name__))


@pytest.mark.parametrize("exception", exceptions(), ids=lambda e: f"{e.__module__}.{e.__name__}")
def test_every_exception_has_its_row(exception: type[Exception]) -> None:
    assert kind_of(exception) is not FAILED


def test_the_walk_finds_what_there_is() -> None:
    assert {MrzError, NotFound, ServiceError} <= set(exceptions())


def test_no_two_kinds_share_a_type() -> None:
    types = [kind.type for kind in (*PROBLEMS.values(), *HTTP.values(), INVALID, FAILED)]
    assert len(set(types)) == len(types)


def test_the_nearest_ancestor_decides() -> None:
    class MissingMovement(NotFound):
        pass

    class ForeignError(Exception):
        pass

    assert kind_of(MissingMovement) is PROBLEMS[NotFound]
    assert kind_of(ForeignError) is FAILED


def test_statuses_are_refusals() -> None:
    assert {kind.status // 100 for kind in PROBLEMS.values()} <= {4, 5}
