"""The trail is chained by the database, sealed by the service, and checked by who trusts neither."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import ProgrammingError

from bench.trail import SIGNER, WAYS, is_found, made_trail, spoilt
from made_up import OFFICER
from service import audit, trail
from service.confinement import MAINTAINING
from service.database import Database
from service.errors import BadFilter, Forbidden, NotFound, SettingsRefused
from service.settings import Settings
from service.trail_key import signer_of
from service.trail_store import Wanted
from verifier.__main__ import report
from verifier.trail import BETWEEN_NOTES, CHECKPOINTS, EVENTS, NotTheTrail, Verifier, read_note, verify

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
VERIFIER = Verifier.parse(SIGNER.verifier)
POSTS = ("IQ-ZUR", "IQ-SHL", None)


async def deeds(database: Database, count: int) -> None:
    """So many events, round the posts, some by several transactions at once."""

    async def deed(number: int) -> None:
        async with database.sessions.begin() as session:
            post = POSTS[number % len(POSTS)]
            await audit.record(
                session, OFFICER, "look", post=post, subject=f"record {number} — ناو\t\n", purpose="maintenance"
            )

    for first in range(0, count, 8):
        await asyncio.gather(*(deed(number) for number in range(first, min(first + 8, count))))


async def exported(database: Database, folder: Path) -> Path:
    """An export, as the command line writes it."""
    folder.mkdir()  # noqa: ASYNC240  # at once
    notes = await trail.export_begun(database.sessions, SIGNER, now=NOW)
    (folder / CHECKPOINTS).write_text(BETWEEN_NOTES.join(notes), "utf-8")
    lines = [f"{e.chain}\t{e.seq}\t{e.head.hex()}\t{e.text}\n" async for e in trail.exported(database.sessions)]
    (folder / EVENTS).write_text("".join(lines), "utf-8")
    return folder


async def as_owner(url: str, statement: str) -> None:
    """What somebody does who holds the database itself."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=dict(MAINTAINING))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_what_was_recorded_is_chained_sealed_exported_and_verified(clone: Database, tmp_path: Path) -> None:
    await deeds(clone, 30)
    assert await trail.seal(clone.sessions, SIGNER, now=NOW) == 3  # a checkpoint a chain
    assert await trail.seal(clone.sessions, SIGNER, now=NOW) == 0
    await deeds(clone, 6)
    result = verify(await exported(clone, tmp_path / "export"), VERIFIER)
    assert result.wrong == []
    assert result.events == result.sealed == {"IQ-ZUR": 12, "IQ-SHL": 12, "-": 13}  # the export is an event itself
    assert report(result)[-1] == "as it was sealed"


async def test_the_service_cannot_write_the_chain(clone: Database) -> None:
    await deeds(clone, 3)
    for statement in (
        "UPDATE audit SET action = 'nothing'",
        "DELETE FROM audit",
        "UPDATE audit_link SET head = leaf",
        "DELETE FROM audit_link",
        "INSERT INTO audit_chain SELECT 'x', 1, head FROM audit_chain",
        "UPDATE audit_checkpoint SET note = ''",
        "SELECT audit_append(audit) FROM audit",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with clone.sessions.begin() as session:
                await session.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("deed", "wrong"),
    [
        ("UPDATE audit SET subject = 'nobody' WHERE id = 4", "altered"),
        ("DELETE FROM audit WHERE id = 4", "missing"),
        (
            "ALTER TABLE audit DISABLE TRIGGER audit_chained; "
            "INSERT INTO audit (actor, actor_kind, action) VALUES ('x', 'service', 'forged')",
            "never chained",
        ),
        ("DELETE FROM audit WHERE id > 20; DELETE FROM audit_checkpoint", "ends here"),
    ],
)
async def test_what_the_holder_of_the_database_changes_is_found(
    clone: Database, clone_url: str, tmp_path: Path, deed: str, wrong: str
) -> None:
    await deeds(clone, 30)
    await trail.seal(clone.sessions, SIGNER, now=NOW)
    witnessed = await trail.checkpoints(clone.sessions)
    await as_owner(clone_url, deed)
    result = verify(await exported(clone, tmp_path / "export"), VERIFIER, witnessed)
    assert any(wrong in one.what for one in result.wrong), result.wrong
    assert report(result)[-1] == "NOT what was sealed"


async def test_proofs_lead_from_events_and_checkpoints_to_what_is_sealed_later(clone: Database) -> None:
    await deeds(clone, 900)
    await trail.seal(clone.sessions, SIGNER, now=NOW)
    sealed = {one.chain: one for note in await trail.checkpoints(clone.sessions) if (one := read_note(note, VERIFIER))}
    await deeds(clone, 60)
    chain = sealed["IQ-ZUR"]
    assert chain.size == 300
    assert (await trail.consistency(clone.sessions, "IQ-ZUR", 300, 300)).root == chain.root
    grown = await trail.consistency(clone.sessions, "IQ-ZUR", 300, None)
    assert (grown.size, len(grown.hashes) > 0) == (320, True)
    event, proof = await trail.inclusion(clone.sessions, 4, chain.size, actor=OFFICER)
    assert (event.chain, proof.root) == (event.chain, sealed[event.chain].root)
    async with clone.sessions() as session:
        kept = (await session.execute(sa.text("SELECT chain, height, place FROM audit_node ORDER BY chain"))).all()
    assert kept == [(name, 8, 0) for name in ("-", "IQ-SHL", "IQ-ZUR")]


