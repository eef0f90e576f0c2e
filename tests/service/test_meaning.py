"""What findings mean: every rule, in every language of the desks."""

from __future__ import annotations

import re

import pytest

from service.meaning import all_meanings
from service.rules.catalogue import RULES
from service.wording import LANGUAGES, meanings

OWN_SCRIPT = {"en": re.compile(r"[A-Za-z]{3}"), "ar": re.compile(r"[\u0621-\u064a]{3}"), "ckb": re.compile("[ێۆەڕڵ]")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_meaning_and_what_settles_it_in_words(language: str) -> None:
    found = list(all_meanings(language))
    assert [each.rule for each in found] == ["W1", "W2", "W3", "W4", *(rule.id for rule in RULES)]
    for each in found:
        for text in (each.title, each.text, *each.rebuttals):
            assert OWN_SCRIPT[language].search(text), (each.rule, text)
            assert not text.startswith(("rule.", "rebut."))
        assert each.rebuttals or each.rule == "W4"


def test_the_catalogue_is_told_in_its_own_english() -> None:
    """Where docs/rules.md is written from, and no meaning is kept of a rule that is gone."""
    told = {each.rule: each.text for each in all_meanings("en")}
    assert all(told[rule.id] == rule.description for rule in RULES)
    assert set(meanings()) == set(told)
