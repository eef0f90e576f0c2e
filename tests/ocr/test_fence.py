"""From inside a fenced worker: what a hostile image could do, had it taken the process over."""

import ctypes
import mmap
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from ocr.fence import _MACHINES, Fence, seccomp_filter
from ocr.frames import read_frames
from ocr.image import ImageRefused, Limits
from ocr.reading import MrzReading
from ocr.worker import ReaderPool

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in _MACHINES, reason="no fence is known for this machine"
)
DOCUMENT = Path(__file__).parent.parent / "documents" / "passport-td3.jpg"
ATTEMPTS: Mapping[str, Callable[[], object]] = {
    "internet socket": socket.socket,
    "local socket": lambda: socket.socket(socket.AF_UNIX),
    "write": Path("/tmp/mabar-fence").touch,
    "read": Path("/etc/passwd").read_bytes,
    "list": lambda: list(Path("/").iterdir()),
    "stat": Path("/").stat,
    "erase": Path("/tmp/mabar-fence").unlink,
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "spawn": lambda: subprocess.run(["/bin/true"], check=False),
    "fork": os.fork,
    "thread": threading.Thread(target=print).start,
    "kill": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "trace": lambda: _raising(_c.ptrace(16, os.getppid(), None, None)),
    "memory that runs": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    "anonymous file": lambda: os.memfd_create("x"),
    "more memory": lambda: resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40)),
    "another descriptor": lambda: os.write(1, b"x"),
    "io_uring": lambda: _raising(_c.syscall(425, 1, None)),
    "user namespace": lambda: _raising(_c.unshare(0x10000000)),
}
_c = ctypes.CDLL(None, use_errno=True)


def _raising(result: int) -> None:
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")


def attempt(frames: Sequence[bytes], limits: Limits) -> MrzReading:
    """Try what the frame names, or read it; what came of the attempt is told as a refusal."""
    name = frames[0].decode("latin-1")
    if name not in ATTEMPTS:
        return read_frames(frames, limits)
    try:
        ATTEMPTS[name]()
    except (OSError, RuntimeError, ValueError) as error:
        raise ImageRefused(f"held back: {type(error).__name__}") from None
    raise ImageRefused("it could")


async def test_nothing_is_within_reach_and_reading_still_works() -> None:
    outcomes = {}
    async with ReaderPool(read=attempt, seconds=30.0) as readers:
        assert readers.fence.stands
        for name in ATTEMPTS:
            with pytest.raises(ImageRefused) as refusal:
                await readers.read(name.encode())
            outcomes[name] = str(refusal.value)
        reading = await readers.read(DOCUMENT.read_bytes())
    assert {name: told for name, told in outcomes.items() if not told.startswith("held back")} == {}
    assert reading.accepted


ALONE = """
from ocr.fence import _MACHINES, raise_landlock, raise_seccomp, _call
import platform
_call("prctl", 38, 1, 0, 0, 0)
{raised}
try:
    open({path!r}, {mode!r})
except PermissionError:
    print("held back")
"""


@pytest.mark.parametrize(
    "raised", ["assert raise_landlock() > 0", "assert raise_seccomp(_MACHINES[platform.machine()], (1, 2))"]
)
@pytest.mark.parametrize("mode", ["r", "w"])
def test_each_fence_keeps_files_away_by_itself(raised: str, mode: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code = ALONE.format(raised=raised, path=str(tmp_path / "file"), mode=mode)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if "landlock" in raised and "AssertionError" in ran.stderr:
        pytest.skip("this kernel has no Landlock")
    assert ran.stdout == "held back\n", ran.stderr


def verdict(machine: str, name_or_number: str | int, *arguments: int, audit: int | None = None) -> int:
    """What the filter says of a call: the filter's program, run as the kernel would run it."""
    known = _MACHINES[machine]
    number = known.calls[name_or_number] if isinstance(name_or_number, str) else name_or_number
    seen = {0: number, 4: audit or known.audit} | {16 + 8 * place: value for place, value in enumerate(arguments)}
    program, at, held = seccomp_filter(known, (7, 2)), 0, 0
    while True:
        what, value, so, otherwise = program[at]
        if what == 0x06:
            return value
        if what == 0x20:
            held, at = seen.get(value, 0), at + 1
        else:
            at += 1 + (so if (held == value if what == 0x15 else held & value) else otherwise)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_says_the_same_on_both_processors(machine: str) -> None:
    allow, refuse, kill = 0x7FFF0000, 0x00050001, 0x80000000
    assert {verdict(machine, name) for name in ("read", "futex", "munmap", "exit_group")} == {allow}
    assert [verdict(machine, "write", file, 0, 1) for file in (0, 1, 2, 7, 8)] == [refuse, refuse, allow, allow, refuse]
    for name in ("mmap", "mprotect"):
        assert [verdict(machine, name, 0, 4096, rights) for rights in (0, 3, 4, 5, 7)] == [allow] * 2 + [refuse] * 3
    limits = [(0, resource.RLIMIT_CPU), (0, resource.RLIMIT_AS), (1, resource.RLIMIT_CPU)]
    assert [verdict(machine, "prlimit64", *which) for which in limits] == [allow, refuse, refuse]
    others = set(range(600)) - set(_MACHINES[machine].calls.values())
    assert {verdict(machine, number) for number in others} == {refuse}
    assert verdict(machine, "read", audit=0x40000003) == kill
    assert verdict(machine, 0x40000000) == refuse  # x86-64's other numbering, with pointers of 32 bits


def test_a_fence_says_what_it_is() -> None:
    assert [str(fence) for fence in (Fence(), Fence(True), Fence(True, 7))] == [
        "none",
        "seccomp",
        "seccomp and landlock 7",
    ]
    assert [fence.stands for fence in (Fence(), Fence(False, 7), Fence(True, 7))] == [False, False, True]
