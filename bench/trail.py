"""How fast an audit trail is verified, and whether any change to it is found.

    python -m bench.trail --events 10000000 --tries 100000

Each try spoils a made-up export in one way (a bit of an event, a head or a number; an event taken out, put in, doubled,
moved; the end cut off; a checkpoint altered or exchanged) and expects the verifier to say so. The spoiler is somebody
who holds the database and the program: every head after the change is computed anew wherever that could hide it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.checkpoint import Checkpoint, Signer
from service.merkle import node_hash
from verifier.trail import BETWEEN_NOTES, CHECKPOINTS, EVENTS, NotTheTrail, Verifier, verify

SIGNER = Signer("bench.example", Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"bench").digest()))
_AT = datetime(2026, 11, 22, tzinfo=UTC)
_EVERY = 1000  # events between checkpoints of a long trail


@dataclass(frozen=True, slots=True)
class Trail:
    """One chain as it is exported: the texts of its events, their heads, and its signed checkpoints."""

    texts: tuple[bytes, ...]
    heads: tuple[bytes, ...]
    notes: tuple[str, ...]

    def write(self, folder: Path) -> None:
        lines = (line(seq, head, text) for seq, (head, text) in enumerate(zip(self.heads, self.texts, strict=True), 1))
        (folder / EVENTS).write_bytes(b"".join(lines))
        (folder / CHECKPOINTS).write_text(BETWEEN_NOTES.join(self.notes), "utf-8")


def line(seq: int, head: bytes, text: bytes) -> bytes:
    """An event as an export holds it."""
    return b"IQ-ZUR\t%d\t%s\t%s\n" % (seq, head.hex().encode(), text)


def event(number: int) -> bytes:
    """A made-up event, as long as they are."""
    deed = {
        "id": number,
        "at": "2026-11-22T07:00:00.000000Z",
        "actor": f"{number % 97:032x}",
        "actor_kind": "account",
        "action": "read_movements",
        "purpose": "border_control",
        "crossing_point": "IQ-ZUR",
        "subject": None,
        "details": {"lines": number % 50},
    }
    return json.dumps(deed).encode()


def heads_of(texts: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The chain over events."""
    head, heads = bytes(32), []
    for text in texts:
        head = hashlib.sha256(head + hashlib.sha256(b"\x00" + text).digest()).digest()
        heads.append(head)
    return tuple(heads)


class Sealer:
    """Seals events as they come: the roots of the complete trees so far, and the head."""

    def __init__(self) -> None:
        self.size, self.head, self.peaks = 0, bytes(32), list[tuple[int, bytes]]()

    def add(self, text: bytes) -> bytes:
        """The head with this event."""
        node, leaves = hashlib.sha256(b"\x00" + text).digest(), 1
        self.head, self.size = hashlib.sha256(self.head + node).digest(), self.size + 1
        while self.peaks and self.peaks[-1][0] == leaves:
            node, leaves = node_hash(self.peaks.pop()[1], node), leaves * 2
        self.peaks.append((leaves, node))
        return self.head

    def note(self, signer: Signer = SIGNER) -> str:
        """A checkpoint here."""
        root = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            root = node_hash(left, root)
        return signer.sign(Checkpoint(f"{signer.name}/audit/IQ-ZUR", self.size, root, self.head, _AT))


def made_trail(events: int, sealed_at: frozenset[int]) -> Trail:
    """A trail with checkpoints at those sizes."""
    sealer, texts, heads, notes = Sealer(), [], [], []
    for number in range(1, events + 1):
        texts.append(event(number))
        heads.append(sealer.add(texts[-1]))
        if number in sealed_at:
            notes.append(sealer.note())
    return Trail(tuple(texts), tuple(heads), tuple(notes))


# Ways to spoil a trail. Each changes something under its last checkpoint.
def flip_event(trail: Trail, chance: random.Random) -> Trail:
    place = chance.randrange(len(trail.texts))
    text = bytearray(trail.texts[place])
    text[chance.randrange(len(text))] ^= 1 << chance.randrange(8)
    return replace(trail, texts=(*trail.texts[:place], bytes(text).replace(b"\n", b"?"), *trail.texts[place + 1 :]))


def flip_event_and_chain_anew(trail: Trail, chance: random.Random) -> Trail:
    spoilt = flip_event(trail, chance)
    return replace(spoilt, heads=heads_of(spoilt.texts))


def flip_head(trail: Trail, chance: random.Random) -> Trail:
    place = chance.randrange(len(trail.heads))
    head = bytearray(trail.heads[place])
    head[chance.randrange(32)] ^= 1 << chance.randrange(8)
    return replace(trail, heads=(*trail.heads[:place], bytes(head), *trail.heads[place + 1 :]))


