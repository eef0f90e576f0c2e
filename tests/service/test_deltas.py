"""Lists that change by a delta, files that change nothing, and an index that follows without being built anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.database import Database
from service.errors import ChangeRefused
from service.list_store import ImportReport
from service.watchlists import import_list
from watchlist.building import Builder
from watchlist.index import Index
from watchlist.records import Subject
from watchlists import ANN, NOON, Desk

CROWD = {f"c{at}": {"name": [f"Hiwa {'Aso Bana Cheko Dara Evin Ferhad'.split()[at]} Zangana"]} for at in range(6)}
ASKED = Subject(name="Rojin Azad Mawlawi", date_of_birth="1971-02-03")


def line(op: str, id_: str, **values: list[str]) -> dict[str, Any]:
    return {"op": op, "entity": {"id": id_, "schema": "Person", "properties": values}}


async def bring_delta(desk: Desk, *lines: dict[str, Any], list_: str = "wanted") -> ImportReport:
    path = desk.folder / "entities.delta.json"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    report = await import_list(desk.database.sessions, list_, "ftm_delta", path, actor=ANN, now=NOON)
    await desk.screening.refresh()
    return report


async def test_a_delta_changes_what_it_names_and_keeps_the_rest(undone: Database, tmp_path: Path) -> None:
    desk = await Desk.open(undone, tmp_path)
    await desk.bring(CROWD)
    report = await bring_delta(
        desk,
        line("ADD", "new", name=["Rojin Azad Mawlawi"], birthDate=["1971-02-03"]),
        line("MOD", "c0", name=["Hiwa Aso Barzani"]),
        line("DEL", "c1"),
        line("DEL", "nobody"),
    )
    assert report.counts() == {"entries": 6, "added": 1, "changed": 1, "removed": 1, "unchanged": 4, "skipped": 0}
    assert [hit.entry_id for hit in desk.screening.current.screen(ASKED)][:1] == ["new"]
    assert len(desk.screening.index) == 6
    assert {one.format for one in desk.screening.lists if one.name == "wanted"} == {"ftm"}


async def test_the_index_follows_a_change_without_being_built_anew(
    undone: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await Desk.open(undone, tmp_path)
    await desk.bring(CROWD)

    def refused(builder: Builder) -> Index:
        raise AssertionError("built anew")

    monkeypatch.setattr(Index, "of", refused)
    await bring_delta(desk, line("DEL", "c1"))
    assert len(desk.screening.index) == len(CROWD) - 1
    await desk.bring(CROWD)
    assert len(desk.screening.index) == len(CROWD)


async def test_a_file_that_changes_nothing_makes_no_new_version(undone: Database, tmp_path: Path) -> None:
    desk = await Desk.open(undone, tmp_path)
    first = await desk.bring(CROWD)
    index = desk.screening.index
    again = await desk.bring(dict(reversed(CROWD.items())))
    assert (again.version, again.unchanged, again.changed_nothing) == (first.version, len(CROWD), True)
    assert desk.screening.index is index
    assert (await bring_delta(desk)).version == first.version
    assert (await desk.bring({**CROWD, "d": {"name": ["Dlovan Baran"]}})).version == first.version + 1


async def test_a_delta_needs_a_list_to_change(undone: Database, tmp_path: Path) -> None:
    desk = await Desk.open(undone, tmp_path)
    with pytest.raises(ChangeRefused, match="import it whole"):
        await bring_delta(desk, line("DEL", "c1"), list_="unheard-of")
