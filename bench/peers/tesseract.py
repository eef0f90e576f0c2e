"""The tesseract program on the whole page; the zone is picked and put right by `bench.peers.zone`."""

import argparse
import subprocess

from bench.peers.adapter import serve
from bench.peers.zone import pick


def main() -> None:
    """Read with stock English, or with a model that is named."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tessdata", help="folder with another model")
    options.add_argument("--language", default="eng")
    options.add_argument("--layout", default="6", help="page segmentation mode; 6 takes the page for one block")
    given = options.parse_args()
    extra = ["--tessdata-dir", given.tessdata] if given.tessdata else []

    def read(path: str) -> tuple[str | None, bool, str]:
        command = ["tesseract", path, "-", "-l", given.language, "--psm", given.layout, *extra]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        zone = pick(done.stdout.splitlines())
        return (None, False, "no zone among the lines") if zone is None else ("\n".join(zone.lines), zone.holds, "")

    first, *_ = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    serve(read, first)


if __name__ == "__main__":
    main()
