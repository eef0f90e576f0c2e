"""The console's texts: the same in every language, and all that the scripts ask for."""

from __future__ import annotations

import json
import re

import pytest

from api.console import FOLDER as BUILT
from ocr.decode import Reason
from ocr.reading import ObstacleCode

FOLDER = BUILT.parent / "plain"
LANGUAGES = ("en", "ar", "ckb")
TEXTS = {code: json.loads((FOLDER / "texts" / f"{code}.json").read_text("utf-8")) for code in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_its_placeholders(language: str) -> None:
    def placeholders(texts: dict[str, str]) -> dict[str, list[str]]:
        return {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in texts.items()}

    assert placeholders(TEXTS[language]) == placeholders(TEXTS["en"])
    assert all(text.strip() for text in TEXTS[language].values())


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_translated_texts_are_in_their_own_script(language: str) -> None:
    assert not [key for key, text in TEXTS[language].items() if not re.search(r"[\u0600-\u06ff]", text)]


def test_the_scripts_ask_for_no_text_that_is_missing() -> None:
    asked: set[str] = set()
    for script in (FOLDER / "scripts").glob("*.js"):
        asked |= set(re.findall(r'"([a-z]\w*\.[a-z]\w*)"', script.read_text("utf-8", "strict")))
    asked = {key for key in asked if key.split(".")[0] in {known.split(".")[0] for known in TEXTS["en"]}}
    assert len(asked) > 100
    groups = {key.rpartition(".")[0] for key in TEXTS["en"]}
    assert asked <= set(TEXTS["en"]) | groups


def test_every_obstacle_and_repair_of_the_reader_has_words() -> None:
    wanted = {f"obstacle.{code}" for code in ObstacleCode} | {f"repair.{reason}" for reason in Reason}
    assert wanted <= set(TEXTS["en"])
