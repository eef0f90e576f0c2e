"""The file of lists that are fetched by themselves ends the start when it cannot be used, and says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.app import create_app
from api.assembly import fetching_of
from service.errors import SettingsRefused
from service.settings import Settings

GOOD = '[un-sc]\nformat = "un_xml"\nurl = "https://lists.example.org/un.xml"\n'


def _settings(tmp_path: Path, text: str | None) -> Settings:
    path = tmp_path / "sources.toml"
    if text is not None:
        path.write_text(text)
    return Settings(data_dir=tmp_path, list_sources=path, list_most_lost=0.2)


def test_sources_are_taken_from_the_file_of_the_settings(tmp_path: Path) -> None:
    fetching = fetching_of(_settings(tmp_path, GOOD))
    assert [source.list for source in fetching.sources] == ["un-sc"]
    assert (fetching.staging, fetching.most_lost) == (tmp_path / "sources", 0.2)
    assert fetching_of(Settings(data_dir=tmp_path)).sources == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "No such file"),
        (GOOD.replace("https", "http"), "line 3"),
        ("[un-sc\n", "line 1"),
    ],
    ids=["absent", "plain http", "no TOML"],
)
def test_a_file_that_cannot_be_used_ends_the_start_with_one_line(tmp_path: Path, text: str | None, words: str) -> None:
    with pytest.raises(SettingsRefused, match="MABAR_LIST_SOURCES") as refusal:
        create_app(_settings(tmp_path, text))
    assert words in str(refusal.value) and "\n" not in str(refusal.value)
