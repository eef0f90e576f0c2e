"""FastMRZ: a segmentation network finds the zone, the tesseract program reads it with the model called mrz.

The package brings the network and not the model. It stands by what it calls a success.
"""

import argparse
from importlib.metadata import version

import cv2
from fastmrz import FastMRZ  # type: ignore[import-not-found]

from bench.peers.adapter import serve


def main() -> None:
    """Read with the model in the folder that is named."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tessdata", required=True, help="folder with mrz.traineddata")
    cv2.setNumThreads(1)
    reader = FastMRZ(tessdata_path=options.parse_args().tessdata)

    def read(path: str) -> tuple[str | None, bool, str]:
        text = reader.get_details(path, ignore_parse=True)
        if not text:
            return None, False, "nothing found"
        return text, _stands_by(reader, text), ""

    serve(read, f"fastmrz {version('fastmrz')}")


def _stands_by(reader: FastMRZ, text: str) -> bool:
    try:
        return bool(reader.validate_mrz(text).get("is_valid"))
    except Exception:  # its parser does not survive every text: then it stands by nothing
        return False


if __name__ == "__main__":
    main()
