"""PassportEye: locates by morphology, reads with the tesseract program, tries enlargements until its digits hold.

Its answer is the text as its own parser takes it: cleaned by its cleaner, lines filled up to the width of the
format. It stands by what it calls valid.
"""

import argparse
import shlex
import warnings
from importlib.metadata import version

from passporteye import read_mrz  # type: ignore[import-not-found]
from passporteye.mrz.text import MRZOCRCleaner  # type: ignore[import-not-found]

from bench.peers.adapter import serve

WIDTHS = {"TD1": 30, "TD2": 36, "MRVB": 36, "TD3": 44, "MRVA": 44}


def main() -> None:
    """Read with the tesseract program's English model, or with one that is named."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tessdata", help="folder with another model")
    options.add_argument("--language", help="that model")
    given = options.parse_args()
    extra = f"-l {given.language} --tessdata-dir {shlex.quote(given.tessdata)}" if given.tessdata else ""
    warnings.simplefilter("ignore")

    def read(path: str) -> tuple[str | None, bool, str]:
        found = read_mrz(path, extra_cmdline_params=extra)
        if found is None or found.mrz_type is None:
            return None, False, "nothing found"
        lines = MRZOCRCleaner.apply(found.aux["raw_text"])
        return "\n".join(line.ljust(WIDTHS[found.mrz_type], "<") for line in lines), bool(found.valid), ""

    serve(read, f"PassportEye {version('PassportEye')}")


if __name__ == "__main__":
    main()
