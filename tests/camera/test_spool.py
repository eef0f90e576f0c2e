"""The spool: what it takes is on disk, in order, for its owner's eyes, and gone once it is delivered."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.camera.spool import Encrypted, Spool, SpoolFull, SpoolRefused
from full_disk import full_disk
from service.sealed import new_key, read_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def item(number: int) -> dict[str, str]:
    return {"id": f"id-{number}", "mrz": f"zone {number}"}


def test_items_wait_in_the_order_they_came_and_outlive_the_process(folder: Path) -> None:
    spool = Spool(folder)
    for number in (3, 1, 2):
        spool.put(item(number))
    spool.close()
    again = Spool(folder)
    assert [again.item(name) for name in again.waiting()] == [item(3), item(1), item(2)]
    again.put(item(0))
    assert again.item(again.waiting()[-1]) == item(0)


def test_an_id_that_waits_is_kept_once(folder: Path) -> None:
    spool = Spool(folder)
    spool.put(item(1))
    spool.put(item(1))
    assert len(spool.waiting()) == 1


def test_what_is_delivered_is_erased(folder: Path) -> None:
    spool = Spool(folder)
    spool.put(item(1))
    spool.erase(spool.waiting()[0])
    assert spool.waiting() == []
    assert not any(b"zone" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_is_refused_is_set_aside_with_the_reason(folder: Path) -> None:
    spool = Spool(folder)
    spool.put(item(1))
    spool.set_aside(spool.waiting()[0], "422 not a zone")
    assert (spool.waiting(), spool.set_aside_count()) == ([], 1)
    kept = sorted((folder / "set-aside").iterdir())
    assert [json.loads(path.read_text()) for path in kept] == [item(1), {"reason": "422 not a zone"}]


def test_only_the_owner_can_read_it(folder: Path) -> None:
    spool = Spool(folder)
    spool.put(item(1))
    spool.remember(item(2))
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_folder_that_others_can_read_is_refused(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    with pytest.raises(SpoolRefused, match="chmod 700"):
        Spool(folder)


def test_two_cameras_do_not_share_a_spool(folder: Path) -> None:
    spool = Spool(folder)
    with pytest.raises(SpoolRefused, match="another camera"):
        Spool(folder)
    spool.close()
    Spool(folder)


def test_a_full_spool_says_so_and_keeps_what_it_has(folder: Path) -> None:
    spool = Spool(folder, most=2)
    spool.put(item(1))
    spool.put(item(2))
    with pytest.raises(SpoolFull, match="2 movements wait"):
        spool.put(item(3))
    assert len(spool.waiting()) == 2


def test_a_file_cut_short_by_a_power_failure_is_no_item(folder: Path) -> None:
    Spool(folder).close()
    (folder / "waiting" / "000000000001-x.json.new").write_text('{"id"')
    assert Spool(folder).waiting() == []
    assert not list((folder / "waiting").iterdir())


def test_a_note_is_kept_until_it_is_forgotten(folder: Path) -> None:
    spool = Spool(folder)
    assert spool.remembered() is None
    spool.remember(item(1))
    spool.close()
    again = Spool(folder)
    assert again.remembered() == item(1)
    again.remember(None)
    assert again.remembered() is None


OLD, NEW = new_key(), new_key()


def test_what_is_on_disk_can_be_read_with_the_key_alone_and_in_its_place(folder: Path) -> None:
    spool = Spool(folder, seal=Encrypted(read_keys(OLD)))
    for number in (1, 2):
        spool.put(item(number))
    spool.remember({"zone": "in view"})
    assert not any(b"zone" in path.read_bytes() for path in folder.rglob("*.json"))
    spool.close()
    rotated = Spool(folder, seal=Encrypted(read_keys(f"{NEW}\n{OLD}")))
    one, two = rotated.waiting()
    assert (rotated.item(one), rotated.remembered()) == (item(1), {"zone": "in view"})
    (folder / "waiting" / f"{two}.json").write_bytes((folder / "waiting" / f"{one}.json").read_bytes())
    with pytest.raises(ValueError, match="stands where it was not written"):
        rotated.item(two)
    rotated.set_aside(one, "422 not a zone")  # the reason is for the operator
    assert "not a zone" in (folder / "set-aside" / f"{one}.reason.json").read_text()
    rotated.close()
    with pytest.raises(ValueError, match="not known here"):
        Spool(folder, seal=Encrypted(read_keys(NEW))).item(two)


def test_what_was_kept_before_there_was_a_key_is_still_read(folder: Path) -> None:
    before = Spool(folder)
    before.put(item(1))
    before.close()
    spool = Spool(folder, seal=Encrypted(read_keys(NEW)))
    assert spool.item(spool.waiting()[0]) == item(1)


@pytest.mark.parametrize("left", [0, 10])
def test_a_full_disk_is_said_costs_nothing_that_waits_and_leaves_nothing_half(folder: Path, left: int) -> None:
    spool = Spool(folder)
    spool.put(item(1))
    for write in (lambda: spool.put(item(2)), lambda: spool.remember(item(2))):
        with full_disk(left), pytest.raises(SpoolRefused, match=r"nothing can be written .* must go to an officer"):
            write()
    assert not list(folder.rglob("*.new"))
    assert [spool.item(name) for name in spool.waiting()] == [item(1)]
    spool.put(item(2))
    assert [spool.item(name) for name in spool.waiting()] == [item(1), item(2)]


@settings(max_examples=25)
@given(steps=st.lists(st.sampled_from(["put", "erase", "aside", "restart"]), max_size=15))
def test_nothing_is_lost_or_out_of_order(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    folder = tmp_path_factory.mktemp("spool") / "s"
    spool, expected, aside = Spool(folder), [], 0
    for number, step in enumerate(steps):
        match step:
            case "put":
                spool.put(item(number))
                expected.append(item(number))
            case "erase" if expected:
                spool.erase(spool.waiting()[0])
                expected.pop(0)
            case "aside" if expected:
                spool.set_aside(spool.waiting()[0], "why")
                expected.pop(0)
                aside += 1
            case "restart":
                spool.close()
                spool = Spool(folder)
        assert [spool.item(name) for name in spool.waiting()] == expected
        assert spool.set_aside_count() == aside
    spool.close()
