"""Rows of the law on who is admitted, and how a policy file writes them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.toml_reader import Table


@dataclass(frozen=True, slots=True)
class Regime:
    """A dated row of the law: for how many days (E1) or how many in a window (E2), with or without a visa (E3), on a
    document that stays valid for how many months (E4).

    An empty set or None puts no condition. `visa_kinds` holds the policy's own words; `none` stands for
    no visa. Both dates are included. `days` is the length of one stay; beside `window_days`, the most in that window.
    """

    citation: str
    effective_from: date
    effective_until: date | None = None
    nationalities: frozenset[str] = frozenset()
    document_codes: frozenset[str] = frozenset()
    visa_kinds: frozenset[str] = frozenset()
    jurisdiction: str | None = None
    days: int | None = None
    visa_required: bool | None = None
    window_days: int | None = None
    months_valid: int | None = None

    def holds(self, nationality: str, document_code: str, jurisdiction: str | None, on: date) -> bool:
        """Whether the row is about such a traveller, there and then; the visa is not looked at."""
        return (
            (not self.nationalities or nationality in self.nationalities)
            and (not self.document_codes or document_code in self.document_codes)
            and (self.jurisdiction is None or self.jurisdiction == jurisdiction)
            and self.effective_from <= on
            and (self.effective_until is None or on <= self.effective_until)
        )

    def holds_with(self, visa_kind: str, asked: Asked) -> bool:
        """The same with the visa looked at."""
        return (not self.visa_kinds or visa_kind in self.visa_kinds) and self.holds(*asked)


Asked = tuple[str, str, str | None, date]  # nationality, document code, jurisdiction, day

_CONDITIONS = ("nationalities", "document_codes", "visa_kinds", "jurisdiction")
_DATES = ("citation", "effective_from", "effective_until")
_SAYS = ("days", "visa_required", "months_valid")


def read_regime(row: Table) -> Regime:
    """The row as a policy file writes it; refuses through the table what cannot be."""
    row.only((*_DATES, *_CONDITIONS, *_SAYS, "window_days"))
    if not set(_SAYS) & set(row.values):
        row.refuse("must say days, visa_required or months_valid")
    first = row.day("effective_from")
    last = row.day("effective_until") if "effective_until" in row.values else None
    if last and last < first:
        row.refuse("lies before effective_from", "effective_until")
    return Regime(
        citation=row.text("citation"),
        effective_from=first,
        effective_until=last,
        nationalities=frozenset(row.words("nationalities", ())),
        document_codes=frozenset(row.words("document_codes", ())),
        visa_kinds=frozenset(row.words("visa_kinds", ())),
        jurisdiction=row.optional_text("jurisdiction"),
        days=row.whole("days", least=1) if "days" in row.values else None,
        visa_required=row.flag("visa_required") if "visa_required" in row.values else None,
        window_days=_window(row),
        months_valid=row.whole("months_valid") if "months_valid" in row.values else None,
    )


def _window(row: Table) -> int | None:
    if "window_days" not in row.values:
        return None
    window = row.whole("window_days", least=1)
    if "days" not in row.values:
        row.refuse("says nothing without days", "window_days")
    if row.whole("days", least=1) > window:
        row.refuse("must be at least days", "window_days")
    return window
