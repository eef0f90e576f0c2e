"""The `mabar` command, on a real database and on files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli import command_line
from ocr.worker import ReaderPool
from service.settings import load_settings

LISTED = {"id": "x1", "schema": "Person", "properties": {"name": ["Behnam Vazirzadeh"], "birthDate": ["1970-02-03"]}}
ASKED = {
    "id": "q1",
    "primary_identifier": "VAZIRZADEH",
    "secondary_identifier": "BEHNAM",
    "date_of_birth": "1970-02-03",
}


MAPPING = """
list = "Dated"
columns.id = "id"
columns.name = "name"
columns.date_of_birth = "born"
columns.valid_until = "until"
"""


def run(*arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(command_line(), [str(argument) for argument in arguments], **more)


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(LISTED) + "\n")
    return path


@pytest.fixture
def database(clone_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the command name a database of the test's own."""
    monkeypatch.setenv("DATABASE_URL", clone_url)
    monkeypatch.setenv("MABAR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MABAR_DEMO", "1")
    load_settings.cache_clear()


def test_screening_against_files_needs_no_database(list_file: Path) -> None:
    made = run("screen", "--json", "--list", f"ftm:{list_file}", input=json.dumps(ASKED) + "\n")
    assert made.exit_code == 0, made.output
    (answer,) = [json.loads(line) for line in made.stdout.splitlines()]
    assert (answer["id"], [hit["entry_id"] for hit in answer["hits"]]) == ("q1", ["x1"])
    assert {"score", "strength", "explanation"} <= answer["hits"][0].keys()


@pytest.mark.parametrize("one", ["nosuch:list.json", "list.json", "ftm:"])
def test_a_list_that_names_no_format_is_refused_in_one_line(one: str) -> None:
    made = run("screen", "--list", one, input="")
    assert made.exit_code == 1
    assert made.stderr.startswith("mabar: --list takes FORMAT:PATH")


def test_a_list_file_that_is_not_one_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("<html>")
    made = run("screen", "--list", f"ftm:{tmp_path / 'bad'}", input="")
    assert (made.exit_code, made.stdout) == (1, "")
    assert made.stderr.count("\n") == 1


def test_entries_count_on_the_day_that_is_asked_for_else_today(tmp_path: Path) -> None:
    path = tmp_path / "dated.csv"
    path.write_text("id,name,born,until\nd1,Behnam Vazirzadeh,1970-02-03,2020-06-30\n")
    path.with_suffix(".toml").write_text(MAPPING)
    for day, told in (("2020-06-30", 1), ("2020-07-01", 0), (None, 0)):
        asked = ["--at", day] if day else []
        made = run("screen", "--list", f"csv_mapping:{path}", *asked, input=json.dumps(ASKED) + "\n")
        assert made.exit_code == 0, made.output
        assert len(json.loads(made.stdout)["hits"]) == told


@pytest.mark.usefixtures("database")
def test_a_list_is_imported_and_screened_against(list_file: Path) -> None:
    made = run("list", "import", "made-up", "ftm", list_file)
    assert made.exit_code == 0, made.output
    assert "version 1: 1 entries, 1 added" in made.stdout
    assert "made-up" in run("list", "status").stdout
    answer = json.loads(run("screen", input=json.dumps(ASKED) + "\n").stdout)
    assert [hit["entry_id"] for hit in answer["hits"]] == ["x1"]


@pytest.mark.usefixtures("database")
def test_the_demonstration_is_loaded_once_and_its_log_exported(tmp_path: Path) -> None:
    first, again = run("demo"), run("demo")
    assert "made-up crossings recorded" in first.stdout, first.output
    assert "nothing was added" in again.stdout
    out = tmp_path / "log.ndjson"
    assert run("movements", "export", "--format", "ndjson", "--direction", "exit", "-o", out).exit_code == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert lines
    assert {line["direction"] for line in lines} == {"exit"}
    assert run("movements", "export").stdout.count("\n") > len(lines)


@pytest.mark.usefixtures("database")
def test_made_up_travellers_stay_out_of_a_service_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MABAR_DEMO", "0")
    load_settings.cache_clear()
    made = run("demo")
    assert made.exit_code == 1
    assert "MABAR_DEMO=1" in made.stderr


@pytest.mark.usefixtures("database")
def test_the_first_account_is_made_with_a_password_of_its_own() -> None:
    made = run("account", "first", "chief")
    assert made.exit_code == 0, made.output
    assert "administrator chief; password: " in made.stdout
    again = run("account", "first", "another")
    assert again.exit_code == 1
    assert "there are accounts already" in again.stderr
    taken = run("account", "create", "chief", "--role", "administrator")
    assert taken.exit_code == 1
    assert "another account has this name" in taken.stderr
    recovered = run("account", "recover", "chief")
    assert "account chief; password: " in recovered.stdout
    assert recovered.stdout != made.stdout


def test_what_is_no_image_is_said_so_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"nothing")
    made = run("read", "--json", tmp_path / "no.png", tmp_path / "missing.png")
    assert made.exit_code == 1
    answers = [json.loads(line) for line in made.stdout.splitlines()]
    assert [answer["lines"] for answer in answers] == [None, None]
    assert all(answer["error"] and not answer["accepted"] for answer in answers)


def test_how_an_image_was_read_is_drawn_for_its_owner_alone(tmp_path: Path) -> None:
    document = Path(__file__).parents[1] / "documents" / "card-td1.jpg"
    made = run("read", document, "--debug", tmp_path / "drawn")
    assert made.exit_code == 0, made.output
    drawn = sorted((tmp_path / "drawn").iterdir())
    assert [path.name for path in drawn] == [
        f"card-td1-{name}.png" for name in ("1-where", "2-lines", "3-doubts", "4-steps")
    ]
    assert {path.stat().st_mode & 0o077 for path in drawn} == {0}


def test_a_service_that_is_away_is_said_so_with_the_id_to_repeat() -> None:
    made = run("inspect", "--post", "IQ-ZUR", "--direction", "entry", "--mrz", "x", "--server", "http://127.0.0.1:9")
    assert made.exit_code == 1
    assert "repeat with --id" in made.stderr


def test_frames_of_one_document_make_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = Path(__file__).parents[1] / "ocr" / "pictures"
    monkeypatch.setattr(ReaderPool.__init__, "__kwdefaults__", {**ReaderPool.__init__.__kwdefaults__, "seconds": 60.0})
    made = run("read", "--json", "--together", pictures / "td2.jpg", pictures / "no_zone.jpg")
    assert made.exit_code == 0, made.output
    (reading,) = [json.loads(line) for line in made.stdout.splitlines()]
    assert len(reading["frames"]) == 2
