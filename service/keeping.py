"""How long what is kept, and why: the retention policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib import resources

from service.toml_reader import Table, TomlError, read_toml


class DataClass(StrEnum):
    """What has a period of its own. In the order in which it is erased: what others rest on goes last."""

    IMAGE = "image"
    READING = "reading"
    CONTACT = "contact"
    FINDING = "finding"
    PROTECTION = "protection"
    HIT = "hit"
    MOVEMENT = "movement"
    AUDIT = "audit"


class Keep(StrEnum):
    """What is kept of the picture of a document."""

    NONE = "none"
    ZONE = "zone"
    PAGE = "page"


class Telling(StrEnum):
    """What is told of a class to whom it is about: all, that it is withheld, or neither that nor whether it exists."""

    GIVEN = "given"
    RESTRICTED = "restricted"
    NEITHER = "neither"


class RetentionError(TomlError):
    """A retention policy that cannot be used; the message names the line, the column, the key and what is wrong."""


@dataclass(frozen=True, slots=True)
class Period:
    """For how many days, and by which law."""

    days: int
    citation: str


@dataclass(frozen=True, slots=True)
class Retention:
    """A retention policy. Before `effective_from` nothing is erased by it; `keep_at` goes before `keep`.

    `telling` is what those are told who ask what is held on them, of the classes of which not all is told.
    """

    version: str
    effective_from: date
    notice: timedelta
    periods: Mapping[DataClass, Period]
    keep: Keep
    keep_at: Mapping[str, Keep]
    telling: Mapping[str, Telling]

    def cutoff(self, class_: DataClass, now: datetime) -> datetime:
        """What is older than this has had its time: at a midnight in UTC, so that a day goes as a whole."""
        day = now.astimezone(UTC).date() - timedelta(self.periods[class_].days)
        return datetime.combine(day, time(), UTC)

    def in_force(self, now: datetime) -> bool:
        return now.astimezone(UTC).date() >= self.effective_from

    def kept_at(self, post: str | None) -> Keep:
        """What is kept of a picture at a crossing point."""
        return self.keep_at.get(post or "", self.keep)


_LEAST_DAYS = 200  # the rules look back half a year (E2); a movement that went before would be missing
_NOT_LONGER = frozenset(DataClass) - {DataClass.MOVEMENT, DataClass.AUDIT}


def load_retention(text: str) -> Retention:
    """The policy that a TOML text states. Its version is the declared one and the hash of the text.

    Raises:
        RetentionError: the text is no TOML, a class or a citation is missing, or a period cannot be.
    """
    root = read_toml(text, RetentionError)
    root.only(("version", "effective_from", "notice_days", "telling", *DataClass))
    periods = {class_: _period(root, class_) for class_ in DataClass}
    for class_ in _NOT_LONGER:
        if periods[class_].days > periods[DataClass.MOVEMENT].days:
            root.refuse("nothing of a movement is kept longer than the movement", class_, "days")
    image = root.table(DataClass.IMAGE)
    at = image.table("keep_at")
    return Retention(
        version=f"{root.text('version')}+{sha256(text.encode()).hexdigest()[:12]}",
        effective_from=root.day("effective_from"),
        notice=timedelta(root.whole("notice_days", least=1)),
        periods=periods,
        keep=_keep(image, "keep"),
        keep_at={post: _keep(at, post) for post in at.values},
        telling=_telling(root.table("telling")),
    )


_MAY_BE_WITHHELD = ("hits", "holds", "findings", "consultations", "images")


def _telling(table: Table) -> dict[str, Telling]:
    table.only(_MAY_BE_WITHHELD)
    try:
        return {name: Telling(table.text(name)) for name in table.values}
    except ValueError:
        table.refuse(f"must each be one of {', '.join(Telling)}")


def _period(root: Table, class_: DataClass) -> Period:
    table = root.table(class_)
    table.only(("days", "citation", *(("keep", "keep_at") if class_ is DataClass.IMAGE else ())))
    least = _LEAST_DAYS if class_ is DataClass.MOVEMENT else 1
    return Period(table.whole("days", least=least), table.text("citation"))


def _keep(table: Table, name: str) -> Keep:
    try:
        return Keep(table.text(name))
    except ValueError:
        table.refuse(f"must be one of {', '.join(Keep)}", name)


@cache
def default_retention() -> Retention:
    """The policy that comes with the program."""
    return load_retention(resources.files("service").joinpath("default_retention.toml").read_text("utf-8"))
