"""What the use cases refuse, in the operator's words. Nothing here knows of HTTP.

A message never holds a traveller's data: it is shown, logged and answered as it stands.
"""

# A refusal is no error, and its name should not say so.
# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID


class ServiceError(Exception):
    """Anything that a use case refuses."""


class NotSignedIn(ServiceError):
    """There is no credential, or it is unknown, expired or revoked."""


class SessionLocked(NotSignedIn):
    """The session stands, and its officer has to show once more who is there."""


class SignInRefused(ServiceError):
    """Account and password do not go together. It never says which of the two is wrong."""


class PasskeyRefused(ServiceError):
    """What an authenticator said does not count, or cannot be asked for here."""


class ProviderRefused(ServiceError):
    """The agency's identity provider gives nobody in, or not this person; the message says why."""


class TooManyRequests(ServiceError):
    """One credential, or one address without any, asks faster than is answered.

    `wait` is how many seconds remain before the next request is heard.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(f"more requests than one credential may make; try again in {wait} s")
        self.wait = wait


class TooManyAttempts(ServiceError):
    """Too many wrong passwords for one account from one client.

    `wait` is how many seconds remain before the next attempt is heard.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(f"too many attempts to sign in from here; try again in {wait} s")
        self.wait = wait


class Forbidden(ServiceError):
    """The actor is known, and may not do this, or not at this crossing point."""


class OtherPost(Forbidden):
    """The record is of a crossing point that the actor does not serve: with a reason it may be opened all the same."""

    def __init__(self, post: str = "of this record") -> None:
        super().__init__(f"the crossing point {post} is not among yours")


class ReasonNeeded(ServiceError):
    """A purpose that does not go without saying was named without the reason for it."""


class HoldRefused(ServiceError):
    """A legal hold, or a restriction, cannot be placed or ended so."""


class RequestRefused(ServiceError):
    """A traveller's request cannot be recorded or answered so."""


class GlassRefused(ServiceError):
    """A record cannot be opened, or a notice not reviewed, so."""


class PasswordRefused(ServiceError):
    """The password is too short or too common, or not the one to be replaced."""


class AccountRefused(ServiceError):
    """The account cannot be made as asked: its name is taken or malformed, or a role is unknown."""


class AccountNameTaken(AccountRefused):
    """The account cannot be made: another has this name, and keeps it when it is closed."""

    def __init__(self) -> None:
        super().__init__("another account has this name, perhaps a closed one; choose a name that nobody had")


class LastAdministrator(AccountRefused):
    """The account cannot be closed: nobody could make another, or let anybody in again."""

    def __init__(self) -> None:
        super().__init__("this is the last administrator's account; make another administrator first")


class NotFound(ServiceError):
    """There is no such record, or none that this actor may know of."""


class Unavailable(ServiceError):
    """Something that the service rests on does not answer: database, reader or index."""


class TooBusy(Unavailable):
    """More inspections wait than can be made in time; nothing was recorded."""

    def __init__(self) -> None:
        super().__init__("more travellers wait than can be inspected in time; nothing was recorded, try again")


class SettingsRefused(ServiceError):
    """An environment variable cannot be used; the message names it and says why."""


class DatabaseUnavailable(Unavailable):
    """No database can be opened; the message says what the operator can do about it."""


class DatabaseInUse(DatabaseUnavailable):
    """Another service already works on this data directory."""


class UnknownCrossingPoint(ServiceError):
    """A crossing names a post that is not in the reference data."""

    def __init__(self, code: str) -> None:
        super().__init__(f"there is no crossing point {code}")


class FutureTime(ServiceError):
    """A movement would lie ahead of the service's clock."""

    def __init__(self, occurred_at: datetime, now: datetime) -> None:
        ahead = round((occurred_at - now).total_seconds())
        super().__init__(f"the movement's time lies {ahead} s ahead of the service's clock; check which is right")


class UnconfirmedReading(ServiceError):
    """A reading that is not accepted was handed in without the officer's confirmed text."""

    def __init__(self) -> None:
        super().__init__(
            "the reading is not accepted as it stands; send the confirmed or corrected lines as mrz with it"
        )