def take_out(trail: Trail, chance: random.Random) -> Trail:
    place = chance.randrange(len(trail.texts))
    texts = trail.texts[:place] + trail.texts[place + 1 :]
    return replace(trail, texts=texts, heads=heads_of(texts))


def put_in(trail: Trail, chance: random.Random) -> Trail:
    place = chance.randrange(len(trail.texts))
    texts = (*trail.texts[:place], event(10**6), *trail.texts[place:])
    return replace(trail, texts=texts, heads=heads_of(texts))


def double(trail: Trail, chance: random.Random) -> Trail:
    place = chance.randrange(len(trail.texts) - 1)  # twice the last would be an event more, not sealed yet
    texts = (*trail.texts[:place], trail.texts[place], *trail.texts[place:])
    return replace(trail, texts=texts, heads=heads_of(texts))


def swap(trail: Trail, chance: random.Random) -> Trail:
    one, other = chance.sample(range(len(trail.texts)), 2)
    texts = list(trail.texts)
    texts[one], texts[other] = texts[other], texts[one]
    return replace(trail, texts=tuple(texts), heads=heads_of(tuple(texts)))


def cut_off(trail: Trail, chance: random.Random) -> Trail:
    left = chance.randrange(len(trail.texts))
    return replace(trail, texts=trail.texts[:left], heads=trail.heads[:left])


def alter_checkpoint(trail: Trail, chance: random.Random) -> Trail:
    place = chance.randrange(len(trail.notes))
    note = trail.notes[place]
    at = chance.choice([number for number, letter in enumerate(note) if letter.isalnum()])
    other = chance.choice([letter for letter in "abcdefgh12345678" if letter != note[at]])
    return replace(trail, notes=(*trail.notes[:place], note[:at] + other + note[at + 1 :], *trail.notes[place + 1 :]))


def sign_with_another_key(trail: Trail, chance: random.Random) -> Trail:
    spoilt = flip_event_and_chain_anew(trail, chance)
    forger, sealer = replace(SIGNER, key=Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))), Sealer()
    for text in spoilt.texts:
        sealer.add(text)
    return replace(spoilt, notes=(*spoilt.notes[:-1], sealer.note(forger)))


WAYS: tuple[Callable[[Trail, random.Random], Trail], ...] = (
    flip_event, flip_event_and_chain_anew, flip_head, take_out, put_in, double, swap, cut_off, alter_checkpoint,
    sign_with_another_key,
)  # fmt: skip


def spoilt(trail: Trail, tries: int, seed: int) -> Iterator[tuple[str, Trail]]:
    """So many spoilt trails, and how each was spoilt."""
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    for number in range(tries):
        way = WAYS[number % len(WAYS)]
        yield way.__name__, way(trail, chance)


def is_found(trail: Trail, folder: Path) -> bool:
    """Whether the verifier says that a trail is not what was sealed."""
    trail.write(folder)
    try:
        return bool(verify(folder, Verifier.parse(SIGNER.verifier)).wrong)
    except NotTheTrail:
        return True


def _tamper(tries: int, folder: Path) -> int:
    trail = made_trail(40, frozenset({7, 16, 33, 40}))
    if is_found(trail, folder):
        raise SystemExit("the trail that nobody spoilt is called spoilt")
    seen: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for way, one in spoilt(trail, tries, seed=1):
        seen[way] += 1
        missed[way] += not is_found(one, folder)
    print("| change | tries | found |\n| --- | --- | --- |")
    for name in seen:
        print(f"| {name.replace('_', ' ')} | {seen[name]} | {seen[name] - missed[name]} |")
    return missed.total()


def _time(events: int, folder: Path) -> None:
    sealer, notes = Sealer(), []
    with (folder / EVENTS).open("wb") as file:
        for number in range(1, events + 1):
            text = event(number)
            file.write(line(number, sealer.add(text), text))
            if number % _EVERY == 0 or number == events:
                notes.append(sealer.note())
    (folder / CHECKPOINTS).write_text(BETWEEN_NOTES.join(notes), "utf-8")
    begun = time.process_time()
    wrong = verify(folder, Verifier.parse(SIGNER.verifier)).wrong
    took = time.process_time() - begun
    print(f"{events} events under {len(notes)} checkpoints verified in {took:.1f} CPU s: {wrong or 'as sealed'}")


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--tries", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mabar-trail-") as folder:
        _time(asked.events, Path(folder))
        return 1 if _tamper(asked.tries, Path(folder)) else 0


if __name__ == "__main__":
    sys.exit(main())
