"""Where lists are fetched from by themselves, as the operator writes it down in a TOML file.

[un-sc]
format = "un_xml"
url = "https://lists.example.org/consolidated.xml"
checksum = "https://lists.example.org/consolidated.xml.sha256"
every_minutes = 360

[stolen-documents]
format = "csv_mapping"
folder = "/srv/lists/stolen"      # the newest file that fits
pattern = "*.csv"
mapping = "/srv/lists/stolen.toml"
checksum = ".sha256"              # of the file beside it
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.settings import is_loopback
from service.toml_reader import Table, TomlError, read_toml

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_KEYS = ("format", "url", "folder", "pattern", "mapping", "checksum", "every_minutes", "most_megabytes")


class SourcesError(TomlError):
    """The file of sources cannot be used."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list that is fetched every so often. Either `url` or `folder` is given; sizes are in bytes.

    `checksum` is the address of a file with the SHA-256 of the list; of a folder, the ending of that file's name.
    """

    list: str
    format: str
    url: str | None = None
    folder: str | None = None
    pattern: str = "*"
    mapping: str | None = None
    checksum: str | None = None
    every_minutes: int = 360
    most_bytes: int = 512_000_000

    @property
    def location(self) -> str:
        """What an operator knows it by; without what an address may hold of a password."""
        if self.folder is not None:
            return f"{self.folder}/{self.pattern}"
        parts = urlsplit(self.url or "")
        return f"{parts.scheme}://{parts.hostname}{parts.path}"


def read_sources(text: str, formats: Mapping[str, object]) -> tuple[Source, ...]:
    """The sources that a file declares, by list.

    Raises:
        SourcesError: it cannot be used; the message names the place.
    """
    return tuple(_source(name, table, formats) for name, table in read_toml(text, SourcesError).tables())


def _source(name: str, table: Table, formats: Mapping[str, object]) -> Source:
    table.only(_KEYS)
    if not _NAME.fullmatch(name):
        table.refuse("a list's name has small letters, digits and hyphens")
    source = Source(
        list=name,
        format=table.text("format"),
        url=table.optional_text("url"),
        folder=table.optional_text("folder"),
        pattern=table.text("pattern", "*"),
        mapping=table.optional_text("mapping"),
        checksum=table.optional_text("checksum"),
        every_minutes=table.whole("every_minutes", 360, least=1),
        most_bytes=table.whole("most_megabytes", 512, least=1) * 1_000_000,
    )
    if source.format not in formats:
        table.refuse(f"there is no list format {source.format}", "format")
    if (source.url is None) == (source.folder is None):
        table.refuse("give a url or a folder")
    for key, address in (("url", source.url), ("checksum", source.checksum if source.url else None)):
        if address is not None and (reason := refusal_of(address)):
            table.refuse(reason, key)
    return source


def refusal_of(address: str) -> str | None:
    """Why nothing is fetched from an address; None where it may be.

    Only HTTPS, so that nobody on the way can add or strike a name; HTTP on this machine alone. No other scheme ever.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "is no address"
    if parts.scheme == "https" and host:
        return None
    if parts.scheme == "http" and is_loopback(host):
        return None
    return "must be an https address; http is for this machine alone"
