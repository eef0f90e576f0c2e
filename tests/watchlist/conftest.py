"""Made-up people for the tests of screening, and an index over them."""

import pytest

from watchlist.index import Index
from watchlist.matching import Entry, EntryDocument, EntryName, NameKind

RASHID = Entry(
    id="t-1",
    list="Test list",
    names=(
        EntryName("Rashid Kamal AL-DURIYAN"),
        EntryName("رشيد كمال الدريان"),
        EntryName("Abu Zaytun", NameKind.WEAK_ALIAS),
    ),
    dates_of_birth=("1974-08-12",),
    nationalities=("IRQ",),
    sex="M",
    documents=(EntryDocument("A0123456", "passport", "IRQ"),),
    mother_names=("Samira Hassan",),
    father_names=("Kamal",),
    instruction="Refer to second line.",
)
SHIRIN = Entry(
    id="t-2",
    list="Test list",
    names=(EntryName("Shirin Azad QARADAXI"), EntryName("شیرین ئازاد قەرەداغی")),
    dates_of_birth=("1985",),
    nationalities=("IRQ", "D"),
    sex="F",
)
VIKTOR = Entry(id="t-3", list="Other list", names=(EntryName("Виктор Петрович Лунёв"),), dates_of_birth=("1960/1964",))
LOST = Entry(
    id="t-4",
    list="Lost documents",
    documents=(EntryDocument("P7654321", "passport", "SYR"),),
    kind="document",
    instruction="Seize the document.",
)
CROWD = tuple(
    Entry(id=f"c-{at}", list="Test list", names=(EntryName(f"{first} {last}"),), dates_of_birth=(f"{1950 + at % 50}",))
    for at, (first, last) in enumerate(
        (first, last)
        for first in "Ali Omar Hassan Karim Jamal Nasser Tariq Yusuf Layla Huda Sara Dilan".split()
        for last in "Barzinji Talabi Samarrai Mosuli Basri Hilli Kirkuki Zakhoyi Anbari Najafi".split()
    )
)
EVERYONE = (RASHID, SHIRIN, VIKTOR, LOST, *CROWD)


@pytest.fixture(scope="session")
def rashid() -> Entry:
    return RASHID


@pytest.fixture(scope="session")
def everyone() -> tuple[Entry, ...]:
    return EVERYONE


@pytest.fixture(scope="session")
def index() -> Index:
    return Index.build(EVERYONE)
