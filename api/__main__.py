"""`python -m api`, which is what `mabar` runs.

Light on purpose: the reader's worker processes load this module again as they start, and need not load the service
with it.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    from api.cli import command_line  # noqa: PLC0415

    command_line(*sys.argv[1:2])()


if __name__ == "__main__":
    main()
