"""From pictures to movements in the spool; the reading itself is replaced here."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import numpy as np
import pytest

from api.camera import station as station_module
from api.camera.checkpoint import Checkpoint, Desk, Outcome, Scan, Watch, scan_id, take
from api.camera.delivery import Answer, Delivery, Verdict
from api.camera.sources import CameraLost, Picture, Source, arrived, recorded
from api.camera.spool import Spool
from api.camera.state import State, Teller
from api.camera.station import Station
from full_disk import full_disk
from ocr.reader import read_text
from ocr.reading import MrzReading
from ocr.steady import PICTURES_STILL, Phase
from ocr.worker import ReadTimeout
from service.domain import Direction

ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004157ZE184226B<<<<<16"
OTHER = "P<UTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004157ZE184226B<<<<<16"
CHECKPOINT = Checkpoint("IQ-ZUR", Direction.ENTRY, frames=2)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TABLE = np.full((240, 320), 90, np.uint8)


def page(left: int = 60) -> Picture:
    picture = TABLE.copy()
    picture[40:200, left : left + 200] = 220
    picture[160:190:6, left + 10 : left + 190] = 30
    return picture


class Reader:
    """Reads what it is told to; counts how often it is asked."""

    def __init__(self) -> None:
        self.says: MrzReading | Exception = read_text(ZONE)
        self.asked: list[int] = []

    async def __call__(self, frames: Sequence[bytes]) -> MrzReading:
        self.asked.append(len(frames))
        pixels = cv2.imdecode(np.frombuffer(frames[-1], np.uint8), cv2.IMREAD_GRAYSCALE)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says if pixels.max() > 150 else MrzReading.nothing((), 0.0)


class Camp:
    """A desk with a reader of the test's own, and a clock that it moves."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.reader, self.now = folder, Reader(), NOON
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.start()

    def start(self, **more: Any) -> None:
        """Begin, as after a restart."""
        if hasattr(self, "spool"):
            self.spool.close()
        self.spool = Spool(self.folder, **more)
        self.desk = Desk(CHECKPOINT, self.reader, self.spool, lambda event, **what: self.told.append((event, what)))
        self.watch = Watch(self.desk, lambda: self.now)

    async def show(self, picture: Picture, count: int = PICTURES_STILL + 3) -> Phase:
        for _ in range(count):
            await self.watch.look(picture)
        return self.watch.phase

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.told]

    @property
    def waiting(self) -> list[dict[str, Any]]:
        return [dict(self.spool.item(name)) for name in self.spool.waiting()]


@pytest.fixture
def camp(tmp_path: Path) -> Iterator[Camp]:
    made = Camp(tmp_path / "spool")
    yield made
    made.spool.close()


async def test_a_steady_document_becomes_a_movement_once(camp: Camp) -> None:
    assert await camp.show(TABLE) is Phase.NOTHING
    assert await camp.show(page()) is Phase.READ
    assert await camp.show(page(), 30) is Phase.READ
    (movement,) = camp.waiting
    assert UUID(movement.pop("id")).version == 7
    assert movement == {
        "crossing_point": "IQ-ZUR", "direction": "entry", "occurred_at": NOON.isoformat(), "mrz": ZONE
    }  # fmt: skip
    assert camp.reader.asked == [2, 2]  # the table, then the page, two frames each


async def test_a_document_that_is_only_moved_is_no_second_movement(camp: Camp) -> None:
    for left in (60, 90, 60):
        assert await camp.show(page(left)) is Phase.READ
    assert (len(camp.waiting), len(camp.reader.asked)) == (1, 3)


async def test_a_document_that_comes_back_is_a_second_movement(camp: Camp) -> None:
    for picture in (TABLE, page(), TABLE, page()):
        await camp.show(picture)
    assert len({movement["id"] for movement in camp.waiting}) == 2


async def test_another_document_in_its_place_is_another_movement(camp: Camp) -> None:
    await camp.show(page())
    camp.reader.says = read_text(OTHER)
    await camp.show(page(90))
    assert [movement["mrz"] for movement in camp.waiting] == [ZONE, OTHER]


