"""Who may do what, and where: one table and one function, without a clock or a database.

Role-based access control in the sense of ANSI INCITS 359: rights hang on roles, never on persons, and
every right is further bound to the crossing points that the actor serves. Duties are kept apart: who
hands out accounts reads no traveller's record, and who reads the audit trail changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.errors import Forbidden

ALL_POSTS = "*"


class Role(StrEnum):
    """What an officer is appointed to do."""

    FIRST_LINE = "first_line"
    SECOND_LINE = "second_line"
    PROTECTION = "protection"
    WATCHLIST_MANAGER = "watchlist_manager"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class DeviceKind(StrEnum):
    """What a machine with a key of its own does.

    A `camera` only writes: it hands in readings and movements of its posts and reads nothing back but
    the answer. A `workstation` looks up reference data besides. A `monitor` only collects the metrics.
    """

    CAMERA = "camera"
    WORKSTATION = "workstation"
    MONITOR = "monitor"


class Action(StrEnum):
    """What can be asked of the service. Every route declares one."""

    OWN_SESSION = "own_session"
    OWN_ACCOUNT = "own_account"
    READ_REFERENCE = "read_reference"
    READ_DOCUMENT = "read_document"
    INSPECT = "inspect"
    DECIDE = "decide"
    READ_MOVEMENTS = "read_movements"
    CORRECT_MOVEMENT = "correct_movement"
    LINK_PERSONS = "link_persons"
    EXPORT_MOVEMENTS = "export_movements"
    IMPORT_MOVEMENTS = "import_movements"
    HANDLE_PAPER = "handle_paper"
    OBSERVE = "observe"
    READ_PROTECTION = "read_protection"
    PROTECT = "protect"
    READ_PARTNERS = "read_partners"
    MANAGE_PARTNERS = "manage_partners"
    READ_STATISTICS = "read_statistics"
    READ_LISTS = "read_lists"
    IMPORT_LIST = "import_list"
    SCREEN = "screen"
    EDIT_LIST = "edit_list"
    APPROVE_LIST = "approve_list"
    READ_HITS = "read_hits"
    ADJUDICATE_HIT = "adjudicate_hit"
    CLEAR_HIT = "clear_hit"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_DEVICES = "manage_devices"
    MANAGE_POSTS = "manage_posts"
    READ_INSIDE = "read_inside"
    READ_POLICIES = "read_policies"
    PROPOSE_POLICY = "propose_policy"
    APPROVE_POLICY = "approve_policy"
    READ_AUDIT = "read_audit"
    READ_METRICS = "read_metrics"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an officer signed in, or a device with its key.

    `id` is that of the account or of the device key; `posts` are crossing-point codes, or ``*`` alone
    for every post. Who is `confined` has not yet shown all that the account needs.
    """

    id: UUID
    name: str
    roles: frozenset[Role | DeviceKind]
    posts: frozenset[str]
    confined: bool = False

    @property
    def is_device(self) -> bool:
        return any(isinstance(role, DeviceKind) for role in self.roles)

    def serves(self, post: str) -> bool:
        """Whether `post` is among the crossing points of this actor."""
        return ALL_POSTS in self.posts or post in self.posts


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an actor may act, and why not: `reason` is for the actor's own eyes."""

    allowed: bool
    reason: str


_OFFICERS = frozenset(Role)
_BOOTH = frozenset({Role.FIRST_LINE, Role.SECOND_LINE, Role.SUPERVISOR})
_CAPTURE = frozenset({DeviceKind.CAMERA, DeviceKind.WORKSTATION})