async def test_proofs_that_cannot_be_had_are_refused(clone: Database) -> None:
    await deeds(clone, 3)
    with pytest.raises(NotFound):
        await trail.inclusion(clone.sessions, 999, None, actor=OFFICER)
    with pytest.raises(NotFound):
        await trail.consistency(clone.sessions, "IQ-XXX", 1, None)
    for old, new in ((0, 1), (2, 1), (1, 9)):
        with pytest.raises(BadFilter):
            await trail.consistency(clone.sessions, "IQ-ZUR", old, new)


async def test_an_event_of_another_post_is_not_shown_by_its_proof(clone: Database) -> None:
    await deeds(clone, 6)
    here = replace(OFFICER, posts=frozenset({"IQ-ZUR"}))
    shown, refused = [], 0
    for number in range(1, 7):
        try:
            shown.append((await trail.inclusion(clone.sessions, number, None, actor=here))[0].chain)
        except Forbidden:
            refused += 1
    assert (shown, refused) == (["IQ-ZUR", "IQ-ZUR"], 4)


async def test_a_search_shows_what_its_filter_says_and_leaves_its_own_trace(clone: Database) -> None:
    await deeds(clone, 9)
    wanted = Wanted(action="look", crossing_point="IQ-ZUR", posts=frozenset({"IQ-ZUR"}))
    found, _ = await trail.search(clone.sessions, wanted, actor=OFFICER, limit=2, before=None)
    assert [row.crossing_point for row in found] == ["IQ-ZUR", "IQ-ZUR"]
    rest, _ = await trail.search(clone.sessions, wanted, actor=OFFICER, limit=5, before=found[-1].id)
    assert len(rest) == 1
    nobody = replace(wanted, posts=frozenset({"IQ-SHL"}))
    assert await trail.search(clone.sessions, nobody, actor=OFFICER, limit=5, before=None) == ([], {})
    looks, _ = await trail.search(clone.sessions, Wanted(action="read_audit"), actor=OFFICER, limit=5, before=None)
    assert looks[0].details == {"action": "look", "crossing_point": "IQ-ZUR", "posts": ["IQ-SHL"]}


def test_every_way_to_spoil_an_export_is_found(tmp_path: Path) -> None:
    made = made_trail(40, frozenset({7, 16, 33, 40}))
    assert not is_found(made, tmp_path)
    missed = [way for way, one in spoilt(made, 20 * len(WAYS), seed=2) if not is_found(one, tmp_path)]
    assert missed == []


def test_a_signature_is_written_in_one_way(tmp_path: Path) -> None:
    """The last letter of its Base64 has two bits that say nothing: another letter with the same rest is found too."""
    trail = made_trail(3, frozenset({3}))
    (note,) = trail.notes
    body = note.rstrip().rstrip("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    neighbour = alphabet[alphabet.index(body[-1]) ^ 1]
    assert is_found(replace(trail, notes=(note.replace(body, body[:-1] + neighbour),)), tmp_path)
    assert not is_found(trail, tmp_path)


def test_a_witness_finds_a_trail_that_was_rewritten_whole(tmp_path: Path) -> None:
    made, other = made_trail(20, frozenset({10, 20})), made_trail(30, frozenset({12, 30}))
    rewritten = replace(other, texts=other.texts[:11], heads=other.heads[:11], notes=())
    rewritten.write(tmp_path)
    assert verify(tmp_path, VERIFIER).wrong == []  # nothing there tells
    assert verify(tmp_path, VERIFIER, made.notes[1:]).wrong[0].what == "it ends here, and 20 events were sealed"


@pytest.mark.parametrize("key", ["", "mabar", "mabar+00000000+AQID", f"other{SIGNER.verifier}"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(NotTheTrail):
        Verifier.parse(key)


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotTheTrail, match="holds no export"):
        verify(tmp_path, VERIFIER)
    (tmp_path / CHECKPOINTS).write_text("")
    (tmp_path / EVENTS).write_text("a\tb\n")
    with pytest.raises(NotTheTrail, match="line 1"):
        verify(tmp_path, VERIFIER)


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first = signer_of(settings)
    assert signer_of(settings).verifier == first.verifier
    assert (tmp_path / "data" / "audit.key").stat().st_mode & 0o777 == 0o600
    assert Verifier.parse(first.verifier).name == "mabar"
    assert Ed25519PrivateKey.generate() != first.key


def test_a_key_file_that_holds_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    for path in (tmp_path / "key.pem", tmp_path / "missing.pem"):
        with pytest.raises(SettingsRefused, match="audit trail"):
            signer_of(Settings(data_dir=tmp_path, audit_key_file=path))
