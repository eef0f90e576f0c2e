"""Which processes live: what the kernel says of them, rather than what a file says.

A lock that a process holds vanishes with it. A process id in a file outlives the process, and after
a reboot, or in the next container, it may be anyone's.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import structlog

from service.errors import DatabaseUnavailable

log = structlog.get_logger(__name__)


def hold(path: Path) -> int | None:
    """An open file that holds the lock `path` until it is closed everywhere; None when others hold it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def forget_recycled(path: Path, cluster: Path) -> None:
    """Remove a pid file of a dead server whose number another program bears now; PostgreSQL would believe it.

    To be called with `server.lock` held: no server of ours is alive.

    Raises:
        DatabaseUnavailable: it is a living PostgreSQL on `cluster`, so somebody started one by hand.
    """
    pid = written_pid(path)
    if pid is None or not Path(f"/proc/{pid}").exists():
        return  # PostgreSQL sees for itself that nobody bears the number
    if is_postmaster(pid, cluster):
        raise DatabaseUnavailable(
            f"PostgreSQL (process {pid}) was started on {cluster} by hand; stop it, then start the service"
        )
    log.warning("database_pid_file_is_stale", path=str(path), pid=pid)
    path.unlink()


def written_pid(path: Path) -> int | None:
    try:
        return abs(int(path.read_text("ascii", "replace").split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Whether that process is a PostgreSQL server on `cluster`: its program by name, its directory by inode."""
    process = Path(f"/proc/{pid}")
    try:
        arguments = (process / "cmdline").read_bytes().split(b"\0")
        if Path(os.fsdecode(arguments[0])).name not in {"postgres", "postmaster"}:
            return False
        return (process / "cwd").samefile(cluster)
    except PermissionError:  # another user's, as where we dropped to `nobody`
        return os.fsencode(cluster) in arguments
    except OSError:
        return False
