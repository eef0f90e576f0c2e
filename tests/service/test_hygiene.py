"""What an entry must say before anybody is stopped for it, and who may put it into force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from service.errors import Forbidden, ThinEntry
from service.hygiene import (
    LONGEST,
    Change,
    ChangeAction,
    Terms,
    differences,
    lacks,
    lapsed,
    require_dates,
    require_second_person,
)
from watchlist.records import Entry, EntryDocument, EntryName

TODAY = date(2026, 11, 21)
TERMS = Terms("Case desk 4", "Order 12/2026", "Second line.", TODAY + timedelta(30), TODAY + timedelta(60))
BARE = Entry("1", "national", (EntryName("Mohammed Ali Hussein"),))
PROPOSED = Change(
    UUID(int=1), "national", "1", 1, ChangeAction.CREATE, TERMS, "why", "ann", "Ann", datetime(2026, 11, 21, tzinfo=UTC)
)


@pytest.mark.parametrize(
    "entry",
    [
        replace(BARE, dates_of_birth=("1968-11-02",)),
        replace(BARE, dates_of_birth=("1968",), mother_names=("Sabiha Kadhim",)),
        replace(BARE, documents=(EntryDocument("A1", "passport", "IRQ"),)),
        Entry("2", "lost", documents=(EntryDocument("A1", None, "IRQ"),), kind="document"),
    ],
    ids=["day of birth", "year and mother", "document", "listed document"],
)
def test_enough_is_enough(entry: Entry) -> None:
    assert lacks(entry) is None


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (BARE, "a name alone"),
        (replace(BARE, nationalities=("IRQ",), sex="M"), "a name alone"),
        (replace(BARE, dates_of_birth=("1968",)), "a name alone"),
        (replace(BARE, dates_of_birth=("1968/1970",)), "a name alone"),
        (replace(BARE, mother_names=("Sabiha",)), "a name alone"),
        (replace(BARE, documents=(EntryDocument("A1"),)), "a name alone"),
        (replace(BARE, names=(EntryName("Mohammed"),), dates_of_birth=("1968-11-02",)), "two words"),
        (Entry("2", "lost", documents=(EntryDocument("A1"),), kind="document"), "issuing state"),
    ],
)
def test_too_little_is_refused_with_what_it_lacks(entry: Entry, words: str) -> None:
    assert words in (lacks(entry) or "")


def test_who_proposed_does_not_approve_and_may_take_back() -> None:
    with pytest.raises(Forbidden):
        require_second_person(PROPOSED, "ann", approves=True)
    require_second_person(PROPOSED, "ann", approves=False)
    require_second_person(PROPOSED, "ben", approves=True)


def test_an_entry_ends_at_midnight_of_its_expiry() -> None:
    assert not lapsed(TODAY, datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC))
    assert lapsed(TODAY, datetime(2026, 11, 21, tzinfo=UTC))
    assert not lapsed(None, datetime(2099, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, review_on=TODAY),
        replace(TERMS, review_on=TODAY + LONGEST + timedelta(1)),
        replace(TERMS, expires_on=TODAY),
        replace(TERMS, expires_on=TODAY + LONGEST + timedelta(1)),
        replace(TERMS, expires_on=None),
    ],
    ids=["review today", "review too far", "expired", "expires too far", "never expires"],
)
def test_terms_end_and_are_looked_at_before(terms: Terms) -> None:
    require_dates(TERMS, TODAY, entry=True)
    with pytest.raises(ThinEntry):
        require_dates(terms, TODAY, entry=True)


def test_a_revision_tells_what_it_changed_and_a_withdrawal_what_it_took() -> None:
    first = replace(PROPOSED, entry=BARE)
    second = replace(first, revision=2, entry=replace(BARE, sex="M"), terms=replace(TERMS, owner="Case desk 5"))
    assert differences(first, second) == {
        "sex": {"before": None, "after": "M"},
        "owner": {"before": "Case desk 4", "after": "Case desk 5"},
    }
    gone = differences(second, replace(second, action=ChangeAction.WITHDRAW))
    assert gone["owner"] == {"before": "Case desk 5", "after": None}
