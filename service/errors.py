"""What the use cases refuse, in the operator's words. Nothing here knows of HTTP.

A message never holds a traveller's data: it is shown, logged and answered as it stands.
"""

# A refusal is no error, and its name should not say so.
# ruff: noqa: N818

from __future__ import annotations


class ServiceError(Exception):
    """Anything that a use case refuses."""


class NotSignedIn(ServiceError):
    """There is no credential, or it is unknown, expired or revoked."""


class SignInRefused(ServiceError):
    """Account and password do not go together. It never says which of the two is wrong."""


class TooManyAttempts(ServiceError):
    """Too many wrong passwords for one account from one client.

    `wait` is how many seconds remain before the next attempt is heard.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(f"too many attempts to sign in from here; try again in {wait} s")
        self.wait = wait


class Forbidden(ServiceError):
    """The actor is known, and may not do this, or not at this crossing point."""


class PasswordRefused(ServiceError):
    """The password is too short or too common."""


class AccountRefused(ServiceError):
    """The account cannot be made as asked: its name is taken or malformed, or a role is unknown."""


class NotFound(ServiceError):
    """There is no such record, or none that this actor may know of."""


class Unavailable(ServiceError):
    """Something that the service rests on does not answer: database, reader or index."""


class SettingsRefused(ServiceError):
    """An environment variable cannot be used; the message names it and says why."""


class DatabaseUnavailable(Unavailable):
    """No database can be opened; the message says what the operator can do about it."""


class DatabaseInUse(DatabaseUnavailable):
    """Another service already works on this data directory."""
