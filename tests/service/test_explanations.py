"""What an officer reads of a hit, word for word, in the three languages of the desks."""

import pytest

from service.wording import LANGUAGES, evidence_text
from watchlist.matching import Background, Entry, EntryName, Hit, Subject, compare, prior

LISTED = Entry(
    id="t-1",
    list="Test list",
    names=(EntryName("Rashid Kamal AL-DURIYAN"),),
    dates_of_birth=("1974-08-12",),
    nationalities=("SYR",),
    sex="M",
    mother_names=("Samira Hassan",),
)
ASKED = Subject(name="Rasheed Duriyan", date_of_birth="1974-12-08", nationality="SYR", sex="M", mother_name="Huda Ali")

GOLDEN = {
    "en": [
        "Part of the name agrees: RASHEED ~ RASHID, DURIYAN. Only the traveller has: —. "
        "Only the list has: KAMAL. In another listed name: —. "
        "The full name with father and grandfather would confirm or clear.",
        "The dates of birth are the same with day and month swapped. The document shows which is right.",
        "The nationality is the same.",
        "The sex is the same.",
        "The mother's name differs. This speaks for a namesake.",
    ],
    "ar": [
        "جزء من الاسم متوافق: RASHEED ~ RASHID, DURIYAN. لدى المسافر فقط: —. في القائمة فقط: KAMAL. "
        "في اسم آخر مدرج: —. الاسم الكامل مع اسم الأب والجد يؤكد أو ينفي.",
        "تاريخا الميلاد متطابقان مع تبادل اليوم والشهر. الوثيقة تبيّن الصحيح.",
        "الجنسية متطابقة.",
        "الجنس متطابق.",
        "اسم الأم مختلف. هذا يرجّح تشابه أسماء.",
    ],
    "ckb": [
        "بەشێک لە ناوەکە دەگونجێت: RASHEED ~ RASHID, DURIYAN. تەنها لای گەشتیار: —. "
        "تەنها لە لیستەکەدا: KAMAL. لە ناوێکی تری لیستەکەدا: —. "
        "ناوی تەواو لەگەڵ ناوی باوک و باپیر پشتڕاستی دەکاتەوە یان ڕەتی دەکاتەوە.",
        "بەرواری لەدایکبوون وەک یەکن بە ئاڵوگۆڕی ڕۆژ و مانگ. بەڵگەنامەکە ڕاستەکە نیشان دەدات.",
        "ڕەگەزنامە وەک یەکە.",
        "ڕەگەز وەک یەکە.",
        "ناوی دایک جیاوازە. ئەمە بۆ هاوناوێک دەڵێت.",
    ],
}


def _said(hit: Hit, language: str) -> list[str]:
    return [evidence_text(item.message, item.params, language) for item in hit.explanation]


@pytest.fixture(scope="module")
def hit() -> Hit:
    return compare(ASKED, LISTED, Background(lambda token: (4.0, 4.5), lambda state: 2.0, prior(10_000)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_reads_well(hit: Hit, language: str) -> None:
    assert _said(hit, language) == GOLDEN[language]
