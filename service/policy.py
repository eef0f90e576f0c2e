"""The policy: what the law and the agency set, dated and versioned, apart from the program. Pure.

A policy file is TOML; `default_policy.toml` holds every setting with its default. Rules read their
parameters from here and nowhere else, so that a finding can say under which policy it was made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib import resources
from types import MappingProxyType

from service.parameters import PARAMETERS, Parameter, Value, Values
from service.regimes import Asked, Regime, read_regime
from service.toml_reader import Table, TomlError, read_toml


class PolicyError(TomlError):
    """The policy file cannot be used; the message names the line, the column, the key and what is wrong."""


class RuleState(StrEnum):
    """Whether what a rule finds is shown (`active`), only recorded (`shadow`), or not looked for (`off`)."""

    ACTIVE = "active"
    SHADOW = "shadow"
    OFF = "off"


Resolved = Mapping[tuple[str, str], Value]  # by rule and parameter

_NO_VALUES: Values = MappingProxyType({})
_NONE: Mapping[str, Values] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What a policy says of one rule. `citation` is the law that the parameters rest on."""

    state: RuleState = RuleState.ACTIVE
    citation: str | None = None
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What spares most travellers a rule's exact look: `fewest_days` that anybody is allowed in any window (E2),
    `most_months` for which any document must stay valid (E4), the age until which anybody is a child (P1 and P2).
    """

    fewest_days: int
    most_months: int
    child: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. A rule that it does not name runs in shadow: a new rule is never active by an upgrade alone."""

    version: str
    effective_from: date
    home_states: frozenset[str] = frozenset()
    utc_offset: timedelta = timedelta(0)
    accept_specimen: bool = False
    permit_kinds: frozenset[str] = frozenset()
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    posts: Mapping[str, Mapping[str, Values]] = field(default_factory=dict)  # post -> rule -> values
    regimes: tuple[Regime, ...] = ()
    _at: dict[str, Resolved] = field(default_factory=dict, init=False, repr=False, compare=False)
    _in_state: dict[RuleState, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _rows: dict[str, tuple[Regime, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _bounds: dict[str, Bounds] = field(default_factory=dict, init=False, repr=False, compare=False)

    def at(self, _moment: datetime) -> Policy:
        """This policy: by itself it holds at any time (see `service.policy_book`)."""
        return self

    def since(self, _moment: datetime) -> None:
        """Nobody activated it."""

    def state(self, rule_id: str) -> RuleState:
        """Whether the rule is active, in shadow or off."""
        setting = self.rules.get(rule_id)
        return setting.state if setting else RuleState.SHADOW

    def in_state(self, state: RuleState) -> frozenset[str]:
        """The rules in a state, worked out once."""
        if state not in self._in_state:
            self._in_state[state] = frozenset(rule_id for rule_id in PARAMETERS if self.state(rule_id) is state)
        return self._in_state[state]

    def parameters(self, rule_id: str, post: str) -> Values:
        """The rule's parameters at a post: the post's own, else the rule's, else the defaults."""
        return {name: self.parameter(rule_id, name, post) for name in PARAMETERS[rule_id]}

    def parameter(self, rule_id: str, name: str, post: str) -> Value:
        """One of them."""
        return self.resolved(post)[rule_id, name]

    def whole(self, rule_id: str, name: str, post: str) -> int:
        """One that is a whole number."""
        return int(str(self.parameter(rule_id, name, post)))

    def resolved(self, post: str) -> Resolved:
        """Every parameter of every rule as it holds at a post; worked out once."""
        post = post if post in self.posts else ""
        if post not in self._at:
            named = ((rule_id, name) for rule_id, parameters in PARAMETERS.items() for name in parameters)
            self._at[post] = {(rule_id, name): self._parameter(rule_id, name, post) for rule_id, name in named}
        return self._at[post]

    def _parameter(self, rule_id: str, name: str, post: str) -> Value:
        own = self.posts.get(post, _NONE).get(rule_id, _NO_VALUES)
        if name in own:
            return own[name]
        setting = self.rules.get(rule_id)
        return setting.values[name] if setting and name in setting.values else PARAMETERS[rule_id][name].default

    def day_of(self, moment: datetime) -> date:
        """The calendar day at the posts, which is what the law counts in."""
        universal = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
        return (universal + self.utc_offset).date()

    def admitted_stay(self, visa_kind: str, asked: Asked) -> Regime | None:
        """The first row that says how many days such a traveller is admitted for; None when none does."""
        rows = self._saying("days")
        return next((row for row in rows if row.window_days is None and row.holds_with(visa_kind, asked)), None)

    def window(self, visa_kind: str, asked: Asked) -> Regime | None:
        """The first row that says how many days in a window are allowed; None when none does, and E2's own hold."""
        return next((row for row in self._saying("window_days") if row.holds_with(visa_kind, asked)), None)

    @property
    def window_limit(self) -> tuple[int, int]:
        """How many days in a window of how many are allowed where no row of law says otherwise (E2)."""
        return self.whole("E2", "days", ""), self.whole("E2", "window_days", "")

    def bounds(self, post: str) -> Bounds:
        """What neither a parameter nor a row of the law goes beyond at a post; worked out once."""
        post = post if post in self.posts else ""
        if post not in self._bounds:
            days = (self.whole("E2", "days", post), *(row.days or 0 for row in self._saying("window_days")))
            rows = (row.months_valid or 0 for row in self._saying("months_valid"))
            months = (*(self.whole("E4", name, post) for name in PARAMETERS["E4"]), *rows)
            ages = (self.whole(rule, "age", post) for rule in ("P1", "P2"))
            self._bounds[post] = Bounds(min(days), max(months), max(ages))
        return self._bounds[post]

    def visa_regime(self, asked: Asked) -> Regime | None:
        """The first row that says whether such a traveller needs a visa; None when none does."""
        return next((row for row in self._saying("visa_required") if row.holds(*asked)), None)

    def validity(self, visa_kind: str, asked: Asked) -> Regime | None:
        """The first row that says how long the document must stay valid on entry; None when none does, and E4's own."""
        return next((row for row in self._saying("months_valid") if row.holds_with(visa_kind, asked)), None)

    def _saying(self, what: str) -> tuple[Regime, ...]:
        """The rows that say something of it, looked up once."""
        if what not in self._rows:
            self._rows[what] = tuple(row for row in self.regimes if getattr(row, what) is not None)
        return self._rows[what]


def load_policy(text: str, known_posts: Collection[str] | None = None) -> Policy:
    """The policy that a TOML text states. Its version is the declared one and the hash of the text, or the hash alone.

    Raises:
        PolicyError: the text is no TOML, or a setting is unknown, missing or out of range, or overrides something at a
            post that is none of `known_posts`.
    """
    root = read_toml(text, PolicyError)
    root.only((*_SETTINGS, "rules", "posts", "regimes"))
    digest = sha256(text.encode()).hexdigest()[:12]
    return Policy(
        version="+".join(filter(None, (root.optional_text("version"), digest))),
        effective_from=root.day("effective_from"),
        home_states=frozenset(root.words("home_states")),
        utc_offset=_offset(root),
        accept_specimen=root.flag("accept_specimen", False),
        permit_kinds=frozenset(root.words("permit_kinds", ())),
        rules={rule_id: _setting(rule_id, table) for rule_id, table in _by_rule(root.table("rules"))},
        posts=_posts(root.table("posts"), known_posts),
        regimes=tuple(read_regime(row) for row in root.rows("regimes")),
    )


@cache
def default_policy() -> Policy:
    """The policy that comes with the program."""
    return load_policy(default_policy_text())


def default_policy_text() -> str:
    """The same, as it is written."""
    return resources.files("service").joinpath("default_policy.toml").read_text("utf-8")


_SETTINGS = ("version", "effective_from", "home_states", "utc_offset", "accept_specimen", "permit_kinds")
_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")


def _offset(root: Table) -> timedelta:
    match = _OFFSET.fullmatch(text := root.text("utc_offset", "+00:00"))
    if not match or int(match[2]) > 14:
        root.refuse(f"must be an offset such as +03:00, not {text!r}", "utc_offset")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return offset if match[1] == "+" else -offset


def _by_rule(table: Table) -> Iterator[tuple[str, Table]]:
    for rule_id, below in table.tables():
        if rule_id not in PARAMETERS:
            table.refuse(f"there is no such rule; there are {', '.join(PARAMETERS)}", rule_id)
        yield rule_id, below


def _posts(table: Table, known: Collection[str] | None) -> dict[str, Mapping[str, Values]]:
    found = dict(table.tables())
    for post in found:
        if known is not None and post not in known:
            table.refuse("there is no such crossing point", post)
    return {post: _overrides(below) for post, below in found.items()}


def _setting(rule_id: str, table: Table) -> RuleSetting:
    table.only(("state", "citation", *PARAMETERS[rule_id]))
    state = table.text("state", RuleState.ACTIVE)
    if state not in set(RuleState):
        table.refuse(f"must be one of {', '.join(RuleState)}, not {state!r}", "state")
    return RuleSetting(RuleState(state), table.optional_text("citation"), _values(rule_id, table))


def _overrides(post: Table) -> Mapping[str, Values]:
    found: dict[str, Values] = {}
    for rule_id, table in _by_rule(post):
        table.only(PARAMETERS[rule_id])
        found[rule_id] = _values(rule_id, table)
    return found


def _values(rule_id: str, table: Table) -> Values:
    """The parameters that the table sets, each of the kind of its default."""
    given = ((name, parameter) for name, parameter in PARAMETERS[rule_id].items() if name in table.values)
    return {name: _value(table, name, parameter) for name, parameter in given}


def _value(table: Table, name: str, parameter: Parameter) -> Value:
    default = parameter.default
    if isinstance(default, int):
        return table.whole(name, least=parameter.least)
    if isinstance(default, float):
        return table.number(name)
    return table.words(name) if isinstance(default, tuple) else table.day(name)
