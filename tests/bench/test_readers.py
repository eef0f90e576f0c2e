"""Readers in processes of their own: what they answer, what becomes of those that die or hang."""

import sys
from pathlib import Path

import pytest

from bench import readers
from bench.mrz import load, peers, table
from bench.readers import Reader, Run, run_reader
from bench.score import Sample

SERVED = """
import os, sys, time
from bench.peers.adapter import serve

def read(path):
    name = os.path.basename(path)
    if name == "dies":
        os._exit(3)
    if name == "hangs":
        time.sleep(60)
    if name == "fails":
        raise ValueError("no such luck")
    if name == "big":
        held = bytearray(60_000_000)
        held[::4096] = b"x" * len(held[::4096])
    print("chatter")
    return name.upper(), True, ""

serve(read, "made up 1.0")
"""


def run(script: str, *names: str) -> Run:
    return run_reader(Reader("made up", (sys.executable, "-c", script)), [Path(name) for name in names])


def test_answers_come_by_file_with_time_and_memory() -> None:
    found = run(SERVED, "a", "big", "b")
    assert found.version == "made up 1.0"
    assert {file: answer.mrz for file, answer in found.answers.items()} == {"a": "A", "big": "BIG", "b": "B"}
    assert all(answer.ms is not None and answer.ms >= 0 for answer in found.answers.values())
    assert found.megabytes > 60


def test_a_reader_that_dies_or_hangs_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "IMAGE_S", 1.0)
    found = run(SERVED, "a", "dies", "fails", "hangs", "b")
    assert [answer.mrz for answer in found.answers.values()] == ["A", None, None, None, "B"]
    why = [found.answers[name].why for name in ("dies", "fails", "hangs")]
    assert why[0].startswith("error: it ended")
    assert why[1] == "error: ValueError: no such luck"
    assert why[2].startswith("error: no answer within 1 s")


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit('not installed')"), ("/no/such/python",)])
def test_a_reader_that_does_not_start_says_why_in_its_row(command: tuple[str, ...]) -> None:
    found = run_reader(Reader("missing", command), [Path("a")])
    assert "not installed" in found.failed or "No such file" in found.failed
    row = table([run(SERVED, "a"), found], [Sample("a", "A", True)]).splitlines()[-1]
    assert row.startswith("| missing | did not run: ")


def test_ratios_are_to_ours() -> None:
    rows = table([run(SERVED, "a", "b"), run(SERVED, "a")], [Sample("a", "A", True), Sample("b", "B", True)])
    ours, other = rows.splitlines()[2:]
    assert ours.startswith("| made up | 100.0% |")
    assert other.startswith("| made up | 50.0% (x2.0) |")


def test_the_manifest_names_what_is_outside_icao(tmp_path: Path) -> None:
    rows = "file,doc_type,mrz\na.png,TD3,L1\\nL2\nb.png,TD2-FRA,L1\nc.png,NONE,\n"
    (tmp_path / "manifest.csv").write_text(rows)
    assert load(tmp_path) == [Sample("a.png", "L1\nL2", True), Sample("b.png", "L1", False), Sample("c.png", "", False)]


def test_every_peer_has_its_module() -> None:
    folder = Path(readers.__file__).parent / "peers"
    for peer in peers(Path("python")):
        assert (folder / f"{peer.command[2].rpartition('.')[2]}.py").is_file()
