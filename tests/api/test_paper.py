"""Paper forms: printed with their numbers, keyed later, and reconciled."""

import base64
import re
import zlib
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from reportlab.pdfbase.ttfonts import TTFontFile

import service
from api.paper_forms import CHOICES, ROWS, pdf
from api.schemas.inspection import InspectionIn
from made_up import NOON, OFFICER, crossing
from service.access import Role
from service.domain import Clock, Source
from service.forms import FormNumberError, form_number, read_form_number
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.paper import Issued
from service.policy import default_policy
from service.reference import crossing_points
from service.wording import word
from watchlist.index import Index

POST = "IQ-ZUR"
SERIALS = st.integers(1, 999_999_999)


@given(SERIALS)
def test_a_number_is_read_as_it_is_written(serial):
    number = form_number(POST, serial)
    assert read_form_number(f" {number.lower()} ") == number


@given(SERIALS, st.data())
def test_one_wrong_digit_never_passes(serial, data):
    number = form_number(POST, serial)
    at = data.draw(st.sampled_from([place for place, sign in enumerate(number) if sign.isdigit()]))
    wrong = data.draw(st.sampled_from(sorted(set("0123456789") - {number[at]})))
    with pytest.raises(FormNumberError):
        read_form_number(number[:at] + wrong + number[at + 1 :])


@pytest.mark.parametrize("text", ["", "123", "IQ-ZUR-12-A", "ZUR-000001-A"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(FormNumberError, match="is written like"):
        read_form_number(text)


def texts(pdf: bytes) -> str:
    """What the pages of a PDF say, as reportlab writes it: ASCII-85 over deflate."""
    streams = re.findall(rb"(?<!end)stream\r?\n([!-uz\s]*?~>)", pdf)
    return "".join(zlib.decompress(base64.a85decode(b"<~" + each, adobe=True)).decode("latin-1") for each in streams)


@pytest.fixture
async def posts(platform):
    await bring_up_to_date(platform.services.database.sessions)


async def _print(platform, officer, count):
    asked = {"crossing_point": POST, "count": count}
    return await platform.client.post("/v1/paper-forms", json=asked, headers=officer)


async def test_forms_are_printed_keyed_and_reconciled(platform, posts):
    officer = await platform.officer(Role.SUPERVISOR)
    printed = await _print(platform, officer, 3)
    assert (printed.status_code, printed.headers["content-type"]) == (201, "application/pdf")
    once, twice, never = (form_number(POST, serial) for serial in (1, 2, 3))
    said = texts(printed.content)
    assert all(number in said for number in (once, twice, never))
    stray = form_number(POST, 77)
    for number in (once, twice, twice, stray):
        paper = {"source": Source.PAPER, "clock": Clock.UNCERTAIN, "form_number": number}
        made = replace(crossing(id=uuid4(), crossing_point=POST), **paper)
        sessions = platform.services.database.sessions
        await inspect(sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=NOON)
    params = {"crossing_point": POST}
    found = (await platform.client.get("/v1/paper-forms/reconciliation", params=params, headers=officer)).json()
    assert (found["issued"], found["keyed"]) == (3, 4)
    assert [each["number"] for each in found["missing"]] == [never]
    assert [(each["number"], len(each["movements"])) for each in found["doubled"]] == [(twice, 2)]
    assert [each["number"] for each in found["unknown"]] == [stray]


async def test_a_spoilt_form_is_accounted_for(platform, posts):
    officer = await platform.officer(Role.SUPERVISOR)
    await _print(platform, officer, 2)
    spoilt, keyed = (form_number(POST, serial) for serial in (1, 2))
    paper = {"source": Source.PAPER, "clock": Clock.UNCERTAIN}

    async def key(number):
        made = replace(crossing(id=uuid4(), crossing_point=POST), form_number=number, **paper)
        sessions = platform.services.database.sessions
        await inspect(sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=NOON)

    async def spoil(number, reason="ink ran", headers=officer):
        path = f"/v1/paper-forms/{number}/spoilt"
        return (await platform.client.post(path, json={"reason": reason}, headers=headers)).status_code

    async def found():
        path = "/v1/paper-forms/reconciliation"
        answer = await platform.client.get(path, params={"crossing_point": POST}, headers=officer)
        return {name: [each["number"] for each in rows] for name, rows in answer.json().items() if type(rows) is list}

    await key(keyed)
    elsewhere = await platform.officer(Role.SUPERVISOR, posts=frozenset({"IQ-SFW"}), username="elsewhere")
    assert await spoil(spoilt, headers=elsewhere) == 403
    assert [await spoil(spoilt.lower()), await spoil(spoilt), await spoil(spoilt, "lost")] == [201, 201, 409]
    assert [await spoil(keyed), await spoil(form_number(POST, 3))] == [409, 404]
    assert await found() == {"missing": [], "spoilt": [spoilt], "doubled": [], "unknown": []}
    assert [row.details["reason"] for row in await platform.trail() if row.action == "spoil_paper_form"] == ["ink ran"]
    await key(spoilt)
    assert (await found())["doubled"] == [spoilt], "spoilt, and keyed all the same"


def test_a_form_speaks_three_languages_in_a_typeface_that_comes_along():
    numbers = (form_number(POST, 1),)
    made = pdf(Issued(next(post for post in crossing_points() if post.code == POST), numbers, NOON))
    assert b"Vazirmatn" in made
    for language in ("ar", "ckb"):
        labels = {name for row in ROWS for name, _ in row} | {each for names in CHOICES.values() for each in names}
        words = "".join(word(f"form.{name}", {}, language) for name in labels | {"title", "note"})
        assert not {sign for sign in words if ord(sign) not in _face().charToGlyph}


def _face():
    return TTFontFile(str(Path(service.__path__[0]) / "fonts" / "Vazirmatn-Regular.ttf"))


async def test_numbers_go_on_where_the_last_printing_ended(platform, posts):
    officer = await platform.officer(Role.SUPERVISOR)
    first, second = [(await _print(platform, officer, 2)).headers["content-disposition"] for _ in range(2)]
    assert form_number(POST, 1) in first
    assert form_number(POST, 3) in second


KEYED = {
    "id": str(uuid4()),
    "crossing_point": POST,
    "direction": "entry",
    "occurred_at": "2026-03-01T09:00:00Z",
    "source": "paper",
    "clock": "uncertain",
    "form_number": form_number(POST, 1),
    "mrz": "any",
}


def test_a_form_is_keyed_as_paper_with_its_number():
    assert InspectionIn.model_validate(KEYED).form_number == form_number(POST, 1)


@pytest.mark.parametrize(
    "wrong", [{"source": "live"}, {"clock": "certain"}, {"form_number": f"{form_number(POST, 1)[:-1]}*"}]
)
def test_what_is_keyed_from_a_form_says_so(wrong):
    with pytest.raises(ValidationError):
        InspectionIn.model_validate({**KEYED, **wrong})


async def test_forms_are_for_those_who_answer_for_them(platform):
    assert (await _print(platform, await platform.officer(Role.FIRST_LINE), 1)).status_code == 403
