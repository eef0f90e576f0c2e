"""What changed between two versions of a list."""

from dataclasses import replace

from watchlist.diff import content_hash, difference
from watchlist.matching import Entry


def test_added_changed_and_removed_are_told_apart(everyone: tuple[Entry, ...]) -> None:
    first, second, third, *rest = everyone
    after = [replace(second, sex="M"), third, *rest[::-1], replace(first, id="new")]
    found = difference(everyone, after)
    assert (found.added, found.changed, found.removed) == (("new",), (second.id,), (first.id,))


def test_nothing_changes_when_only_the_order_does(everyone: tuple[Entry, ...]) -> None:
    found = difference(everyone, everyone[::-1])
    assert not (found.added or found.changed or found.removed)


def test_every_field_counts(rashid: Entry) -> None:
    others = [
        replace(rashid, list="x"),
        replace(rashid, names=rashid.names[:1]),
        replace(rashid, dates_of_birth=()),
        replace(rashid, instruction=None),
        replace(rashid, mother_names=()),
        replace(rashid, documents=()),
    ]
    assert len({content_hash(entry) for entry in (rashid, *others)}) == 7
