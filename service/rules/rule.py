"""What a rule is: an identity, a description, and a pure look at a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone

from service.domain import CrossingPoint, Direction, Finding, Movement, Severity
from service.parameters import PARAMETERS, Parameter
from service.policy import Policy
from service.rules.case import Case

Params = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Found:
    """What a look gives: which of the rule's messages, with what in it, resting on what.

    Dates in `params` are written out as ISO 8601, moments in local time, when the finding is made. `unheard` are
    the posts whose silence leaves a doubt. `severity` is the rule's own where it is left out.
    """

    message: str
    params: Params = field(default_factory=dict)
    severity: Severity | None = None
    evidence: tuple[Movement, ...] = ()
    unheard: tuple[CrossingPoint, ...] = ()


Look = Callable[[Case], Iterable[Found]]
Due = Callable[[Case], datetime | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    `version` grows when the same case would be judged otherwise. `description` is two sentences in English: what is
    found, and what is not. `rebuttable_by` are message ids of what would rebut the finding. `due` is for a rule that
    waits: the moment from which it can say what it finds on the case, None where it has nothing to wait for.
    It is asked only where it can find something: `only` names the one direction in which it does, `of_foreigners` says
    that nationals are exempt, and `needs` what of the case must be there.
    `of_others` says that it waits, or looks at other travellers' movements: neither changes what other rules find.
    """

    id: str
    version: int
    description: str
    rebuttable_by: tuple[str, ...]
    look: Look
    severity: Severity = Severity.IRREGULAR
    due: Due | None = None
    of_others: bool = False
    needs: str = ""
    only: Direction | None = None
    of_foreigners: bool = False

    @property
    def title(self) -> str:
        """The message id of the rule's short name."""
        return f"rule.{self.id}.title"

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What a policy may set for the rule."""
        return PARAMETERS[self.id]

    def find(self, case: Case) -> Iterator[Finding]:
        """The findings of this rule on a case, whatever the policy says of the rule's state."""
        for found in self.look(case):
            yield self.worded(case, found)

    def worded(self, case: Case, found: Found) -> Finding:
        """What a look gave as a finding on the case."""
        return Finding(
            rule=self.id,
            rule_version=self.version,
            severity=found.severity or self.severity,
            message=f"rule.{self.id}.{found.message}",
            params=_plain({**found.params, **_silence(found.unheard)}, case.policy),
            evidence=tuple(dict.fromkeys(str(m.id) for m in (*found.evidence, case.this))),
            rebuttable_by=self.rebuttable_by,
            stale_posts=tuple(post.code for post in found.unheard),
        )


def _silence(posts: tuple[CrossingPoint, ...]) -> Params:
    """Who was not heard, and since when: the longest silent post by itself, and all of them."""
    if not posts:
        return {}
    return {
        "unheard_post": posts[0].code,
        "unheard_since": posts[0].heard_until,
        "unheard": {post.code: post.heard_until for post in posts},
    }


def _plain(params: Params, policy: Policy) -> dict[str, object]:
    return {name: _plain_value(value, policy) for name, value in params.items() if value is not None}


def _plain_value(value: object, policy: Policy) -> object:
    """A value as JSON can carry it."""
    if isinstance(value, datetime):
        return value.astimezone(timezone(policy.utc_offset)).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _plain(value, policy)
    return [_plain_value(each, policy) for each in value] if isinstance(value, tuple | list) else value
