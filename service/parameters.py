"""What a policy may set for each rule, with the defaults. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Value = int | float | str | date | tuple[str, ...]
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number, date or list that a policy may set for a rule. Whole numbers are `least` or more, speeds above 0."""

    default: Value
    meaning: str
    least: int = 0


_ADULT = Parameter(18, "age in years from which nobody is a child")

PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "E1": {"grace_days": Parameter(0, "days past the last admitted day that are let pass")},
    "E2": {
        "days": Parameter(90, "days of presence allowed in a window"),
        "window_days": Parameter(180, "length of the window in days; it ends with the day looked at", 1),
    },
    "E3": {},
    "E4": {
        "months_on_entry": Parameter(6, "months that a foreigner's document must still be valid on entry"),
        "months_on_exit": Parameter(0, "months that a foreigner's document must still be valid on exit"),
        "months_for_nationals": Parameter(0, "months that a national's document must still be valid"),
    },
    "E5": {},
    "D1": {},
    "D2": {},
    "D3": {},
    "D4": {},
    "D5": {},
    "D6": {
        "renewal_months": Parameter(12, "months before the old document's expiry from which a new one is a renewal")
    },
    "D7": {
        "documents": Parameter(3, "documents of one run that are found", 2),
        "run": Parameter(20, "consecutive numbers that make a run", 2),
        "hours": Parameter(24, "hours within which they are presented"),
    },
    "M1": {
        "records_from": Parameter(date(2000, 1, 1), "the day from which movements were recorded"),
        "settling_days": Parameter(0, "days after it in which a missing movement may be older than the records"),
    },
    "M2": {},
    "M3": {},
    "M4": {
        "land_km_h": Parameter(120.0, "fastest travel by land, in km/h along the great circle"),
        "air_km_h": Parameter(900.0, "fastest travel by air, in km/h along the great circle"),
        "air_minutes": Parameter(90, "minutes that a flight takes beside the distance"),
        "tolerance_minutes": Parameter(15, "minutes by which two posts' clocks may differ"),
    },
    "M5": {
        "stays": Parameter(2, "long stays in a row that are found", 1),
        "stay_days": Parameter(45, "days from which a stay is long"),
        "gap_days": Parameter(3, "days outside that still join two stays"),
        "exempt_visa_kinds": Parameter(("commuter", "driver", "trader"), "kinds of visa of registered travellers"),
    },
    "M6": {"hours": Parameter(72, "hours for which a refusal elsewhere is recalled")},
    "M7": {},
    "M8": {"hours": Parameter(24, "hours within which the rest of a group must follow the last who left")},
    "M9": {"minutes": Parameter(60, "minutes within which a decision must be recorded")},
    "P1": {"age": _ADULT},
    "P2": {"age": _ADULT},
    "P3": {
        "age": _ADULT,
        "children": Parameter(3, "unrelated children with one adult that are found", 1),
        "days": Parameter(90, "days that are looked back on"),
        "minutes": Parameter(60, "minutes within which the rest of a party may still follow"),
    },
    "P4": {"age": _ADULT, "minutes": Parameter(60, "minutes within which those left behind may still follow")},
    "P5": {
        "travellers": Parameter(5, "unrelated travellers with one phone, address or sponsor that are found", 2),
        "days": Parameter(30, "days that are looked back on"),
        "licensed": Parameter((), "phones, addresses and sponsors of licensed operators and employers"),
    },
    "P6": {},
    "P7": {},
    "P9": {},
    "P10": {},
}
