"""Is this the trail that was sealed? Events, chains, the trees over them, signatures, witnesses' checkpoints.

Nothing here is shared with the service that writes the trail: whoever doubts the one can read the other. An export is a
folder of two files:

``events.tsv``
    an event a line, parted by tabs: its chain, its number there (from 1), the chain's head after it in hex, its text.
    Leaf = SHA-256(0x00 || text); head = SHA-256(previous head || leaf), the first after 32 zero bytes. Of an event that
    was erased when its time was up the text is ``erased`` and its leaf in hex; an event of an erasure has to name it.
``checkpoints.txt``
    signed notes (C2SP signed-note and tlog-checkpoint, c2sp.org), with a form feed between.

A tree's root is that of RFC 9162, section 2.1.1. Memory stays flat: per chain one hash for each bit of its length.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EVENTS, CHECKPOINTS = "events.tsv", "checkpoints.txt"
BETWEEN_NOTES = "\f\n"
_NOTHING = bytes(32)
_ERASED, _ERASURE = b"erased ", b'"action": "erase"'
_ED25519 = 1


class NotTheTrail(Exception):  # noqa: N818  # as the other refusals, said for the operator
    """A file cannot be read as what it should be."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key as the service prints it, such as ``mabar+1a2b3c4d+AbCd…``."""

    name: str
    key_hash: bytes
    key: Ed25519PublicKey

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read one. Raises NotTheTrail where the text is none, or its hash does not fit its key."""
        try:
            name, key_hash, encoded = text.strip().split("+", 2)
            public = _bytes(encoded)
            expected = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
            if public[0] != _ED25519 or bytes.fromhex(key_hash) != expected:
                raise ValueError
            return cls(name, expected, Ed25519PublicKey.from_public_bytes(public[1:]))
        except (ValueError, IndexError, binascii.Error):
            raise NotTheTrail("the key is not of the form name+hash+key") from None


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a checkpoint whose signature holds says of a chain."""

    chain: str
    size: int
    root: bytes
    head: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is not as it was sealed. `seq` is where it shows first, 0 where that cannot be said."""

    chain: str
    seq: int
    what: str


@dataclass(slots=True)
class Result:
    """What was checked, and all that is wrong. By chain, `sealed` counts the events under a checkpoint, `erased` those
    of which only the place is left."""

    events: dict[str, int] = field(default_factory=dict)
    sealed: dict[str, int] = field(default_factory=dict)
    erased: dict[str, int] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(slots=True)
class _Chain:
    """A chain as far as it was read: the head, and the roots of the complete trees that make up its own."""

    size: int = 0
    head: bytes = _NOTHING
    peaks: list[bytes] = field(default_factory=list)
    broken: bool = False
    gone: list[list[int]] = field(default_factory=list)  # first and last of each run of erased events

    def add(self, text: bytes) -> None:
        leaf = self._erased(text) or hashlib.sha256(b"\x00" + text).digest()
        self.head = hashlib.sha256(self.head + leaf).digest()
        whole, peaks, node = self.size, self.peaks, leaf
        while whole & 1:
            node = hashlib.sha256(b"\x01" + peaks.pop() + node).digest()
            whole >>= 1
        peaks.append(node)
        self.size += 1

    def _erased(self, text: bytes) -> bytes | None:
        """The leaf of an event that was erased, which is noted; None of one that was not."""
        if not text.startswith(_ERASED):
            return None
        place = self.size + 1
        if self.gone and self.gone[-1][1] == place - 1:
            self.gone[-1][1] = place
        else:
            self.gone.append([place, place])
        return bytes.fromhex(text.removeprefix(_ERASED).decode("ascii"))

    def root(self) -> bytes:
        root = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


def read_note(note: str, verifier: Verifier) -> Sealed:
    """A checkpoint, if the signature under it is that of `verifier`.

    Raises:
        NotTheTrail: it is none, or is not signed by that key.
    """
    try:
        text, signatures = note.rstrip("\n").split("\n\n", 1)
        signed = f"{text}\n".encode()
        origin, size, root, at, head = text.split("\n")
        if not any(_signs(line, signed, verifier) for line in signatures.split("\n")):
            raise NotTheTrail(f"the checkpoint of {origin} at {size} is not signed by {verifier.name}")
        chain = origin.removeprefix(f"{verifier.name}/audit/")
        moment = datetime.fromisoformat(at.removeprefix("sealed "))
        return Sealed(chain, int(size), _bytes(root), _bytes(head.removeprefix("head ")), moment)
    except (ValueError, binascii.Error):
        raise NotTheTrail("a checkpoint is not of the form of a signed note") from None


def _bytes(encoded: str) -> bytes:
    """What stands in Base64, written in the one right way: the last letter has bits that decoding would ignore."""
    decoded = base64.b64decode(encoded, validate=True)
    if base64.b64encode(decoded).decode() != encoded:
        raise ValueError(encoded)
    return decoded


def _signs(line: str, signed: bytes, verifier: Verifier) -> bool:
    dash, name, encoded = line.split(" ")
    signature = _bytes(encoded)
    if dash != "—" or name != verifier.name or signature[:4] != verifier.key_hash:
        return False
    try:
        verifier.key.verify(signature[4:], signed)
    except InvalidSignature:
        return False
    return True


def verify(folder: Path, verifier: Verifier, witnessed: Iterable[str] = ()) -> Result:
    """Check an export against its own checkpoints and against those that witnesses kept (as signed notes).

    Raises:
        NotTheTrail: the folder holds no export, or a checkpoint is no note.
    """
    result = Result()
    try:
        own = notes_of((folder / CHECKPOINTS).read_text("utf-8"))
        sealed = _by_place([*own, *witnessed], verifier, result)
        erasures: list[Erasure] = []
        with (folder / EVENTS).open("rb") as lines:
            chains = _walk(lines, sealed, result, erasures)
    except (OSError, UnicodeDecodeError) as error:
        raise NotTheTrail(f"{folder} holds no export of a trail: {error}") from None
    for (chain, size), _ in sorted(sealed.items()):
        if size > chains[chain].size and not chains[chain].broken:
            result.wrong.append(Wrong(chain, chains[chain].size, f"it ends here, and {size} events were sealed"))
    for name, walked in chains.items():
        result.wrong += _unnamed(name, walked, erasures) + _too_young(name, erasures, sealed)
        result.erased[name] = sum(last - first + 1 for first, last in walked.gone)
    result.events = {name: chain.size for name, chain in chains.items()}
    return result


@dataclass(frozen=True, slots=True)
class Erasure:
    """A run of events that an event of the trail says were erased, because they were older than `cutoff`."""

    chain: str
    first: int
    last: int
    cutoff: datetime


def _unnamed(name: str, chain: _Chain, erasures: Iterable[Erasure]) -> list[Wrong]:
    """Events that are gone, and that no erasure names."""
    named = sorted((each.first, each.last) for each in erasures if each.chain == name)
    wrong: list[Wrong] = []
    for first, last in chain.gone:
        reached = first
        for begin, end in named:
            if begin <= reached <= end:
                reached = end + 1
        if reached <= last:
            wrong.append(Wrong(name, reached, "the event is gone, and no erasure in the trail names it"))
    return wrong


def _too_young(name: str, erasures: Iterable[Erasure], sealed: Mapping[tuple[str, int], Sealed]) -> list[Wrong]:
    """Events that an erasure names although a checkpoint shows them to be younger than it says."""
    return [
        Wrong(name, each.last, "the event was erased before its time")
        for each in erasures
        for (chain, size), one in sealed.items()
        if each.chain == chain == name and size < each.last and one.at >= each.cutoff
    ]


def notes_of(text: str) -> list[str]:
    """The notes of a file of checkpoints."""
    return [note for note in text.split(BETWEEN_NOTES) if note.strip()]


def _by_place(notes: list[str], verifier: Verifier, result: Result) -> dict[tuple[str, int], Sealed]:
    sealed: dict[tuple[str, int], Sealed] = {}
    for note in notes:
        try:
            one = read_note(note, verifier)
        except NotTheTrail as refusal:
            result.wrong.append(Wrong("", 0, str(refusal)))
            continue
        if sealed.setdefault((one.chain, one.size), one) != one:
            result.wrong.append(Wrong(one.chain, one.size, "two checkpoints of this size contradict each other"))
        result.sealed[one.chain] = max(result.sealed.get(one.chain, 0), one.size)
    return sealed


def _walk(
    lines: Iterable[bytes], sealed: dict[tuple[str, int], Sealed], result: Result, erasures: list[Erasure]
) -> defaultdict[str, _Chain]:
    chains: defaultdict[str, _Chain] = defaultdict(_Chain)
    for name, seq, head, text in _events(lines):
        chain = chains[name]
        if chain.broken:
            continue
        if wrong := _next(chain, seq, head, text, sealed.get((name, seq))):
            chain.broken = True  # what follows is wrong because this is
            result.wrong.append(Wrong(name, seq, wrong))
        elif _ERASURE in text:
            erasures += _erasures(text)
    return chains


def _erasures(text: bytes) -> Iterator[Erasure]:
    details = json.loads(text)["details"]
    for chain, runs in details.get("places", {}).items():
        for first, last in runs:
            yield Erasure(chain, first, last, datetime.fromisoformat(details["cutoff"]))


def _next(chain: _Chain, seq: int, head: bytes, text: bytes, sealed: Sealed | None) -> str | None:
    """Take an event on; what is wrong with it."""
    if seq == 0:
        return "an event was put in that was never chained"
    if seq != chain.size + 1:
        return f"event {chain.size + 1} is missing or out of order"
    chain.add(text)
    if chain.head != head:
        return "the event or its link was altered"
    if sealed and (sealed.root != chain.root() or sealed.head != chain.head):
        return "it is not what the checkpoint sealed"
    return None


def _events(lines: Iterable[bytes]) -> Iterator[tuple[str, int, bytes, bytes]]:
    for number, line in enumerate(lines, 1):
        try:
            name, seq, head, text = line.removesuffix(b"\n").split(b"\t", 3)
            yield name.decode(), int(seq), bytes.fromhex(head.decode("ascii")), text
        except ValueError:
            raise NotTheTrail(f"line {number} of {EVENTS} is not chain, number, head and event") from None
