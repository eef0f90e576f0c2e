"""Every message id that evidence can carry has a text in every language, with the same places to fill."""

import json
import re
from pathlib import Path

import pytest

import watchlist

FOLDER = Path(watchlist.__file__).parent
MESSAGES = json.loads((FOLDER / "messages.json").read_text(encoding="utf-8"))
USED = {
    found
    for module in ("dates", "evidence")
    for found in re.findall(
        r'"((?:name|dob|nationality|sex|document)\.[a-z-]+)"', (FOLDER / f"{module}.py").read_text(encoding="utf-8")
    )
} | {f"{parent}-name.{verb}" for parent in ("father", "mother") for verb in ("agrees", "differs")}


def test_texts_and_messages_are_the_same_set() -> None:
    assert set(MESSAGES) == USED


@pytest.mark.parametrize("message", sorted(MESSAGES))
def test_each_text_is_there_in_three_languages_with_the_same_places(message: str) -> None:
    texts = MESSAGES[message]
    assert set(texts) == {"en", "ar", "ckb"}
    assert len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in texts.values()}) == 1
