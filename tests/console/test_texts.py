"""The console's texts where they name what the service may say; `npm run lint` compares the languages."""

from __future__ import annotations

import json

from api.console import FOLDER
from ocr.decode import Reason
from ocr.reading import ObstacleCode

FOLDER_EN = FOLDER.parent / "src" / "words" / "en"
TEXTS = {
    key: text
    for file in ("common", "firstline")
    for key, text in json.loads((FOLDER_EN / f"{file}.json").read_text("utf-8")).items()
}


def test_every_obstacle_and_repair_of_the_reader_has_words() -> None:
    wanted = {f"obstacle.{code}" for code in ObstacleCode} | {f"repair.{reason}" for reason in Reason}
    assert wanted <= set(TEXTS)