_MAY: Mapping[Action, frozenset[Role | DeviceKind]] = {
    Action.OWN_SESSION: _OFFICERS,
    Action.OWN_ACCOUNT: _OFFICERS,
    Action.READ_REFERENCE: _OFFICERS | {DeviceKind.WORKSTATION},
    Action.READ_DOCUMENT: _BOOTH | _CAPTURE,
    Action.INSPECT: _BOOTH | _CAPTURE,
    Action.DECIDE: _BOOTH,
    # An analyst counts and sees nobody's name: the log and the lists are not for that role.
    Action.READ_MOVEMENTS: _BOOTH | {Role.PROTECTION},
    Action.CORRECT_MOVEMENT: frozenset({Role.SECOND_LINE, Role.SUPERVISOR}),
    Action.LINK_PERSONS: frozenset({Role.SECOND_LINE, Role.SUPERVISOR}),
    Action.EXPORT_MOVEMENTS: frozenset({Role.SUPERVISOR}),
    Action.IMPORT_MOVEMENTS: frozenset({Role.SUPERVISOR}),
    Action.HANDLE_PAPER: frozenset({Role.SECOND_LINE, Role.SUPERVISOR}),
    # Whoever faces a traveller can say what he or she saw; what was said is for the protection desk alone.
    Action.OBSERVE: _BOOTH | {Role.PROTECTION},
    Action.READ_PROTECTION: frozenset({Role.PROTECTION}),
    Action.PROTECT: frozenset({Role.PROTECTION}),
    Action.READ_PARTNERS: frozenset({Role.PROTECTION, Role.ADMINISTRATOR}),
    Action.MANAGE_PARTNERS: frozenset({Role.PROTECTION, Role.ADMINISTRATOR}),
    Action.READ_STATISTICS: frozenset({Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR}),
    Action.READ_LISTS: frozenset({Role.SECOND_LINE, Role.WATCHLIST_MANAGER, Role.SUPERVISOR, Role.AUDITOR}),
    Action.IMPORT_LIST: frozenset({Role.WATCHLIST_MANAGER}),
    Action.SCREEN: frozenset({Role.SECOND_LINE, Role.WATCHLIST_MANAGER}),
    # Who proposes and who approves may be of one role; that they are two persons is seen to in `service.hygiene`.
    Action.EDIT_LIST: frozenset({Role.WATCHLIST_MANAGER}),
    Action.APPROVE_LIST: frozenset({Role.WATCHLIST_MANAGER, Role.SUPERVISOR}),
    Action.READ_HITS: frozenset({Role.SECOND_LINE, Role.SUPERVISOR}),
    Action.ADJUDICATE_HIT: frozenset({Role.SECOND_LINE}),
    Action.CLEAR_HIT: frozenset({Role.SECOND_LINE, Role.WATCHLIST_MANAGER}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.MANAGE_DEVICES: frozenset({Role.ADMINISTRATOR}),
    Action.MANAGE_POSTS: frozenset({Role.ADMINISTRATOR}),
    Action.READ_INSIDE: frozenset({Role.SECOND_LINE, Role.SUPERVISOR}),
    Action.READ_POLICIES: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    # As with lists: that they are two persons is seen to in `service.hygiene`.
    Action.PROPOSE_POLICY: frozenset({Role.SUPERVISOR}),
    Action.APPROVE_POLICY: frozenset({Role.SUPERVISOR}),
    Action.READ_AUDIT: frozenset({Role.AUDITOR}),
    Action.READ_METRICS: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, DeviceKind.MONITOR}),
}


def decide(actor: Actor, action: Action, post: str | None = None) -> Ruling:
    """Whether `actor` may do `action` at the crossing point `post`.

    With `post` None only the roles are asked: whether the actor may do this at any post at all. What
    concerns one post is asked again with its code, as soon as the code is known.
    """
    if actor.confined and action is not Action.OWN_SESSION:
        return Ruling(False, "first complete your sign-in: GET /v1/session says what is due")
    if not actor.roles & _MAY[action]:
        held = ", ".join(sorted(actor.roles)) or "none"
        return Ruling(False, f"{action} needs another role than yours ({held})")
    if post is not None and not actor.serves(post):
        return Ruling(False, f"crossing point {post} is not among yours")
    return Ruling(True, f"{action} belongs to your role")


def require_post(actor: Actor, post: str) -> None:
    """See that `actor` serves the crossing point of a record that was asked for by its id.

    Raises:
        Forbidden: it does not.
    """
    if not actor.serves(post):
        raise Forbidden(f"crossing point {post} is not among yours")


def actions_of(actor: Actor) -> frozenset[Action]:
    """Everything that the roles of `actor` allow, for a console that shows only what can be done."""
    return frozenset(action for action in Action if decide(actor, action).allowed)
