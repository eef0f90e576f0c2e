"""Logs as data, and nothing personal among them.

What is logged of a request is its id, route template, status, duration and who asked (an id, no
name). An exception is logged by its type and by where it passed, without its message: a message may
quote what a traveller's document said.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_OURS = ("mabar", "api", "service", "watchlist", "ocr")
_LIBRARIES = "/site-packages/"
_HOME = str(Path(__file__).parent.parent) + "/"
_FRAMES = 12  # of the innermost calls: enough to find the fault, short enough to read


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log of this process, the libraries' included, through one formatter.

    JSON lines, or a readable form when `stream` (standard error by default) is a terminal.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _faults_without_messages,
        _traceback_without_messages,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: Processor = structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)  # libraries may say what they did with personal data at lower levels
    for name in (*_OURS, "uvicorn"):
        logging.getLogger(name).setLevel(level.upper())
    _tame_uvicorn()


def _tame_uvicorn() -> None:
    """uvicorn brings handlers of its own, and an access log with addresses and query strings."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True


def get_logger() -> structlog.stdlib.BoundLogger:
    """The logger of this program."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger("mabar")
    return logger


def report(event: str, exc: BaseException | None, **more: object) -> None:
    """Log a fault of our own. Safe even where nobody called `configure`."""
    get_logger().error(event, fault=fault(exc) if exc else None, **more)


def fault(exc: BaseException) -> list[str]:
    """An exception and its causes: type names and places, innermost call last, never a message."""
    return [line for cause in _causes(exc) for line in _told(cause)]


def _told(exc: BaseException) -> list[str]:
    kind = f"{type(exc).__module__}.{type(exc).__qualname__}"
    code = getattr(exc, "sqlstate", None)  # of PostgreSQL: says much and quotes nothing
    return [f"{kind} {code}" if isinstance(code, str) else kind, *_places(traceback.extract_tb(exc.__traceback__))]


def _places(frames: list[traceback.FrameSummary]) -> list[str]:
    """Our own calls and the innermost one, whoever's: the libraries' between them tell nothing."""
    telling = [frame for frame in frames[:-1] if _LIBRARIES not in frame.filename] + frames[-1:]
    return [f"  {_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in telling[-_FRAMES:]]


def _short(path: str) -> str:
    """A library's file by the library's name, ours by the package's."""
    return path.rpartition(_LIBRARIES)[2].removeprefix(_HOME)


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        yield exc
        exc = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)


def _traceback_without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A traceback that comes as text, as of a start that failed: its places, and the last line if that is ours."""
    text = event["event"]
    if isinstance(text, str) and _TRACEBACK in text:
        raised = _RAISED.search(_PLACE.split(text)[-1].rstrip())
        kind, message = (raised[1], raised[2] or "") if raised else ("", "")
        event["event"] = message if kind.startswith("service.errors.") else "failed"
        places = [f"  {_short(file)}:{line} {name}" for file, line, name in _PLACE.findall(text)]
        event["fault"] = [kind, *places[-_FRAMES:]]
    return event


_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(
    r"^([\w.]+)(?:: (.*))?\Z", re.MULTILINE | re.DOTALL
)  # after the last frame; of any number of lines
_PLACE = re.compile(r'^  File "(.*)", line (\d+), in (\S+)$', re.MULTILINE)


def _faults_without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    exc_info = event.pop("exc_info", None)
    event.pop("exc_text", None)
    record = event.get("_record")
    if exc_info in (None, False) and record is not None:
        exc_info, record.exc_info, record.exc_text = record.exc_info, None, None
    exc = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if exc is True:
        exc = sys.exc_info()[1]
    if isinstance(exc, BaseException):
        event["fault"] = fault(exc)
    return event
