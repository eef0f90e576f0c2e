"""`python -m api`, which is what `mabar` runs.

Light on purpose: the reader's worker processes load this module again as they start, and need not load the service
with it.
"""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line."""
    gc.disable()  # what is loaded stays: looking it through again and again takes a tenth of a start
    from api.cli import command_line  # noqa: PLC0415

    app = command_line(*sys.argv[1:2])
    gc.enable()
    app()


if __name__ == "__main__":
    main()
