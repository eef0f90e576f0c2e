"""Values that are made by the hundred for each traveller. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as light
else:
    from dataclasses import dataclass

    def light(*, frozen: bool, slots: bool) -> Any:
        """As `dataclasses.dataclass`, but that a value is frozen for the type checker alone, which sees every line.

        To make one that refuses to be changed takes five times as long: of a traveller who has crossed 200 times
        that was a millisecond of each inspection.
        """
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["light"]
