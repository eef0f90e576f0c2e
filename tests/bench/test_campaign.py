"""A campaign over made-up documents: its cases, what it keeps, what it says."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bench import campaign
from bench.campaign import DOCUMENT, FIRST_SEED, KINDS, Case, Outcome, cases, fingerprint, load, report, run, try_case
from ocr.training import fonts

needs_font = pytest.mark.skipif(fonts.find_font("OCRB.otf") is None, reason="the OCR-B typeface is not installed")
RIGHT = Outcome(DOCUMENT, "clean", FIRST_SEED, "TD3", "A\nB", "A\nB", True, False, 100.0, 10, "")


def test_cases_cover_conditions_and_kinds_evenly_and_never_repeat() -> None:
    asked = list(cases(9000, 990))
    assert len(set(asked)) == len(asked) == 9990
    assert all(case.seed >= FIRST_SEED for case in asked)
    assert set(Counter(case.condition for case in asked if case.kind == DOCUMENT).values()) == {3000}
    kinds = Counter((case.kind, case.condition) for case in asked if case.kind != DOCUMENT)
    assert len(kinds) == 3 * len(KINDS)
    assert max(kinds.values()) - min(kinds.values()) <= 1


def test_more_cases_begin_with_the_fewer() -> None:
    assert set(cases(300, 66)) <= set(cases(9000, 990))


@needs_font
@pytest.mark.parametrize("kind", [DOCUMENT, "text page", "receipt"])
def test_a_case_is_made_read_and_compared(kind: str) -> None:
    outcome = try_case(Case(kind, "clean", FIRST_SEED))
    assert outcome.case == Case(kind, "clean", FIRST_SEED)
    assert bool(outcome.truth) == (kind == DOCUMENT)
    assert not outcome.accepted or outcome.right
    assert outcome.ms > 0 < outcome.pixels


@needs_font
def test_a_campaign_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list(cases(1, 1))
    file = tmp_path / "outcomes.jsonl"
    first = run(asked, file, workers=1)
    known = file.read_text()
    file.write_text(known + '{"kind": "broken off')
    assert load(file) == first
    kept = [replace(outcome, why="kept") for outcome in first]
    monkeypatch.setattr(campaign, "load", lambda _: kept)
    assert run(asked, file, workers=1) == kept


def test_the_report_gives_rates_and_lists_what_was_wrongly_accepted() -> None:
    lost = replace(RIGHT, seed=1, condition="severe", read="", accepted=False, lost=True)
    unread = replace(RIGHT, seed=2, condition="severe", read="", accepted=False)
    wrong = replace(RIGHT, seed=3, condition="severe", read="A\nC")
    seen = replace(RIGHT, seed=4, kind="receipt", truth="", read="X\nY")
    text = report([RIGHT, lost, unread, wrong, seen])
    rows = {
        row.split("|")[1].strip(): [cell.strip() for cell in row.split("|")[2:-1]] for row in text.splitlines()[2:18]
    }
    assert rows["clean"][:2] == ["1", "100.00% (20.65% to 100.00%)"]
    assert rows["severe"][2] == "1"
    assert rows["severe"][3].startswith("0.00%")
    assert rows["all documents"][4] == "100.00% (20.65% to 100.00%)"
    assert [rows[name][5] for name in ("severe", "no zone: receipt", "no zone")] == ["1", "1", "1"]
    assert "wrong, but accepted: 2" in text
    assert "document severe 3\nA\nB\nA\nC" in text
    assert "receipt clean 4\n(no zone)\nX\nY" in text


def test_the_fingerprint_is_of_what_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "ROOT", tmp_path)
    (tmp_path / "ocr" / "__pycache__").mkdir(parents=True)
    (tmp_path / "ocr" / "a.py").write_text("one")
    before = fingerprint()
    (tmp_path / "ocr" / "__pycache__" / "a.pyc").write_text("cache")
    assert fingerprint() == before
    (tmp_path / "ocr" / "a.py").write_text("two")
    assert fingerprint() != before