async def test_a_doubtful_reading_is_for_an_officer_and_recorded_once_it_is_plain(camp: Camp) -> None:
    plain = read_text(ZONE)
    camp.reader.says = replace(plain, accepted=False)
    await camp.show(page())
    assert (camp.waiting, camp.events) == ([], ["to_be_confirmed"])
    camp.reader.says = plain
    await camp.show(page(90))
    camp.reader.says = replace(plain, accepted=False)
    await camp.show(page(60))
    camp.reader.says = plain
    await camp.show(page(90))
    assert len(camp.waiting) == 1


async def test_what_takes_too_long_is_said_and_the_next_is_read(camp: Camp) -> None:
    camp.reader.says = ReadTimeout("the image took longer than 2 seconds to read")
    await camp.show(page())
    camp.reader.says = read_text(ZONE)
    await camp.show(page(90))
    assert camp.events == ["not_read", "read"]


async def test_a_full_spool_is_said_and_the_document_is_taken_once_there_is_room(camp: Camp) -> None:
    camp.start(most=1)
    camp.spool.put({"id": "before"})
    await camp.show(page())
    assert camp.told[0][0] == "not_kept"
    assert "an officer" in camp.told[0][1]["why"]
    camp.spool.erase(camp.spool.waiting()[0])
    await camp.show(page(90))
    assert [movement["mrz"] for movement in camp.waiting] == [ZONE]


async def test_a_full_disk_is_said_and_the_camera_goes_on_by_itself(camp: Camp) -> None:
    with full_disk():
        await camp.show(TABLE)
        assert await camp.show(page()) is Phase.READ
    assert (camp.waiting, camp.events[-1]) == ([], "not_kept")
    assert "must go to an officer" in camp.told[-1][1]["why"]
    await camp.show(TABLE)
    await camp.show(page())
    assert (len(camp.waiting), camp.events[-1]) == (1, "read")


def test_what_cannot_be_written_is_told_all_the_same(tmp_path: Path) -> None:
    out = io.StringIO()
    tell = Teller(State(), tmp_path / "state.json", lambda: NOON, False, out)
    with full_disk():
        tell("camera_open")
    assert "nothing can be written" in out.getvalue()
    assert list(tmp_path.iterdir()) == []
    tell("read", waiting=1)
    assert json.loads((tmp_path / "state.json").read_text())["read"] == 1


async def test_after_a_crash_the_same_document_is_the_same_movement(camp: Camp) -> None:
    await camp.show(page())
    (before,) = camp.waiting
    camp.spool.erase(camp.spool.waiting()[0])  # delivered; then all ends
    camp.start()
    camp.now += timedelta(seconds=20)
    await camp.show(page())
    assert camp.waiting == [before]  # the service knows it by its id
    await camp.show(page(90))
    assert camp.waiting == [before]


async def test_a_crash_between_note_and_movement_loses_nothing(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_spool: Spool, _item: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "put", crash)
        with pytest.raises(KeyboardInterrupt):
            await camp.show(page())
    camp.start()
    await camp.show(page())
    assert [movement["occurred_at"] for movement in camp.waiting] == [NOON.isoformat()]


async def test_a_document_that_left_before_the_crash_or_long_ago_is_a_new_movement(camp: Camp) -> None:
    await camp.show(page())
    await camp.show(TABLE)
    camp.start()
    await camp.show(page())
    camp.start()
    camp.now += timedelta(hours=1)
    await camp.show(page())
    assert len({movement["id"] for movement in camp.waiting}) == 3


async def test_a_scanned_image_is_one_movement_however_often_it_is_handed_in(camp: Camp) -> None:
    scan = Scan(cv2.imencode(".png", page())[1].tobytes(), 1_790_000_000_123_456_789)
    for _ in range(2):
        assert await take(camp.desk, scan, NOON) is Outcome.RECORDED
    (movement,) = camp.waiting
    assert movement["occurred_at"] == "2026-09-21T14:13:20.123457+00:00"
    assert UUID(movement["id"]).version == 8


async def test_a_scanner_whose_clock_is_ahead_crosses_now(camp: Camp) -> None:
    ahead = Scan(cv2.imencode(".png", page())[1].tobytes(), 2_000_000_000 * 10**9)
    await take(camp.desk, ahead, NOON)
    assert camp.waiting[0]["occurred_at"] == NOON.isoformat()


