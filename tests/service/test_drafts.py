"""List files that one person hands in and another puts into force, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from made_up import NOON
from service.access import Actor
from service.clearances import clear
from service.database import Database
from service.draft_store import Draft
from service.draft_tables import DraftEntryRow, DraftRow
from service.drafts import changes, decide, draft, drafts, hand_in
from service.errors import ChangeRefused, ConflictingReplay, Forbidden, NotFound, SuspiciousImport
from service.hygiene import ChangeState
from service.rescreening_store import page
from service.sifting import Effect, Sifting, differences
from service.tables import AuditRow
from service.watchlists import import_list
from watchlist.diff import difference
from watchlist.records import Entry, EntryName, Removed, Skipped
from watchlist.sources.reading import ListFileError
from watchlists import ANN, BEN, PEOPLE, SECOND_LINE, Desk, clearance, ftm, person

# x1 is born on another day, crowd-0 is struck, somebody is new, and two records are no good.
NEXT: dict[str, dict[str, Any]] = {
    **{key: values for key, values in PEOPLE.items() if key != "crowd-0"},
    "x1": person(birthDate=["1979-03-15"]),
    "new": {"name": ["Rojin Azad Mawlawi"], "birthDate": ["1971-02-03"]},
    "nameless": {"birthDate": ["1971-02-03"]},
}


@pytest.fixture
async def desk(undone: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await Desk.open(undone, tmp_path)
    await opened.bring(actor=None)
    yield opened


async def _hand_in(
    desk: Desk, people: dict[str, dict[str, Any]] | bytes = NEXT, *, id_: UUID | None = None, **more: Any
) -> Draft:
    path = desk.folder / "next.list"
    path.write_bytes(people if isinstance(people, bytes) else ftm(people))
    asked = {"actor": ANN, "now": NOON} | more
    list_, format_ = asked.pop("list_", "wanted"), asked.pop("format_", "ftm")
    return await hand_in(desk.database.sessions, id_ or uuid4(), list_, format_, path, **asked)


async def _decide(desk: Desk, one: Draft, *, by: Actor = BEN, approve: bool = True, **more: Any) -> Draft:
    asked = {"approve": approve, "reason": "looked at it", "actor": by, "now": NOON} | more
    decided = await decide(desk.database.sessions, one.list, one.id, **asked)
    await desk.screening.refresh()
    return decided


def _ids(desk: Desk) -> set[str]:
    return {entry.id for entry in desk.screening.index.entries()}


async def test_a_file_is_shown_entry_by_entry_and_changes_nothing_until_a_second_person_approves(desk: Desk) -> None:
    waiting = await _hand_in(desk)
    assert {**waiting.counts} == {"entries": 8, "added": 1, "changed": 1, "removed": 1, "unchanged": 6, "skipped": 1}
    assert waiting.skipped[0].reference == "nameless" and "name" in waiting.skipped[0].reason
    await desk.screening.refresh()
    assert _ids(desk) == set(PEOPLE), "nothing changed by handing it in"
    shown = {one.change.entry_id: one for one in await changes(desk.database.sessions, "wanted", waiting.id, actor=BEN)}
    assert {key: one.change.effect for key, one in shown.items()} == {
        "crowd-0": Effect.REMOVED,
        "new": Effect.ADDED,
        "x1": Effect.CHANGED,
    }
    assert shown["x1"].differences == {"dates_of_birth": {"before": ["1979-03-14"], "after": ["1979-03-15"]}}
    assert shown["new"].change.before is None and shown["crowd-0"].change.after is None
    (struck,) = await changes(desk.database.sessions, "wanted", waiting.id, Effect.REMOVED, actor=BEN)
    assert struck.change.entry_id == "crowd-0"
    decided = await _decide(desk, waiting)
    assert (decided.state, decided.version, decided.decided_by_name) == (ChangeState.APPROVED, 2, BEN.name)
    assert _ids(desk) == set(PEOPLE) - {"crowd-0"} | {"new"}
    (in_force,) = desk.screening.lists
    assert (in_force.version, in_force.entries, in_force.imported_by) == (2, 8, ANN.name)


async def test_what_comes_into_force_is_what_an_import_would_have_brought(desk: Desk) -> None:
    await desk.bring(list_="other", actor=None)
    await _decide(desk, await _hand_in(desk))
    await desk.bring(NEXT, list_="other", actor=None)
    async with desk.database.sessions() as session:
        rows = await session.execute(
            sa.text("SELECT list, entry_id, first_version, last_version, digest FROM list_entry ORDER BY 2, 3")
        )
        told: dict[str, list[Any]] = {"wanted": [], "other": []}
        for list_, *row in rows:
            told[list_].append(row)
    assert [row[:3] for row in told["wanted"]] == [row[:3] for row in told["other"]]
    assert len(told["wanted"]) == 10


async def test_nobody_approves_the_file_they_handed_in_and_the_database_agrees(desk: Desk) -> None:
    waiting = await _hand_in(desk)
    with pytest.raises(Forbidden):
        await _decide(desk, waiting, by=ANN)
    alone = sa.update(DraftRow).values(state="approved", version=2, decided_by=str(ANN.id), decided_at=NOON)
    with pytest.raises(IntegrityError, match="two_persons_activate"):
        async with desk.database.sessions.begin() as session:
            await session.execute(alone)
    taken_back = await _decide(desk, waiting, by=ANN, approve=False)
    assert (taken_back.state, taken_back.version) == (ChangeState.REJECTED, None)
    with pytest.raises(ChangeRefused, match="rejected before"):
        await _decide(desk, waiting)
    assert await changes(desk.database.sessions, "wanted", waiting.id, actor=BEN) == []
    assert [one.state for one in await drafts(desk.database.sessions, actor=BEN)] == [ChangeState.REJECTED]
    with pytest.raises(NotFound):
        await draft(desk.database.sessions, "other", waiting.id, actor=BEN)
    async with desk.database.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(DraftEntryRow)) == 0


async def test_a_file_is_compared_with_the_version_in_force_and_with_no_other(desk: Desk) -> None:
    waiting = await _hand_in(desk)
    with pytest.raises(ChangeRefused, match="waits already"):
        await _hand_in(desk, PEOPLE)
    assert await _hand_in(desk, id_=waiting.id) == waiting, "the same id again is the same draft"
    with pytest.raises(ConflictingReplay):
        await _hand_in(desk, PEOPLE, id_=waiting.id)
    await desk.bring(PEOPLE | {"else": {"name": ["Sirwan Hama Qadir"]}}, actor=None)
    with pytest.raises(ChangeRefused, match="has changed since"):
        await _decide(desk, waiting)
    await _decide(desk, waiting, approve=False)
    again = await _decide(desk, await _hand_in(desk))
    assert again.version == 3 and "else" not in _ids(desk)


async def test_a_broken_file_leaves_nothing_and_says_where(desk: Desk) -> None:
    with pytest.raises(ListFileError, match="line 10"):
        await _hand_in(desk, ftm(PEOPLE) + b"\n{no json}\n")
    with pytest.raises(ChangeRefused, match="changes nothing"):
        await _hand_in(desk, PEOPLE)
    with pytest.raises(ChangeRefused, match="no list unheard"):
        await _hand_in(desk, b"", list_="unheard", format_="ftm_delta")
    assert await drafts(desk.database.sessions, actor=BEN) == []


async def test_a_file_that_strikes_half_a_list_needs_a_second_word(desk: Desk) -> None:
    waiting = await _hand_in(desk, {"x1": PEOPLE["x1"]})
    with pytest.raises(SuspiciousImport):
        await _decide(desk, waiting)
    assert (await _decide(desk, waiting, confirmed=True)).version == 2
    assert _ids(desk) == {"x1"}


async def test_a_new_list_waits_for_its_terms_as_well(desk: Desk) -> None:
    decided = await _decide(desk, await _hand_in(desk, PEOPLE, list_="un-sc"))
    assert decided.version == 1 and [one.name for one in desk.screening.lists] == ["wanted"]
    await desk.approve(await desk.propose("un-sc"))
    assert [one.name for one in desk.screening.lists] == ["un-sc", "wanted"]


async def test_one_person_alone_cannot_replace_a_list_in_force(desk: Desk) -> None:
    path = desk.folder / "list.ftm.json"
    path.write_bytes(ftm(NEXT))
    asked: dict[str, Any] = {"actor": ANN, "now": NOON, "needs_approval": True}
    with pytest.raises(ChangeRefused, match="second person"):
        await import_list(desk.database.sessions, "wanted", "ftm", path, **asked)


async def test_clearances_lapse_and_the_log_is_looked_at_again(desk: Desk) -> None:
    made = await desk.cross()
    await clear(desk.database.sessions, clearance(made), actor=SECOND_LINE, now=NOON)
    await _decide(desk, await _hand_in(desk))
    async with desk.database.sessions() as session:
        (job,) = [one for one in await page(session) if one.version == 2]
        rows = list(await session.scalars(sa.select(AuditRow).where(AuditRow.action.like("%\\_list"))))
    assert (job.list, job.entries, job.gone) == ("wanted", 2, 2)
    assert [row.action for row in rows][-2:] == ["hand_in_list", "decide_list"]
    assert rows[-1].details["lapsed_clearances"] == 1


# --- the pure part ----------------------------------------------------------------------------------------------


ENTRIES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["Aso Hiwa", "Evin Dara", "Rojin Azad"]))


def _entries(named: dict[str, str]) -> list[Entry]:
    return [Entry(key, "wanted", (EntryName(name),)) for key, name in named.items()]


def _sifted(standing: list[Entry], file: list[Any], *, delta: bool = False) -> tuple[Sifting, dict[str, Effect]]:
    first = Sifting({})
    digests = {one.id: written.digest for one in standing if (written := first.take(one))}
    sifting = Sifting(digests, delta=delta)
    effects = {written.entry_id: written.effect for record in file if (written := sifting.take(record))}
    return sifting, effects | dict.fromkeys(sifting.gone(), Effect.REMOVED)


@given(ENTRIES, ENTRIES)
def test_a_file_does_what_lies_between_two_versions(before: dict[str, str], after: dict[str, str]) -> None:
    sifting, effects = _sifted(_entries(before), _entries(after))
    between = difference(_entries(before), _entries(after))
    by_effect = {effect: tuple(sorted(key for key, one in effects.items() if one is effect)) for effect in Effect}
    assert by_effect == {"added": between.added, "changed": between.changed, "removed": between.removed}
    counts = sifting.counts()
    assert counts["entries"] == len(after) and {effect: counts[effect] for effect in Effect} == {
        effect: len(ids) for effect, ids in by_effect.items()
    }


def test_a_delta_keeps_what_it_does_not_name_and_a_second_record_is_left_out() -> None:
    standing = _entries({"a": "Aso Hiwa", "b": "Evin Dara", "c": "Rojin Azad"})
    changed = replace(standing[1], names=(EntryName("Evin Dara Kawa"),))
    sifting, effects = _sifted(standing, [Removed("a"), changed, changed, Skipped("z", "no name")], delta=True)
    assert effects == {"a": Effect.REMOVED, "b": Effect.CHANGED}
    assert [one.reference for one in sifting.skipped] == ["b", "z"]
    assert sifting.counts()["unchanged"] == 1


def test_differences_pass_over_what_says_nothing() -> None:
    before = {"names": ["a"], "sex": None, "reference": ""}
    assert differences(before, {"names": ["b"], "sex": "", "reference": None}) == {
        "names": {"before": ["a"], "after": ["b"]}
    }
    assert differences(None, {"names": ["b"], "sex": None}) == {"names": {"before": None, "after": ["b"]}}
