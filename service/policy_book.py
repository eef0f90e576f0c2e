"""Which policy is in force when, and what one says otherwise than another. Pure.

A policy holds for what happens from its moment on: a movement of March that is judged again in June is judged by the
policy of March, in whatever order the movements arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time
from hashlib import sha256
from typing import Protocol

from service.canonical import canonical, plain
from service.policy import Policy


class Policies(Protocol):
    """Whoever knows the policy of a moment: a single `Policy` is its own answer."""

    def at(self, moment: datetime, /) -> Policy:
        """The policy by which something that happens at `moment` is judged."""

    def since(self, moment: datetime, /) -> datetime | None:
        """From when that policy is in force; None for one that nobody activated."""


@dataclass(frozen=True, slots=True)
class Activation:
    """A policy, from when it is in force, and when that was decided."""

    since: datetime
    decided_at: datetime
    policy: Policy


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The policies over time. `bundled` is in force until the first activation."""

    bundled: Policy
    activations: tuple[Activation, ...] = ()

    def at(self, moment: datetime) -> Policy:
        """The latest that is in force by then; of two from the same moment, the one that was decided on last."""
        begun = [each for each in self.activations if each.since <= moment]
        return max(begun, key=lambda each: (each.since, each.decided_at)).policy if begun else self.bundled

    def since(self, moment: datetime) -> datetime | None:
        """From when the policy of a moment is in force; None for the bundled one."""
        return max((each.since for each in self.activations if each.since <= moment), default=None)


def begins(policy: Policy) -> datetime:
    """The first moment, at the posts, of the day from which the policy's text may be in force."""
    return datetime.combine(policy.effective_from, time(), UTC) - policy.utc_offset


Differences = Mapping[str, Mapping[str, object]]


def differences(before: Policy, after: Policy) -> Differences:
    """What the second policy says otherwise: setting -> before, after; None where one of them does not say it."""
    old, new = _settings(before), _settings(after)
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return {name: {"before": old.get(name), "after": new.get(name)} for name in names}


_PLAIN = ("effective_from", "accept_specimen")
_SETS = ("home_states", "permit_kinds")


def _settings(policy: Policy) -> dict[str, object]:
    """Every setting by its dotted name; rows of law, which have no name, by a digest of theirs."""
    told: dict[str, object] = {name: plain(getattr(policy, name)) for name in _PLAIN}
    told |= {name: sorted(getattr(policy, name)) for name in _SETS}
    told["utc_offset"] = policy.utc_offset.total_seconds() / 3600
    for rule, setting in policy.rules.items():
        told |= {f"rules.{rule}.state": setting.state.value, f"rules.{rule}.citation": setting.citation}
        told |= {f"rules.{rule}.{name}": plain(value) for name, value in setting.values.items()}
    for post, rules in policy.posts.items():
        told |= {f"posts.{post}.{rule}.{name}": plain(v) for rule, its in rules.items() for name, v in its.items()}
    for regime in policy.regimes:
        row = {each.name: _row_value(getattr(regime, each.name)) for each in fields(regime)}
        told[f"regimes.{sha256(canonical(row)).hexdigest()[:8]}"] = row
    return told


def _row_value(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else plain(value)