def test_ids_of_scans_sort_by_time_and_differ_by_place() -> None:
    early, late = (scan_id(CHECKPOINT, Scan(b"x", at * 10**9)) for at in (1_790_000_000, 1_790_000_001))
    assert str(early) < str(late)
    assert scan_id(replace(CHECKPOINT, post="IQ-SHL"), Scan(b"x", 1_790_000_000 * 10**9)) != early


# --- sources


def test_an_image_is_taken_when_it_has_arrived_whole(tmp_path: Path) -> None:
    settled: dict[Path, int] = {}
    image = tmp_path / "scan.JPG"
    image.write_bytes(b"half")
    assert list(arrived(tmp_path, settled)) == []
    image.write_bytes(b"half and half")
    assert list(arrived(tmp_path, settled)) == []
    (tmp_path / "notes.txt").write_text("no image")
    assert list(arrived(tmp_path, settled)) == [image]


def test_a_password_in_an_address_is_not_shown() -> None:
    assert Source("rtsp://guard:secret@10.0.0.5:554/lane1").shown == "rtsp://10.0.0.5/lane1"


def test_what_cannot_be_opened_is_a_lost_camera(tmp_path: Path) -> None:
    (tmp_path / "video.avi").write_bytes(b"no video")
    with pytest.raises(CameraLost, match="cannot be opened"):
        next(recorded(Source(str(tmp_path / "video.avi"))))


async def test_a_folder_that_goes_away_is_waited_for_and_a_full_spool_ends_the_round(
    camp: Camp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, slept = tmp_path / "scans", []
    folder.mkdir()
    (folder / "first.png").write_bytes(b"not yet whole")
    camp.start(most=1)

    async def pause(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:  # the share goes away, and comes back with two images
            shutil.rmtree(folder)
        elif not folder.exists():
            folder.mkdir()
            for name in ("a", "b"):
                cv2.imwrite(str(folder / f"{name}.png"), page(60 if name == "a" else 90))

    async def post(_item: object) -> Answer:
        return Answer(Verdict.LATER, "away")

    def tell(event: str, **what: Any) -> None:
        camp.told.append((event, what))

    tell.beat = lambda: None
    station = Station(Source(str(folder)), camp.desk, Delivery(camp.spool, post, tell), tell, lambda: NOON, pause)
    assert await station._empty(folder, True, False) is None
    assert [event for event in camp.events if event != "waiting"] == ["camera_open", "camera_lost", "read", "not_kept"]
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png")) == ["b.png", "read/a.png"]


class Flaky:
    """A camera that gives a few pictures and is pulled out; every other time it cannot be opened at all."""

    opened = 0

    def __init__(self, source: Source) -> None:
        Flaky.opened += 1
        if Flaky.opened % 2 == 0:
            raise CameraLost(f"{source.shown} cannot be opened")
        self._left = PICTURES_STILL + 4

    def picture(self) -> Picture:
        self._left -= 1
        if self._left < 0:
            raise CameraLost("gives no picture")
        return page()

    def close(self) -> None:
        pass


class Ended(Exception):  # noqa: N818
    pass


async def test_a_camera_that_is_pulled_out_is_opened_again(
    camp: Camp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def pause(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 4:
            raise Ended

    async def post(_item: object) -> Answer:
        return Answer(Verdict.TAKEN)

    monkeypatch.setattr(station_module, "Camera", Flaky)
    Flaky.opened = 0
    state_file = tmp_path / "state.json"
    with (tmp_path / "out").open("w") as out:
        tell = Teller(State(), state_file, lambda: NOON, True, out)
        camp.desk.tell = tell
        station = Station(Source("0"), camp.desk, Delivery(camp.spool, post, tell), tell, lambda: NOON, pause)
        with pytest.raises(Ended):
            await station.run()
    events = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert [one["event"] for one in events if one["event"].startswith("camera")] == [
        "camera_open", "camera_lost", "camera_lost", "camera_open", "camera_lost", "camera_lost"
    ]  # fmt: skip
    assert sum(one["event"] == "read" for one in events) == 1  # the same document, before and after
    assert slept[1] > slept[0] / 2
    assert json.loads(state_file.read_text())["camera"] == "lost: 0 cannot be opened"
    assert not any("ERIKSSON" in json.dumps(one) for one in events)
