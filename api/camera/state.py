"""What a camera shows of itself: a line on the terminal or JSON lines, and a file for whoever watches over it.

The file needs no port and no credential, and tells by its age when the camera hangs. Nothing here holds
personal data.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO


@dataclass(slots=True)
class State:
    """How a camera stands; counts are since its start, but for what waits and what is set aside."""

    camera: str = "opening"
    view: str = "moving"
    service: str = "not tried yet"
    read: int = 0
    to_be_confirmed: int = 0
    delivered: int = 0
    waiting: int = 0
    set_aside: int = 0
    trouble: str = ""

    def hear(self, event: str, told: dict[str, Any]) -> None:
        """Take in what happened."""
        if event in {"read", "to_be_confirmed", "delivered", "set_aside"}:
            setattr(self, event, getattr(self, event) + 1)
        match event:
            case "camera_open" | "camera_lost":
                self.camera = "open" if event == "camera_open" else f"lost: {told['why']}"
            case "view":
                self.view = told["phase"]
            case "delivered" | "set_aside":
                self.service = "answers"
            case "waiting":
                self.service = told["why"]
            case "not_kept" | "not_read":
                self.trouble = told["why"]
        self.waiting = told.get("waiting", self.waiting)
        self.trouble = "" if event == "read" else self.trouble

    @property
    def line(self) -> str:
        """In words, for the operator's terminal."""
        said = f"camera {self.camera} | {self.view} | read {self.read}, for an officer {self.to_be_confirmed}"
        said += f" | delivered {self.delivered}, waiting {self.waiting}, set aside {self.set_aside}"
        said += f" | service: {self.service}"
        return f"{said} | {self.trouble}" if self.trouble else said


class Teller:
    """Tells what happens: `teller("read", frames=3)`."""

    def __init__(self, state: State, path: Path, now: Callable[[], datetime], as_json: bool, out: TextIO) -> None:
        self.state = state
        self._path, self._now, self._as_json, self._out = path, now, as_json, out

    def __call__(self, event: str, **told: Any) -> None:
        """Take in and show an event."""
        self.state.hear(event, told)
        self.beat()
        if self._as_json:
            print(json.dumps({"at": self._now().isoformat(), "event": event, **told}), file=self._out, flush=True)
        elif self._out.isatty():
            print(f"\r\x1b[K{self.state.line}", end="", file=self._out, flush=True)
        elif event != "view":
            print(f"{event}: {self.state.line}", file=self._out, flush=True)

    def beat(self) -> None:
        """Write the file anew: its age is that of the last sign of life, and grows while the disk is full."""
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump({"at": self._now().isoformat(), **asdict(self.state)}, file)
            new.replace(self._path)
        except OSError as error:  # travellers matter more than what is told of them
            new.unlink(missing_ok=True)
            self.state.trouble = f"nothing can be written to {self._path.parent} ({error.strerror})"
