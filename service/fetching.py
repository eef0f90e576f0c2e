"""Fetch a list file from an address or a folder: only what changed, never more than agreed, checked where it can be.

A list decides who is stopped, so a wrong answer must not pass for one: no redirect to another host, no web page of an
error in place of the file, no file without its checksum where one was promised. What is fetched lies beside what was
fetched before, and takes its place when it is whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from service.errors import SourceRefused
from service.settings import is_loopback
from service.sources import Source, refusal_of

REDIRECTS_MOST = 3
CHECKSUM_MOST = 65_536
SECONDS_MOST = 900.0  # for the whole file
_SILENCE = httpx.Timeout(30.0)  # between two pieces of it
_CHUNK = 1 << 20
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of the file fetched last, to tell whether it changed."""

    etag: str | None = None
    last_modified: str | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is new, and how to know it again."""

    path: Path
    seen: Seen


async def fetch(
    source: Source, seen: Seen, folder: Path, transport: httpx.AsyncBaseTransport | None = None
) -> Fetched | None:
    """Bring the file of `source` into `folder`; None when it is the one that was `seen`.

    Raises:
        SourceRefused: it cannot be had, is larger than agreed, or is not what its checksum says.
    """
    path = folder / "fetched.list"
    try:
        await asyncio.to_thread(_prepare, source, folder)
        async with asyncio.timeout(SECONDS_MOST):
            found = await (_download if source.url else _copy)(source, seen, path, transport)
    except TimeoutError:
        raise SourceRefused(f"the file did not arrive within {SECONDS_MOST:.0f} s") from None
    except httpx.HTTPError as error:
        raise SourceRefused(f"the address cannot be reached: {type(error).__name__}") from None
    except OSError as error:
        raise SourceRefused(f"the file cannot be read: {error.strerror}") from None
    return Fetched(path, found) if found is not None and found.digest != seen.digest else None


def _prepare(source: Source, folder: Path) -> None:
    """Make the folder, with the mapping of a CSV file in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if source.mapping:
        mapping = Path(source.mapping)
        shutil.copyfile(mapping, folder / f"fetched{mapping.suffix}")


# --- from an address -------------------------------------------------------------------------------------------


async def _download(source: Source, seen: Seen, path: Path, transport: httpx.AsyncBaseTransport | None) -> Seen | None:
    assert source.url is not None
    own = is_loopback(httpx.URL(source.url).host)  # no proxy stands between this machine and itself
    async with httpx.AsyncClient(timeout=_SILENCE, transport=transport, trust_env=not own) as client:
        conditions = {"If-None-Match": seen.etag, "If-Modified-Since": seen.last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        answer = await _open(client, source.url, headers)
        try:
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return None
            digest = await _spool(answer, path, source.most_bytes)
        finally:
            await answer.aclose()
        if source.checksum:
            await _check(client, source.checksum, source.url, digest)
    return Seen(answer.headers.get("ETag"), answer.headers.get("Last-Modified"), digest)


async def _open(client: httpx.AsyncClient, address: str, headers: Mapping[str, str]) -> httpx.Response:
    """The answer to a request, after redirects that stay on the host."""
    host = httpx.URL(address).host
    for _ in range(REDIRECTS_MOST + 1):
        answer = await client.send(client.build_request("GET", address, headers=headers), stream=True)
        if not answer.has_redirect_location:
            if answer.status_code not in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
                await answer.aclose()
                raise SourceRefused(f"the publisher's server answers {answer.status_code}")
            return answer
        await answer.aclose()
        target = answer.url.join(answer.headers["Location"])
        if target.host != host or refusal_of(str(target)):
            raise SourceRefused(
                "the publisher's server sends us to another host or scheme; set that address if it is right"
            )
        address = str(target)
    raise SourceRefused(f"the publisher's server redirects more than {REDIRECTS_MOST} times")


async def _spool(answer: httpx.Response, path: Path, most: int) -> bytes:
    """Write the body to `path` and give its SHA-256; counted as it comes, whatever the server announced."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        async for chunk in answer.aiter_bytes(_CHUNK):
            size += len(chunk)
            if size > most:
                raise SourceRefused(f"the file is larger than {most:,} bytes")
            digest.update(chunk)
            file.write(chunk)
    return digest.digest()


async def _check(client: httpx.AsyncClient, address: str, of: str, digest: bytes) -> None:
    answer = await _open(client, address, {})
    try:
        text = b""
        async for chunk in answer.aiter_bytes():
            text += chunk
            if len(text) > CHECKSUM_MOST:
                raise SourceRefused("the checksum file is too large to be one")
    finally:
        await answer.aclose()
    _compare(text.decode("ascii", "replace"), httpx.URL(of).path.rpartition("/")[2], digest)


def _compare(text: str, name: str, digest: bytes) -> None:
    """See that the checksum file names this digest: alone, or on the line of the file's name."""
    lines = [line for line in text.splitlines() if _SHA256.search(line)]
    named = [line for line in lines if line.split()[-1].lstrip("*") == name] or (lines if len(lines) == 1 else [])
    said = {found[0].lower() for line in named if (found := _SHA256.search(line))}
    if digest.hex() not in said:
        raise SourceRefused("the file is not the one that the publisher's checksum names")


# --- from a folder ---------------------------------------------------------------------------------------------


async def _copy(source: Source, seen: Seen, path: Path, _transport: httpx.AsyncBaseTransport | None) -> Seen | None:
    assert source.folder is not None
    return await asyncio.to_thread(_copy_newest, source, Path(source.folder), path)


def _copy_newest(source: Source, folder: Path, path: Path) -> Seen:
    """Copy the newest file that fits, and check it."""
    fitting = [file for file in folder.glob(source.pattern) if file.is_file() and not file.is_symlink()]
    lists = [file for file in fitting if not (source.checksum and file.name.endswith(source.checksum))]
    if not lists:
        raise SourceRefused("the folder holds no file that fits")
    newest = max(lists, key=lambda file: (file.stat().st_mtime, file.name))
    if newest.stat().st_size > source.most_bytes:
        raise SourceRefused(f"the file is larger than {source.most_bytes:,} bytes")
    shutil.copyfile(newest, path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    if source.checksum:
        beside = newest.with_name(newest.name + source.checksum)
        text = beside.read_text("ascii", "replace") if beside.is_file() else ""
        _compare(text[:CHECKSUM_MOST], newest.name, digest)
    return Seen(digest=digest)
