"""Who may do what, where, and what for: two tables and one function, without a clock or a database.

Role-based access control in the sense of ANSI INCITS 359: rights hang on roles, never on persons, and
every right is further bound to the crossing points that the actor serves and to the purposes that the
role may act for (Directive (EU) 2016/680, Art. 4(1)(b)). Duties are kept apart: who hands out accounts
reads no traveller's record, and who reads the audit trail changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.errors import OtherPost

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


class Purpose(StrEnum):
    """What personal data are looked at or written for. Closed: nothing is done for any other purpose.

    `maintenance` is that of the service itself: its chores, its operator at the command line.
    """

    BORDER_CONTROL = "border_control"
    SECOND_LINE = "second_line"
    PROTECTION = "protection"
    WATCHLIST = "watchlist"
    SUPERVISION = "supervision"
    REDRESS = "redress"
    STATISTICS = "statistics"
    POLICY = "policy"
    AUDIT = "audit"
    ADMINISTRATION = "administration"
    MAINTENANCE = "maintenance"


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
    EXPORT_STATISTICS = "export_statistics"
    READ_PSEUDONYMS = "read_pseudonyms"
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
    BREAK_GLASS = "break_glass"
    READ_LOAD = "read_load"
    READ_NOTICES = "read_notices"
    REVIEW_NOTICES = "review_notices"
    READ_RETENTION = "read_retention"
    MANAGE_HOLDS = "manage_holds"
    READ_IMAGE = "read_image"
    HANDLE_RIGHTS = "handle_rights"
    READ_REQUESTS = "read_requests"
    RULE_ON_DISCLOSURE = "rule_on_disclosure"
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
    """Whether an actor may act, for which purpose, and why not: `reason` is for the actor's own eyes.

    `purpose` is None where nobody's data are touched.
    """

    allowed: bool
    reason: str
    purpose: Purpose | None = None


_OFFICERS = frozenset(Role)
_BOOTH = frozenset({Role.FIRST_LINE, Role.SECOND_LINE, Role.SUPERVISOR})
_CAPTURE = frozenset({DeviceKind.CAMERA, DeviceKind.WORKSTATION})

_DESK = frozenset({Role.SECOND_LINE, Role.SUPERVISOR})

_FOR: Mapping[Role | DeviceKind, frozenset[Purpose]] = {
    Role.FIRST_LINE: frozenset({Purpose.BORDER_CONTROL}),
    Role.SECOND_LINE: frozenset({Purpose.BORDER_CONTROL, Purpose.SECOND_LINE, Purpose.REDRESS}),
    Role.PROTECTION: frozenset({Purpose.PROTECTION, Purpose.ADMINISTRATION}),
    Role.WATCHLIST_MANAGER: frozenset({Purpose.WATCHLIST, Purpose.REDRESS}),
    Role.ANALYST: frozenset({Purpose.STATISTICS}),
    Role.SUPERVISOR: frozenset(Purpose) - {Purpose.PROTECTION, Purpose.AUDIT},
    Role.AUDITOR: frozenset({Purpose.AUDIT, Purpose.STATISTICS}),
    Role.ADMINISTRATOR: frozenset({Purpose.ADMINISTRATION, Purpose.MAINTENANCE}),
    DeviceKind.CAMERA: frozenset({Purpose.BORDER_CONTROL}),
    DeviceKind.WORKSTATION: frozenset({Purpose.BORDER_CONTROL}),
    DeviceKind.MONITOR: frozenset({Purpose.MAINTENANCE}),
}

_CONTROL = (Purpose.BORDER_CONTROL, Purpose.SECOND_LINE)
_LISTS = (Purpose.WATCHLIST, Purpose.SECOND_LINE, Purpose.AUDIT)
_PARTNERS = (Purpose.PROTECTION, Purpose.ADMINISTRATION)
_NOBODY: tuple[Purpose, ...] = ()  # nobody's data are touched


def _roles(*roles: Role | DeviceKind) -> frozenset[Role | DeviceKind]:
    return frozenset(roles)


# By action: who may, and for which purposes. The first of these that the actor's role may act for goes without
# saying, so that nobody has to type a word at the booth.
_MAY: Mapping[Action, tuple[frozenset[Role | DeviceKind], tuple[Purpose, ...]]] = {
    Action.OWN_SESSION: (_OFFICERS, _NOBODY),
    Action.OWN_ACCOUNT: (_OFFICERS, _NOBODY),
    Action.READ_REFERENCE: (_OFFICERS | {DeviceKind.WORKSTATION}, _NOBODY),
    Action.READ_DOCUMENT: (_BOOTH | _CAPTURE, _CONTROL),
    Action.INSPECT: (_BOOTH | _CAPTURE, _CONTROL),
    Action.DECIDE: (_BOOTH, _CONTROL),
    # An analyst counts and sees nobody's name: the log and the lists are not for that role.
    Action.READ_MOVEMENTS: (
        _BOOTH | {Role.PROTECTION},
        (*_CONTROL, Purpose.PROTECTION, Purpose.SUPERVISION, Purpose.REDRESS),
    ),
    Action.CORRECT_MOVEMENT: (_DESK, (*_CONTROL, Purpose.REDRESS)),
    Action.LINK_PERSONS: (_DESK, (Purpose.SECOND_LINE, Purpose.REDRESS)),
    Action.EXPORT_MOVEMENTS: (_roles(Role.SUPERVISOR), (Purpose.SUPERVISION, Purpose.REDRESS)),
    Action.IMPORT_MOVEMENTS: (_roles(Role.SUPERVISOR), (Purpose.BORDER_CONTROL,)),
    Action.HANDLE_PAPER: (_DESK, (Purpose.BORDER_CONTROL,)),
    # Whoever faces a traveller can say what he or she saw; what was said is for the protection desk alone.
    Action.OBSERVE: (_BOOTH | {Role.PROTECTION}, (Purpose.BORDER_CONTROL, Purpose.PROTECTION)),
    Action.READ_PROTECTION: (_roles(Role.PROTECTION), (Purpose.PROTECTION,)),
    Action.PROTECT: (_roles(Role.PROTECTION), (Purpose.PROTECTION,)),
    Action.READ_PARTNERS: (_roles(Role.PROTECTION, Role.ADMINISTRATOR), _PARTNERS),
    Action.MANAGE_PARTNERS: (_roles(Role.PROTECTION, Role.ADMINISTRATOR), _PARTNERS),
    Action.READ_STATISTICS: (_roles(Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR), (Purpose.STATISTICS,)),
    Action.EXPORT_STATISTICS: (_roles(Role.ANALYST, Role.SUPERVISOR), (Purpose.STATISTICS,)),
    Action.READ_PSEUDONYMS: (_roles(Role.ANALYST), (Purpose.STATISTICS,)),
    Action.READ_LISTS: (_roles(Role.SECOND_LINE, Role.WATCHLIST_MANAGER, Role.SUPERVISOR, Role.AUDITOR), _LISTS),
    Action.IMPORT_LIST: (_roles(Role.WATCHLIST_MANAGER), (Purpose.WATCHLIST,)),
    Action.SCREEN: (
        _roles(Role.SECOND_LINE, Role.WATCHLIST_MANAGER),
        (Purpose.SECOND_LINE, Purpose.WATCHLIST, Purpose.REDRESS),
    ),
    # Who proposes and who approves may be of one role; that they are two persons is seen to in `service.hygiene`.
    Action.EDIT_LIST: (_roles(Role.WATCHLIST_MANAGER), (Purpose.WATCHLIST,)),
    Action.APPROVE_LIST: (_roles(Role.WATCHLIST_MANAGER, Role.SUPERVISOR), (Purpose.WATCHLIST,)),
    Action.READ_HITS: (_DESK, (Purpose.SECOND_LINE, Purpose.REDRESS)),
    Action.ADJUDICATE_HIT: (_roles(Role.SECOND_LINE), (Purpose.SECOND_LINE, Purpose.REDRESS)),
    Action.CLEAR_HIT: (
        _roles(Role.SECOND_LINE, Role.WATCHLIST_MANAGER),
        (Purpose.SECOND_LINE, Purpose.WATCHLIST, Purpose.REDRESS),
    ),
    Action.MANAGE_ACCOUNTS: (_roles(Role.ADMINISTRATOR), (Purpose.ADMINISTRATION,)),
    Action.MANAGE_DEVICES: (_roles(Role.ADMINISTRATOR), (Purpose.ADMINISTRATION,)),
    Action.MANAGE_POSTS: (_roles(Role.ADMINISTRATOR), (Purpose.ADMINISTRATION,)),
    Action.READ_INSIDE: (_DESK, (*_CONTROL, Purpose.SUPERVISION)),
    Action.READ_POLICIES: (_roles(Role.SUPERVISOR, Role.AUDITOR), (Purpose.POLICY, Purpose.AUDIT)),
    # As with lists: that they are two persons is seen to in `service.hygiene`.
    Action.PROPOSE_POLICY: (_roles(Role.SUPERVISOR), (Purpose.POLICY,)),
    Action.APPROVE_POLICY: (_roles(Role.SUPERVISOR), (Purpose.POLICY,)),
    Action.READ_AUDIT: (_roles(Role.AUDITOR), (Purpose.AUDIT,)),
    Action.BREAK_GLASS: (_BOOTH, _CONTROL),
    Action.READ_LOAD: (_roles(Role.SUPERVISOR), (Purpose.SUPERVISION,)),
    Action.READ_NOTICES: (_roles(Role.SUPERVISOR, Role.AUDITOR), (Purpose.SUPERVISION, Purpose.AUDIT)),
    # That nobody reviews what he or she did is seen to in `service.notices`.
    Action.REVIEW_NOTICES: (_roles(Role.SUPERVISOR), (Purpose.SUPERVISION,)),
    # Figures and rules, and nobody's data.
    Action.READ_RETENTION: (
        _roles(Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR),
        (Purpose.SUPERVISION, Purpose.AUDIT, Purpose.ADMINISTRATION),
    ),
    # That another ends a hold than placed it is seen to in `service.holds`.
    Action.MANAGE_HOLDS: (_roles(Role.SUPERVISOR), (Purpose.SUPERVISION,)),
    Action.READ_IMAGE: (_DESK, (Purpose.SECOND_LINE, Purpose.REDRESS)),
    Action.HANDLE_RIGHTS: (_DESK, (Purpose.REDRESS,)),
    Action.READ_REQUESTS: (_DESK | {Role.PROTECTION}, (Purpose.REDRESS, Purpose.PROTECTION)),
    # What is held under protection is handed over by its own desk, or not at all.
    Action.RULE_ON_DISCLOSURE: (_roles(Role.PROTECTION), (Purpose.PROTECTION,)),
    Action.READ_METRICS: (_roles(Role.SUPERVISOR, Role.ADMINISTRATOR, DeviceKind.MONITOR), _NOBODY),
}


def lawful(actor: Actor, action: Action) -> tuple[Purpose, ...]:
    """What `actor` may do `action` for: as one role that may do it, the ordinary purpose first."""
    holders, purposes = _MAY[action]
    mine = frozenset[Purpose]().union(*(_FOR[role] for role in actor.roles & holders))
    return tuple(purpose for purpose in purposes if purpose in mine)


def decide(actor: Actor, action: Action, post: str | None = None, purpose: Purpose | None = None) -> Ruling:
    """Whether `actor` may do `action` at the crossing point `post`, for `purpose`.

    With `post` None only the roles are asked: whether the actor may do this at any post at all. What
    concerns one post is asked again with its code, as soon as the code is known. With `purpose` None it is the
    ordinary one.
    """
    if actor.confined and action is not Action.OWN_SESSION:
        return Ruling(False, "first complete your sign-in: GET /v1/session says what is due")
    if not actor.roles & _MAY[action][0]:
        held = ", ".join(sorted(actor.roles)) or "none"
        return Ruling(False, f"{action} needs another role than yours ({held})")
    if post is not None and not actor.serves(post):
        return Ruling(False, f"crossing point {post} is not among yours")
    purposes = lawful(actor, action)
    if purpose is not None and purpose not in purposes:
        return Ruling(False, f"{action} is not for {purpose} in your role; it is for {', '.join(purposes) or 'nobody'}")
    return Ruling(True, f"{action} belongs to your role", purpose or next(iter(purposes), None))


def require_post(actor: Actor, post: str) -> None:
    """See that `actor` serves the crossing point of a record that was asked for by its id.

    Raises:
        OtherPost: it does not.
    """
    if not actor.serves(post):
        raise OtherPost(post)


def actions_of(actor: Actor) -> frozenset[Action]:
    """Everything that the roles of `actor` allow, for a console that shows only what can be done."""
    return frozenset(action for action in Action if decide(actor, action).allowed)
