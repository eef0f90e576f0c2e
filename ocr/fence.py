"""A fence round a process that reads hostile images: afterwards it can compute, and answer its pipe.

Whoever takes such a process over through a fault in an image library finds no network, no files, no
other programs and no other processes to signal. Two fences of the Linux kernel do this, each by
itself: seccomp lets through none but the few system calls that computing takes, and Landlock takes
away the file system and the network. Both are raised for good and without privilege, and both stand
on x86-64 and on 64-bit ARM. Everything that is still to be loaded must be loaded before.
"""

import ctypes
import errno
import platform
import resource
import struct
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

_PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True, slots=True)
class Fence:
    """Which fences stand: whether seccomp does, and the version of Landlock's interface, 0 for none."""

    seccomp: bool = False
    landlock: int = 0

    @property
    def stands(self) -> bool:
        """Whether a network, files and programs are out of reach: seccomp alone sees to all three."""
        return self.seccomp

    def __str__(self) -> str:
        found = [f"landlock {self.landlock}"] if self.landlock else []
        return " and ".join(["seccomp"] * self.seccomp + found) or "none"


@dataclass(frozen=True, slots=True)
class _Machine:
    """How a processor's system calls are numbered (Linux, ``unistd.h`` and ``audit.h`` of each)."""

    audit: int
    seccomp: int
    calls: Mapping[str, int]


# What an interpreter needs to compute, to wait at a pipe and to end. Memory that can be executed, and
# writing elsewhere than to the pipe and standard error, are held back by the filter below.
_X86_64 = _Machine(
    0xC000003E,
    317,
    MappingProxyType(
        {
            "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10,
            "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
            "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "exit": 60,
            "gettimeofday": 96, "getrusage": 98, "times": 100, "sigaltstack": 131, "gettid": 186, "futex": 202,
            "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_nanosleep": 230,
            "exit_group": 231, "ppoll": 271, "prlimit64": 302, "getcpu": 309, "getrandom": 318, "rseq": 334
        }
    ),
)  # fmt: skip
_AARCH64 = _Machine(
    0xC00000B7,
    277,
    MappingProxyType(
        {
            "close": 57, "lseek": 62, "read": 63, "write": 64, "ppoll": 73, "fstat": 80, "exit": 93,
            "exit_group": 94, "futex": 98, "nanosleep": 101, "clock_gettime": 113, "clock_nanosleep": 115,
            "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128, "sigaltstack": 132,
            "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "getrusage": 165,
            "getcpu": 168, "gettimeofday": 169, "getpid": 172, "gettid": 178, "brk": 214, "munmap": 215,
            "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233, "prlimit64": 261, "getrandom": 278,
            "rseq": 293
        }
    ),
)  # fmt: skip
_MACHINES = MappingProxyType({"x86_64": _X86_64, "aarch64": _AARCH64})