class ConflictingReplay(ServiceError):
    """An id was used before, with other data."""

    def __init__(self, record_id: UUID) -> None:
        super().__init__(f"{record_id} was recorded before with other data; a new fact needs a new id")


class AlreadyRecorded(ServiceError):
    """What should be taken in once is on record under another id, `movement_id`."""

    def __init__(self, movement_id: UUID) -> None:
        super().__init__(f"this crossing is on record as {movement_id}")
        self.movement_id = movement_id


class InvalidDecision(ServiceError):
    """A decision that says too little, or contradicts itself."""


class DecisionConflict(ServiceError):
    """Another decision stands. `standing` is its id, None when none was made yet."""

    def __init__(self, movement_id: UUID, standing: UUID | None) -> None:
        stands = f"decision {standing} stands; name it in supersedes" if standing else "no decision stands yet"
        super().__init__(f"for movement {movement_id} {stands}")
        self.standing = standing


class RefusalBarred(ServiceError):
    """A refusal on a traveller whom only the protection desk can release; why is not said."""

    def __init__(self) -> None:
        super().__init__(
            "nobody may be refused on this movement for now; refer the traveller to second line, "
            "where the protection desk decides"
        )


class ReferralRefused(ServiceError):
    """A referral, or a step of one, that does not fit the directory or what stands."""


class SuspiciousImport(ServiceError):
    """An import would strike so much that a cut or wrong file is likelier than a publisher's will."""

    def __init__(self, name: str, gone: int, standing: int) -> None:
        super().__init__(
            f"the file would strike {gone:,} of the {standing:,} entries of {name}; "
            "nothing was changed; confirm the import if that is right"
        )


class BackupRefused(ServiceError):
    """A backup that cannot be made, opened or restored."""


class FormRefused(ServiceError):
    """A paper form of which something cannot be said."""


class BadImport(ServiceError):
    """An import of movements that cannot be begun."""


class BadFilter(ServiceError):
    """A filter or cursor of the movement log that cannot be read."""


class ListTooLarge(ServiceError):
    """A list file is larger than is taken over HTTP."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the list file is larger than {most:,} bytes; import it with `mabar list import`")


class UnknownListFormat(ServiceError):
    """A list was handed in under a format that is not read."""

    def __init__(self, format_: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no list format {format_}; there are {', '.join(sorted(known))}")


class ThinEntry(ServiceError):
    """A list or an entry says too little to be screened against."""

    def __init__(self, lacking: str) -> None:
        super().__init__(f"this cannot be screened against: {lacking}")


class ChangeRefused(ServiceError):
    """A change of a list or an entry that does not fit what stands."""


class AdjudicationRefused(ServiceError):
    """What was said of a hit says too little, or contradicts itself."""


class AdjudicationConflict(ServiceError):
    """Another adjudication stands. `standing` is its id, None when none was made yet."""

    def __init__(self, standing: UUID | None) -> None:
        stands = f"adjudication {standing} stands; name it in supersedes" if standing else "no adjudication stands yet"
        super().__init__(f"of this hit {stands}")
        self.standing = standing


class ClearanceRefused(ServiceError):
    """A clearance that cannot be given, or ended, as asked."""


class SourceRefused(ServiceError):
    """A list that was to be fetched cannot be: the message says what came instead."""


class CorrectionRefused(ServiceError):
    """A correction or a rebuttal that cannot be recorded; the message says why."""


class LinkRefused(ServiceError):
    """A ruling on a link that does not fit what stands."""


class RulingConflict(ServiceError):
    """Another ruling on the link stands. `standing` is its id, None when none was made yet."""

    def __init__(self, standing: UUID | None) -> None:
        stands = f"ruling {standing} stands; name it in supersedes" if standing else "no ruling stands yet"
        super().__init__(f"on this link {stands}")
        self.standing = standing


class GroupRefused(ServiceError):
    """A group that cannot be opened as asked."""


class CaseTaken(ServiceError):
    """Another officer works on a case of second line. `until` is when that counts no longer."""

    def __init__(self, officer: str, until: datetime) -> None:
        super().__init__(f"{officer} has taken this case, until {until:%H:%M} UTC if it is not taken again")
