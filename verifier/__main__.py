"""``python -m verifier FOLDER --key KEY [--witness FILE]…``: ends with 1 when the trail is not what was sealed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from verifier.trail import NotTheTrail, Result, Verifier, notes_of, verify


def main() -> int:
    """Verify an export; what is wrong goes to standard output."""
    parser = argparse.ArgumentParser(prog="verifier", description="Check an exported audit trail.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", required=True, help="the service's public key, as name+hash+key")
    parser.add_argument(
        "--witness", type=Path, action="append", default=[], help="checkpoints that were kept elsewhere"
    )
    asked = parser.parse_args()
    try:
        witnessed = [note for path in asked.witness for note in notes_of(path.read_text("utf-8"))]
        result = verify(asked.folder, Verifier.parse(asked.key), witnessed)
    except (NotTheTrail, OSError) as refusal:
        sys.stdout.write(f"{refusal}\n")
        return 2
    sys.stdout.write("\n".join(report(result)) + "\n")
    return 1 if result.wrong else 0


def report(result: Result) -> list[str]:
    """The result in words, a line a chain and one for each thing that is wrong."""
    lines = [
        f"{name}: {events} events, {min(result.sealed.get(name, 0), events)} of them under a checkpoint"
        + (f", {result.erased[name]} erased when their time was up" if result.erased.get(name) else "")
        for name, events in sorted(result.events.items())
    ]
    lines += [f"WRONG {one.chain} {one.seq}: {one.what}" for one in result.wrong]
    return [*lines, "NOT what was sealed" if result.wrong else "as it was sealed"]


if __name__ == "__main__":
    sys.exit(main())