def raise_fence(pipe: int) -> Fence:
    """Fence this process in, as far as its kernel can; says which fences stand.

    ``pipe`` is the file descriptor that it may still write to, beside standard error.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None or sys.maxsize < 2**32:
        return Fence()
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    landlock = raise_landlock()  # first: the filter lets no further fence be raised
    return Fence(raise_seccomp(machine, (pipe, 2)), landlock)


# Landlock: `linux/landlock.h`. Its calls have the same numbers everywhere.
_CREATE_RULESET, _RESTRICT_SELF, _ASK_VERSION = 444, 446, 1
_FILE_RIGHTS = (13, 14, 15, 15, 16)  # bits, by the interface's version: refer, truncate, ioctl came later
_TCP, _TCP_SINCE = 0b11, 4  # bind and connect
_SCOPES, _SCOPES_SINCE = 0b11, 6  # abstract sockets of others, signals to others


def raise_landlock() -> int:
    """Take every right away that Landlock knows; its version, or 0 where the kernel has none or it is off."""
    version = _syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1:
        return 0
    files = (1 << _FILE_RIGHTS[min(version, len(_FILE_RIGHTS)) - 1]) - 1
    rights = [files, *([_TCP] if version >= _TCP_SINCE else []), *([_SCOPES] if version >= _SCOPES_SINCE else [])]
    asked = struct.pack(f"{len(rights)}Q", *rights)
    ruleset = _syscall(_CREATE_RULESET, ctypes.c_char_p(asked), len(asked), 0)
    return version if ruleset >= 0 and _syscall(_RESTRICT_SELF, ruleset, 0) == 0 else 0


# seccomp: `linux/seccomp.h`, and its little machine, `linux/bpf_common.h`.
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _AUDIT, _ARGUMENTS = 0, 4, 16  # where they stand in what the filter sees
_ALLOW, _KILL_PROCESS, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_SET_FILTER, _ALL_THREADS = 1, 1
_PROT_EXEC = 4

_Instruction = tuple[int, int, int, int]  # what, value, skip so many if so, so many if not


def raise_seccomp(machine: _Machine, writable: Collection[int]) -> bool:
    """Refuse (EPERM) every system call but the few that computing takes, in all threads; whether that worked."""
    program = seccomp_filter(machine, writable)
    held = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *_packed(step)) for step in program))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(held)))
    return _syscall(machine.seccomp, _SET_FILTER, _ALL_THREADS, whole) == 0


def seccomp_filter(machine: _Machine, writable: Collection[int]) -> list[_Instruction]:
    """The filter's program. A call of another processor's numbering ends the process."""
    plain = [number for name, number in machine.calls.items() if name not in ("write", "mmap", "mprotect", "prlimit64")]
    steps: list[_Instruction] = [
        (_LOAD, _AUDIT, 0, 0),
        (_EQUAL, machine.audit, 1, 0),
        (_RETURN, _KILL_PROCESS, 0, 0),
        (_LOAD, _NUMBER, 0, 0),
    ]
    for number in plain:
        steps += [(_EQUAL, number, 0, 1), (_RETURN, _ALLOW, 0, 0)]
    steps += _when(machine.calls["write"], _one_of(0, writable))
    for name in ("mmap", "mprotect"):
        steps += _when(machine.calls[name], [(_LOAD, _argument(2), 0, 0), (_ANY_BIT, _PROT_EXEC, 1, 0)])
    own_cpu = [(_LOAD, _argument(0), 0, 0), (_EQUAL, 0, 0, 3), *_one_of(1, (resource.RLIMIT_CPU,))]
    steps += _when(machine.calls["prlimit64"], own_cpu)
    return [*steps, (_RETURN, _REFUSE, 0, 0)]


def _when(call: int, conditions: list[_Instruction]) -> list[_Instruction]:
    """Allow `call` where `conditions` fall through to what follows them, refuse it where they skip that."""
    verdict = [(_RETURN, _ALLOW, 0, 0), (_RETURN, _REFUSE, 0, 0)]
    return [(_EQUAL, call, 0, len(conditions) + len(verdict)), *conditions, *verdict]


def _one_of(argument: int, values: Collection[int]) -> list[_Instruction]:
    """Go on where the argument is any of `values`, skip one where it is none."""
    left = len(values)
    tests = [(_EQUAL, value, left - 1 - place, int(place == left - 1)) for place, value in enumerate(values)]
    return [(_LOAD, _argument(argument), 0, 0), *tests]


def _argument(place: int) -> int:
    """The lower half of an argument: both processors keep it first."""
    return _ARGUMENTS + 8 * place


def _packed(step: _Instruction) -> _Instruction:
    what, value, so, otherwise = step
    return (what, so, otherwise, value)


def _syscall(number: int, *arguments: object) -> int:
    return _call("syscall", number, *arguments)


def _call(name: str, *arguments: object) -> int:
    """A function of the C library, with whole numbers as wide as a register."""
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.restype = ctypes.c_long
    return int(function(*wide))
