"""The console's texts where they name what the service may say; `npm run lint` compares the languages."""

from __future__ import annotations

import json

from api.console import FOLDER
from ocr.decode import Reason
from ocr.reading import ObstacleCode

TEXTS = json.loads((FOLDER.parent / "src" / "words" / "en" / "firstline.json").read_text("utf-8"))


def test_every_obstacle_and_repair_of_the_reader_has_words() -> None:
    wanted = {f"obstacle.{code}" for code in ObstacleCode} | {f"repair.{reason}" for reason in Reason}
    assert wanted <= set(TEXTS)
