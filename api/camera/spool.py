"""Movements on disk until the service has taken them: none is lost to a crash, and none stays after.

One file an item, numbered, readable by the owner only; in place, complete and flushed before `Spool.put` returns.
What a file holds is sealed, each to its own name.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from service.sealed import NONCE_BYTES, Keyring, SealBroken, Sealed

Item = Mapping[str, Any]
_FOLDER, _FILE = 0o700, 0o600
_SUFFIX = ".json"
_KEY_ID = 16  # signs of a key's fingerprint
_DIGITS = 12  # of the number in front of an item's id


class SpoolRefused(OSError):  # noqa: N818 - said to an operator
    """The spool cannot be used; the message says why."""


class SpoolFull(SpoolRefused):
    """As much waits as may."""

    def __init__(self, most: int, folder: Path) -> None:
        super().__init__(
            f"{most:,} movements wait in {folder}, and no more are taken until the service has answered for some; "
            "travellers must go to an officer"
        )


class Seal(Protocol):
    """How an item is kept on disk."""

    def close(self, content: bytes, name: str) -> bytes:
        """What is written under a name."""
        ...

    def open(self, kept: bytes, name: str) -> bytes:
        """What was closed. Raises ValueError where it is damaged, or stands under another name."""
        ...


class Plain:
    """Items as they are, guarded by the rights on their files alone."""

    def close(self, content: bytes, name: str) -> bytes:
        return content

    def open(self, kept: bytes, name: str) -> bytes:
        return kept


class Encrypted:
    """Items sealed with AES-256-GCM: the key's fingerprint, the nonce, the text. Keys that are not current still open.

    What was written before there was a key is read as it is.
    """

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring

    def close(self, content: bytes, name: str) -> bytes:
        sealed = self._ring.seal(content, name)
        return sealed.key_id.encode() + sealed.nonce + sealed.text

    def open(self, kept: bytes, name: str) -> bytes:
        if kept.startswith(b"{"):
            return kept
        key_id, rest = kept[:_KEY_ID].decode("ascii", "replace"), kept[_KEY_ID:]
        try:
            return self._ring.open(Sealed(key_id, rest[:NONCE_BYTES], rest[NONCE_BYTES:]), name)
        except SealBroken as broken:
            raise ValueError(str(broken)) from None


class Spool:
    """A folder of movements that wait, oldest first, and of those that the service refused for good.

    One process works on it at a time. Raises SpoolRefused where another does, or the folder is open to others.
    """

    def __init__(self, folder: Path, most: int = 1000, seal: Seal | None = None) -> None:
        self.folder, self.most = folder, most
        self._seal = seal or Plain()
        self._waiting, self._aside = folder / "waiting", folder / "set-aside"
        for place in (folder, self._waiting, self._aside):
            place.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        _require_private(folder)
        self._lock = _locked(folder)
        for torn in (*self._waiting.glob("*.new"), *self._aside.glob("*.new"), *folder.glob("*.new")):
            torn.unlink()  # written when the power went: never acknowledged
        kept = (*_items(self._waiting), *_items(self._aside))
        self._next = 1 + max((int(path.name[:_DIGITS]) for path in kept), default=0)

    def close(self) -> None:
        """Let another process work on the folder."""
        os.close(self._lock)

    def put(self, item: Item) -> None:
        """Keep an item; on return it outlives a power cut. One with an id that waits already is kept once.

        Raises SpoolFull, or SpoolRefused where the disk is full.
        """
        waiting = self.waiting()
        if any(name.endswith(f"-{item['id']}") for name in waiting):
            return
        if len(waiting) >= self.most:
            raise SpoolFull(self.most, self.folder)
        self._write(self._waiting, f"{self._next:0{_DIGITS}d}-{item['id']}", item)
        self._next += 1

    def waiting(self) -> list[str]:
        """The names of the items that wait, oldest first."""
        return [path.stem for path in _items(self._waiting)]

    def set_aside_count(self) -> int:
        """How many the service refused for good."""
        return len(_items(self._aside))

    @staticmethod
    def id_of(name: str) -> str:
        """The id of the item that waits under a name."""
        return name[_DIGITS + 1 :]

    def item(self, name: str) -> Item:
        """What waits under a name. Raises ValueError where the file is damaged."""
        content: Item = json.loads(self._seal.open((self._waiting / f"{name}{_SUFFIX}").read_bytes(), name))
        return content

    def erase(self, name: str) -> None:
        """Forget an item: the service has it."""
        (self._waiting / f"{name}{_SUFFIX}").unlink()
        _flush(self._waiting)

    def set_aside(self, name: str, reason: str) -> None:
        """Keep an item that the service will never take out of the way, with the reason beside it."""
        replace_file(self._aside / f"{name}.reason{_SUFFIX}", json.dumps({"reason": reason}).encode())
        (self._waiting / f"{name}{_SUFFIX}").rename(self._aside / f"{name}{_SUFFIX}")
        _flush(self._aside)
        _flush(self._waiting)

    def remember(self, note: Item | None) -> None:
        """Keep a note about what is in view, in place of the one before; None forgets it."""
        if note is None:
            (self.folder / f"in-view{_SUFFIX}").unlink(missing_ok=True)
        else:
            self._write(self.folder, "in-view", note)

    def remembered(self) -> Item | None:
        """The note, if there is one that can be read."""
        try:
            note: Item = json.loads(self._seal.open((self.folder / f"in-view{_SUFFIX}").read_bytes(), "in-view"))
        except (FileNotFoundError, ValueError):
            return None
        return note

    def _write(self, place: Path, name: str, content: Item) -> None:
        try:
            replace_file(place / f"{name}{_SUFFIX}", self._seal.close(json.dumps(content).encode(), name))
        except OSError as error:
            raise SpoolRefused(
                f"nothing can be written to {self.folder} ({error.strerror}); until there is room on its disk, "
                "travellers must go to an officer"
            ) from error


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place whole, readable by its owner only, and flushed with its folder; or leave all as it was."""
    new = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)  # on a full disk, half a file would be in the way of the next
        raise
    _flush(path.parent)


def _items(place: Path) -> list[Path]:
    named = (path for path in place.glob(f"*{_SUFFIX}") if path.name[:_DIGITS].isdecimal())
    return sorted(path for path in named if not path.name.endswith(f".reason{_SUFFIX}"))


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_private(folder: Path) -> None:
    status = folder.stat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise SpoolRefused(
            f"{folder} is open to others than its owner and will hold travellers' data; "
            f"run `chmod 700 {folder}` as its owner, or name another folder"
        )


def _locked(folder: Path) -> int:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, _FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SpoolRefused(f"another camera works with {folder}; give each its own --spool") from None
    return descriptor
